"""Lines of the log: for people with the zone of their time, for programs as JSON, one line for each record."""

import io
import json
import logging
import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from denyut.log_setup import QUIET, Format, set_up_log

NAMES = ["", *QUIET]


@pytest.fixture(autouse=True)
def the_log_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in NAMES}
    yield
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def logged(form: Format, message: str, *values: Any, zone: str = "Asia/Jakarta", **options: Any) -> str:
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        set_up_log("info", form, stream)
        logging.getLogger("denyut").warning(message, *values, **options)
    time.tzset()
    return stream.getvalue()


def test_a_line_of_text_has_time_with_offset_level_and_message() -> None:
    line = logged("text", "%d points wait", 7)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+07:00 WARNING 7 points wait\n", line)


def test_a_line_of_json_has_the_same_as_keys() -> None:
    line = logged("json", "%d points wait", 7, zone="Asia/Jayapura")
    told = json.loads(line)
    assert line.count("\n") == 1
    when = datetime.fromisoformat(told.pop("time"))
    assert when.utcoffset() == datetime.fromisoformat("2024-01-01T00:00:00+09:00").utcoffset()
    assert abs(when.timestamp() - time.time()) < 60
    assert told == {"level": "WARNING", "logger": "denyut", "message": "7 points wait"}


@pytest.mark.parametrize(
    "hostile",
    ["two\nlines", "\x1b[31mred", "back\rspace", "\x9b31m", "\x00", "a\u0085b", "\u202eright to left"],
    ids=repr,
)
def test_nothing_in_a_message_begins_a_line_or_acts_on_a_terminal(hostile: str) -> None:
    line = logged("text", "broker says %s", hostile)
    assert line.endswith("\n")
    assert line[:-1].isprintable()
    as_json = logged("json", "broker says %s", hostile)
    assert as_json.isascii()
    assert not re.search(r"[\x00-\x1f\x7f]", as_json[:-1])
    assert json.loads(as_json)["message"] == f"broker says {hostile}"


def test_letters_of_every_language_stay_as_they_are() -> None:
    assert "Siaga di Kali Ciliwung, 日本" in logged("text", "Siaga di Kali Ciliwung, 日本")
    assert json.loads(logged("json", "日本"))["message"] == "日本"


def test_a_failure_keeps_its_traceback_in_text_below_and_in_json_inside() -> None:
    error = ValueError("no such zone")
    text = logged("text", "it failed", exc_info=error)
    assert text.splitlines()[1:] == ["ValueError: no such zone"]
    assert json.loads(logged("json", "it failed", exc_info=error))["exc_info"] == "ValueError: no such zone"


def test_below_the_level_nothing_is_logged_and_libraries_keep_quiet_about_packets() -> None:
    stream = io.StringIO()
    set_up_log("debug", "text", stream)
    logging.getLogger("denyut").debug("detail")
    logging.getLogger("mqtt").debug("packet")
    assert stream.getvalue().splitlines()[0].endswith("DEBUG detail")
    set_up_log("error", "text", stream)
    logging.getLogger("denyut").warning("beware")
    assert len(stream.getvalue().splitlines()) == 1
