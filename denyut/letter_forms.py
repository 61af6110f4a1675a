"""Dead letters as rows and paragraphs for people, as objects for programs, as bare lines for a store."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import IO, Any

from config.iso_times import iso_utc
from denyut.aligned_columns import TextColumns, write_aligned
from denyut.terminal_text import json_text, visible
from ingest.dead_letter_file import DeadLetter

_HEADER = ("id", "time", "source", "topic", "reason", "bytes", "requeued")
_MS_NS = 1_000_000
_NUMBERS = (True, False, False, False, False, True, False)
_ELASTIC = frozenset({"source", "topic"})
_DISPENSABLE = ("bytes", "source", "requeued", "time")
_TOPIC_CHARACTERS = 60
_DUMPED_BYTES = 4096
_DUMPED_IN_A_ROW = 16


def write_table(letters: Sequence[DeadLetter], out: IO[str]) -> list[str]:
    """The names of the columns for which a terminal had no room."""
    rows = [
        [
            *(
                str(letter.id),
                iso_utc(letter.received_ns // _MS_NS * _MS_NS),
                visible(letter.source),
                _shortened(_topic(letter)),
            ),
            *(letter.reason.value, str(letter.size), "yes" if letter.requeued_ns is not None else ""),
        ]
        for letter in letters
    ]
    return write_aligned(TextColumns(_HEADER, rows, _NUMBERS, _ELASTIC, _DISPENSABLE), out)


def write_json(objects: Iterable[dict[str, Any]], out: IO[str]) -> None:
    """One array, written as it comes: there may be many."""
    opened = "[\n"
    for each in objects:
        out.write(opened + json_text(each, out))
        opened = ",\n"
    out.write("[]\n" if opened == "[\n" else "\n]\n")


def write_json_lines(objects: Iterable[dict[str, Any]], out: IO[str]) -> None:
    out.writelines(json_text(each, out) + "\n" for each in objects)


def write_lines(letters: Iterable[DeadLetter], out: IO[bytes], *, to_terminal: bool) -> None:
    """The payloads alone, each on a line, byte for byte; escaped where a terminal would act on them."""
    for letter in letters:
        shown = visible(letter.payload.decode(errors="backslashreplace")).encode() if to_terminal else letter.payload
        out.write(shown + b"\n")


def summary(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "time": iso_utc(letter.received_ns),
        "source": letter.source,
        **_bytes("topic", letter.topic),
        "reason": letter.reason.value,
        "bytes": letter.size,
        "detail": letter.detail,
        "offset": None if letter.offset < 0 else letter.offset,
        "message": letter.message,
        "requeued": None if letter.requeued_ns is None else iso_utc(letter.requeued_ns),
    }


def whole(letter: DeadLetter) -> dict[str, Any]:
    return summary(letter) | _bytes("payload", letter.payload)


def write_paragraph(letter: DeadLetter, out: IO[str]) -> None:
    origin = "" if letter.offset < 0 else f"entry {letter.offset} of the journal, message {letter.message}"
    requeued = "" if letter.requeued_ns is None else iso_utc(letter.requeued_ns)
    named = {
        "id": str(letter.id),
        "time": iso_utc(letter.received_ns),
        "source": visible(letter.source),
        "topic": visible(_topic(letter)),
        "reason": letter.reason.value,
        "detail": visible(letter.detail),
        "from": origin,
        "requeued": requeued,
    }
    out.writelines(f"{name:<8}  {text}\n" for name, text in named.items() if text)
    out.write("\n")
    try:
        text = letter.payload.decode()
    except UnicodeDecodeError:
        out.writelines(_dump(letter.payload))
    else:
        out.writelines(visible(line) + "\n" for line in text.split("\n"))


def _bytes(name: str, content: bytes) -> dict[str, str]:
    """As text; where that is not all of it, exactly too."""
    try:
        return {name: content.decode()}
    except UnicodeDecodeError:
        return {name: content.decode(errors="backslashreplace"), f"{name}_base64": b64encode(content).decode()}


def _topic(letter: DeadLetter) -> str:
    return letter.topic.decode(errors="backslashreplace")


def _shortened(text: str) -> str:
    shown = visible(text[: _TOPIC_CHARACTERS + 1])
    return shown if len(shown) <= _TOPIC_CHARACTERS else shown[: _TOPIC_CHARACTERS - 1] + "…"


def _dump(content: bytes) -> Iterable[str]:
    for start in range(0, min(len(content), _DUMPED_BYTES), _DUMPED_IN_A_ROW):
        part = content[start : start + _DUMPED_IN_A_ROW]
        characters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        yield f"{start:08x}  {part.hex(' '):<{3 * _DUMPED_IN_A_ROW - 1}}  {characters}\n"
    if len(content) > _DUMPED_BYTES:
        yield f"{len(content) - _DUMPED_BYTES} more bytes: denyut dead-letters export\n"
