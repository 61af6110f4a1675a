"""Shows scenes: a picture that is redrawn on a terminal, blocks of plain lines anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.live import Live

from config.language import Language
from dashboard.live.alert_lines import happening_lines, script
from dashboard.live.plain_lines import plain_lines
from dashboard.live.scene import Scene
from dashboard.live.screen import screen

_BLOCK_S = 5.0
_ZONES = 4


class View(Protocol):
    def show(self, scene: Scene) -> None: ...

    @property
    def told(self) -> int:
        """Number of the last happening that stays to be read when the view ends; 0: of none."""


class _Picture:
    told = 0

    def __init__(self, live: Live, language: Language) -> None:
        self._live = live
        self._language = language

    def show(self, scene: Scene) -> None:
        width, height = self._live.console.size
        self._live.update(screen(scene, self._language, width, height), refresh=True)


class _Blocks:
    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language
        self._due_s = 0.0
        self._first_zone = 0
        self.told = 0

    def show(self, scene: Scene) -> None:
        """What happens is told at once, the rest in its turn."""
        lines = self._begin(scene) + happening_lines(scene, self.told)
        if scene.alerts is not None and scene.alerts.happenings:
            self.told = scene.alerts.happenings[-1].number
        if scene.elapsed_s >= self._due_s:
            self._due_s = scene.elapsed_s + _BLOCK_S
            lines += plain_lines(scene, self._language, self._first_zone, _ZONES)
            self._first_zone += 0 if scene.figures is None else _ZONES
        if lines:
            self._write(lines)

    def _begin(self, scene: Scene) -> list[str]:
        """What is scripted is said first of all."""
        if self._due_s or scene.alerts is None:
            return []
        return [line.plain for line in script(scene.alerts, self._language)]

    def _write(self, lines: list[str]) -> None:
        # Not print(): rich would fold the lines to a width that a pipe does not have.
        self._console.file.write("\n".join(lines) + "\n")
        self._console.file.flush()


@contextmanager
def open_view(console: Console, language: Language) -> Iterator[View]:
    """The terminal is as it was when the block ends, however it ends."""
    if not console.is_terminal or console.is_dumb_terminal:
        yield _Blocks(console, language)
        return
    # Drawn by the caller's own rhythm: no second thread, so that signals and children stay with the main one.
    with Live(console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False) as live:
        yield _Picture(live, language)
