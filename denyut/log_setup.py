"""The log of a process, on standard error: lines for people, or one JSON object a line."""

import logging
import sys
from datetime import datetime
from typing import Literal, TextIO

from pythonjsonlogger.json import JsonFormatter

from denyut.terminal_text import visible

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["text", "json"]

QUIET = ("asyncio", "paho", "mqtt", "urllib3", "uvicorn")
"""Loggers of libraries that speak of each packet or request at the level debug."""


def set_up_log(level: Level = "info", form: Format = "text", stream: TextIO | None = None) -> None:
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(TextFormatter() if form == "text" else json_formatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class TextFormatter(logging.Formatter):
    """TIME LEVEL message, the time with the offset of its zone; a traceback stands below."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's
        return _time(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's
        # Names and reasons come from devices and brokers.
        return visible(super().formatMessage(record))


class _JsonFormatter(JsonFormatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's
        return _time(record)


def json_formatter() -> JsonFormatter:
    """Keys time, level, logger, message, and exc_info where something failed; all in ASCII, so that nothing acts."""
    return _JsonFormatter(
        "{asctime}{levelname}{name}{message}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        json_ensure_ascii=True,
    )


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")
