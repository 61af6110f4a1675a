"""A simulated city's messages on the terminal or in a file, as fast as they are made."""

import json
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

import click

from config.durations import SECOND_NS, format_duration
from simulators.pace import Pace
from simulators.payloads import Messages
from simulators.publish import MessageSource

_STEP_NS = 10 * SECOND_NS


def write_out(source: MessageSource, pace: Pace, output: Path | None) -> None:
    """To the file, or without one to the terminal. Raises click.UsageError where the file cannot be written."""
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(output.open("w", encoding="utf-8")) if output else sys.stdout
            written = _write_all(source, pace, stream, as_json=output is not None)
            stream.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough; Python would complain again when it closes the stream.
        sys.stderr.close()
        return
    except OSError as error:
        raise click.UsageError(f"{output}: {error.strerror}") from None
    event_time = format_duration(round(pace.speed * (pace.lasts_ns or 0)))
    click.echo(f"{written:,} messages written, {event_time} of event time", err=True)


def _write_all(source: MessageSource, pace: Pace, stream: IO[str], as_json: bool) -> int:
    written, since_ns, end_ns = 0, pace.start_ns, pace.end_ns or pace.start_ns
    with suppress(KeyboardInterrupt):
        while since_ns < end_ns:
            until_ns = min(since_ns + _STEP_NS, end_ns)
            messages = source.messages(since_ns, until_ns)
            stream.write(_lines(messages, as_json))
            written += len(messages)
            since_ns = until_ns
    return written


def _lines(messages: Messages, as_json: bool) -> str:
    pairs = zip(messages.topics, messages.payloads, strict=True)
    if as_json:
        return "".join(f'{{"topic":{json.dumps(topic)},"payload":{_as_json(payload)}}}\n' for topic, payload in pairs)
    return "".join(f"{topic} {payload.decode()}\n" for topic, payload in pairs)


def _as_json(payload: bytes) -> str:
    """What breaks off is kept as text."""
    text = payload.decode()
    return text if text.endswith(("}", "]")) else json.dumps(text)
