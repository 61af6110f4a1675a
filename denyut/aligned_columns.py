"""Rows of text as aligned columns, numbers to the right; on a terminal no wider than it is."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import IO

_BETWEEN = 2
_LEGIBLE = 20
"""Characters to which texts are shortened before a column is left out."""
_LEAST = 4


@dataclass(frozen=True, slots=True)
class TextColumns:
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[bool]
    """For each column, whether it holds numbers."""
    elastic: frozenset[str] = frozenset()
    """Those whose texts may be shortened."""
    dispensable: tuple[str, ...] = ()
    """Those that may be left out, the first one first."""

    @property
    def widths(self) -> list[int]:
        return widths_of(self.header, self.rows)

    @property
    def width(self) -> int:
        return sum(self.widths) + _BETWEEN * (len(self.header) - 1)

    def within(self, width: int) -> "TextColumns":
        """As much of it as fits: texts shortened, then columns left out, then texts shortened further."""
        columns = self
        fitting = columns._shortened(width, _LEGIBLE)
        for name in self.dispensable:
            if fitting.width <= width:
                return fitting
            columns = columns._without(name)
            fitting = columns._shortened(width, _LEGIBLE)
        return columns._shortened(width, _LEAST)

    def _without(self, name: str) -> "TextColumns":
        at = self.header.index(name)
        header, *rows = ([*line[:at], *line[at + 1 :]] for line in (self.header, *self.rows))
        return replace(self, header=header, rows=rows, right=[*self.right[:at], *self.right[at + 1 :]])

    def _shortened(self, width: int, least: int) -> "TextColumns":
        """The widest of its elastic columns first."""
        rooms = self.widths
        least_of = [max(least, len(name)) if name in self.elastic else 1 << 30 for name in self.header]
        while (over := sum(rooms) + _BETWEEN * (len(rooms) - 1) - width) > 0:
            spare, at = max((room - needed, at) for at, (room, needed) in enumerate(zip(rooms, least_of, strict=True)))
            if spare <= 0:
                break
            rooms[at] -= min(spare, max(1, over // 2))
        rows = [[_cut(text, room) for text, room in zip(row, rooms, strict=True)] for row in self.rows]
        return replace(self, rows=rows)


def write_aligned(columns: TextColumns, out: IO[str]) -> list[str]:
    """Texts are printed as they are. The names of the columns for which a terminal had no room."""
    shown = columns.within(shutil.get_terminal_size().columns) if out.isatty() else columns
    for line in (shown.header, *shown.rows):
        padded = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, shown.widths, shown.right, strict=True)
        )
        out.write((" " * _BETWEEN).join(padded).rstrip() + "\n")
    return [name for name in columns.header if name not in shown.header]


def widths_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(header, *rows, strict=True)]


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"
