import io
from dataclasses import replace

import pytest
from rich.console import Console

from config.language import open_language
from denyut.demo.view import open_view
from tests.dashboard.live.alert_scenes import ALERTS
from tests.dashboard.live.scenes import indicator, scene


def output_of(elapsed: list[float], *, terminal: bool = False) -> str:
    file = io.StringIO()
    # rich keeps what a style looked like in the first colour system it met: one for all tests.
    console = Console(file=file, width=80, height=24, force_terminal=terminal or None, color_system="truecolor")
    with open_view(console, open_language("en")) as view:
        for elapsed_s in elapsed:
            view.show(replace(scene(), elapsed_s=elapsed_s))
    return file.getvalue()


def test_a_pipe_gets_plain_lines_every_five_seconds() -> None:
    output = output_of([0.0, 2.0, 4.5, 5.0, 9.0, 10.5])
    assert [line[:6] for line in output.splitlines() if line.startswith("[")] == ["[0:00]", "[0:05]", "[0:10]"]
    assert "\x1b" not in output


def test_a_line_in_a_pipe_is_as_long_as_it_needs() -> None:
    assert max(len(line) for line in output_of([0.0]).splitlines()) > 150


def test_a_terminal_gets_its_own_screen_and_has_it_back_at_the_end() -> None:
    output = output_of([0.0, 0.5], terminal=True)
    assert output.startswith("\x1b[?1049h")
    assert "\x1b[?1049l" in output
    assert output.rindex("\x1b[?25h") > output.rindex("Denyut")


def test_a_terminal_that_can_only_write_lines_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert output_of([0.0], terminal=True).startswith("[0:00] ")


def test_no_color_leaves_the_screen_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[1;36m" in output_of([0.0], terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "36m" not in output_of([0.0], terminal=True)


def test_a_pipe_begins_with_the_first_zones_however_late_the_first_window_closes() -> None:
    file = io.StringIO()
    rows = [indicator(zone, "pm25", 10.0) for zone in ("all", *"abcdefgh")]
    with open_view(Console(file=file), open_language("en")) as view:
        view.show(replace(scene(rows), elapsed_s=0.0, figures=None))
        view.show(replace(scene(rows), elapsed_s=5.0))
    assert [line.split(":")[0].strip() for line in file.getvalue().splitlines()[-4:]] == ["a", "b", "c", "d"]


def test_a_pipe_says_first_what_is_scripted_and_then_each_happening_once_and_at_once() -> None:
    file = io.StringIO()
    with open_view(Console(file=file), open_language("en")) as view:
        for elapsed_s, known in ((0.0, 0), (0.5, 1), (1.0, 2), (1.5, 2)):
            alerts = replace(ALERTS, happenings=ALERTS.happenings[:known])
            view.show(replace(scene(), elapsed_s=elapsed_s, alerts=alerts))
        assert view.told == 2
    lines = file.getvalue().splitlines()
    assert lines[0] == "Scripted: a gate of the Pacal dam opens; Kali Pacal, hulu rises 170 cm"
    assert lines[-2:] == ["  10:33:20 WIB alert no. 3 began", "  10:33:20 WIB notice to Tono Wijaya"]
    assert sum(line.startswith(("Scripted", "  10:33:20")) for line in lines) == 3
