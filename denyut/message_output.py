"""A simulated city's messages on the terminal or in a file, as fast as they are made."""

import gzip
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BufferedWriter, TextIOWrapper
from pathlib import Path
from typing import IO

import click
import zstandard
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from config.durations import SECOND_NS, format_duration
from simulators.message_lines import written_lines
from simulators.pace import Pace
from simulators.payloads import Messages
from simulators.publish import MessageSource

_FIRST_STEP_NS, _LONGEST_STEP_NS = SECOND_NS, 600 * SECOND_NS
_AT_ONCE = 20_000
"""Messages that a step should make: a few devices take long ones, since each step has its price."""
_TOLD_EVERY_S = 10.0
_GZIP_LEVEL = 1
Tell = Callable[[int, float], None]
"""Told of the messages written, and of the share of the time that they cover."""


def write_out(source: MessageSource, pace: Pace, output: Path | None) -> None:
    """To the file, or without one to the terminal. Raises click exceptions where the file cannot be written."""
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(_opened(output)) if output else sys.stdout
            tell = stack.enter_context(_progress() if output else _silence())
            written, until_ns = _write_all(source, pace, stream, _recorded if output else _shown, tell)
            stream.flush()
    except OSError as error:
        if output is not None:
            raise click.ClickException(f"{output}: {error.strerror}: not all of it is written") from None
        _give_up_terminal(error)
        return
    event_time = format_duration(until_ns - pace.start_ns)
    size = f", {output.stat().st_size / 1e6:,.1f} MB" if output else ""
    click.echo(f"{written:,} messages written, {event_time} of event time{size}", err=True)


def _write_all(
    source: MessageSource, pace: Pace, stream: IO[str], line_up: Callable[[Messages], str], tell: Tell
) -> tuple[int, int]:
    """How many, and until when: Ctrl-C ends it early, and what is written stays."""
    written, since_ns, end_ns, step_ns = 0, pace.start_ns, pace.end_ns or pace.start_ns, _FIRST_STEP_NS
    with suppress(KeyboardInterrupt):
        while since_ns < end_ns:
            until_ns = min(since_ns + step_ns, end_ns)
            messages = source.messages(since_ns, until_ns)
            stream.write(line_up(messages))
            written += len(messages)
            since_ns = until_ns
            if 2 * len(messages) <= _AT_ONCE:
                step_ns = min(2 * step_ns, _LONGEST_STEP_NS)
            tell(written, (since_ns - pace.start_ns) / (end_ns - pace.start_ns))
    return written, since_ns


def _give_up_terminal(error: OSError) -> None:
    """Python would complain again when it closes the stream."""
    if isinstance(error, BrokenPipeError):
        # The reader (head, less) has seen enough.
        sys.stderr.close()
        return
    with suppress(OSError):
        sys.stdout.close()
    raise click.ClickException(f"standard output: {error.strerror}") from None


@contextmanager
def _opened(output: Path) -> Iterator[IO[str]]:
    """Compressed where the name says so."""
    try:
        raw = output.open("wb")
    except OSError as error:
        raise click.UsageError(f"{output}: {error.strerror}") from None
    with raw, TextIOWrapper(_packed(raw, output.suffix.lower()), encoding="utf-8") as text:
        yield text


def _packed(raw: BufferedWriter, suffix: str) -> BufferedWriter | gzip.GzipFile | zstandard.ZstdCompressionWriter:
    if suffix == ".gz":
        # Without name and time, so that the same messages are the same bytes.
        return gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0)
    if suffix == ".zst":
        return zstandard.ZstdCompressor().stream_writer(raw)
    return raw


@contextmanager
def _progress() -> Iterator[Tell]:
    """A bar on a terminal, else a line now and then."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda written, share: progress.update(task, completed=share, description=f"{written:,} messages")


@contextmanager
def _silence() -> Iterator[Tell]:
    yield lambda _written, _share: None


class _Lines:
    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, written: int, share: float) -> None:
        now = time.monotonic()
        if now - self._told >= _TOLD_EVERY_S and share < 1:
            self._told = now
            click.echo(f"{100 * share:.0f} % of the time, {written:,} messages", err=True)


def _recorded(messages: Messages) -> str:
    return written_lines(messages)


def _shown(messages: Messages) -> str:
    """What is no text is shown with the code of each byte that cannot be."""
    pairs = zip(messages.topics, messages.payloads, strict=True)
    return "".join(f"{topic} {payload.decode(errors='backslashreplace')}\n" for topic, payload in pairs)
