"""Days beside each other, as a picture in light and in dark that can be read on a phone too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from benchmarks.day_profiles import FloatArray, Profile

WIDTH, LEFT, RIGHT = 480, 40, 12
PLOT, ABOVE, BELOW = 132, 34, 30
HEAD, LINE = 16, 22
HIGHEST = 1.2
STYLES = ("own", "first", "second")
STYLE = """\
svg { --paper: #ffffff; --ink: #1d2430; --soft: #5b6675; --line: #d9dee5; --own: #c0262d; --first: #2f6fb3;
  --second: #2f8f6b; font: 15px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
@media (prefers-color-scheme: dark) { svg { --paper: #14181f; --ink: #e8ebf0; --soft: #9aa5b4; --line: #303846;
  --own: #ff6b6b; --first: #6aa9ea; --second: #5fcaa0; } }
.paper { fill: var(--paper); } text { fill: var(--ink); } .soft { fill: var(--soft); font-size: 13px; }
.title { font-weight: 600; } .line { stroke: var(--line); } .mid { text-anchor: middle; } .end { text-anchor: end; }
path { fill: none; stroke-width: 2; stroke-linejoin: round; } path.own { stroke-width: 3; }
.own { stroke: var(--own); } .first { stroke: var(--first); }
.second { stroke: var(--second); stroke-dasharray: 7 3; }
path.band { fill: var(--own); fill-opacity: 0.14; stroke: none; }"""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    values: FloatArray
    """Of equal parts of a day; NaN where nothing is known."""
    band: Profile | None = None
    """Drawn around it."""


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    lines: Sequence[Line]
    """At most as many as there are `STYLES`."""


def draw(about: str, panels: Sequence[Panel]) -> str:
    """An SVG document: one panel under the other, and which line is what wherever that changes."""
    body: list[str] = []
    y = float(HEAD)
    shown: list[str] = []
    for panel in panels:
        names = [line.name for line in panel.lines]
        if names != shown:
            body += _key(names, y)
            y += LINE * len(names)
            shown = names
        body += _panel(panel, y)
        y += ABOVE + PLOT + BELOW
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:g}" width="{WIDTH}" role="img" '
            f"aria-label={quoteattr(about)}>",
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{y:g}"/>',
            *body,
            "</svg>\n",
        ]
    )


def _key(names: Sequence[str], y: float) -> Iterator[str]:
    for number, (name, style) in enumerate(zip(names, STYLES, strict=False)):
        at = y + number * LINE
        yield f'<path class="{style}" d="M{LEFT} {at + 9:g}h26"/>'
        yield f'<text class="soft" x="{LEFT + 34}" y="{at + 14:g}">{escape(name)}</text>'


def _panel(panel: Panel, y: float) -> Iterator[str]:
    top, bottom = y + ABOVE, y + ABOVE + PLOT
    yield f'<text class="title" x="{LEFT}" y="{top - 12:g}">{escape(panel.title)}</text>'
    for value in (0.0, 0.5, 1.0):
        at = _y(value, bottom)
        yield f'<line class="line" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:g}" y2="{at:g}"/>'
        yield f'<text class="soft end" x="{LEFT - 6}" y="{at + 4:g}">{value:g}</text>'
    for hour in (0, 6, 12, 18, 24):
        yield f'<line class="line" x1="{_x(hour):g}" x2="{_x(hour):g}" y1="{top:g}" y2="{bottom:g}"/>'
        style = "soft end" if hour == 24 else "soft mid"
        yield f'<text class="{style}" x="{_x(hour):g}" y="{bottom + 18:g}">{hour:02}</text>'
    for line, style in zip(panel.lines, STYLES, strict=False):
        if line.band is not None:
            yield f'<path class="band" d="{_band(line.band, bottom)}"/>'
        yield f'<path class="{style}" d="{_path(line.values, bottom)}"/>'


def _x(hour: float) -> float:
    return round(LEFT + hour / 24 * (WIDTH - LEFT - RIGHT), 1)


def _y(value: float, bottom: float) -> float:
    return round(bottom - min(value, HIGHEST) / HIGHEST * PLOT, 1)


def _path(values: FloatArray, bottom: float) -> str:
    """Through the middle of each part of the day; parts without a value break it."""
    steps, drawn = [], False
    for hour, value in _points(values):
        if np.isfinite(value):
            steps.append(f"{'L' if drawn else 'M'}{_x(hour):g} {_y(value, bottom):g}")
        drawn = bool(np.isfinite(value))
    return "".join(steps)


def _band(band: Profile, bottom: float) -> str:
    around = [*_points(band.high), *reversed(_points(band.low))]
    return "M" + "L".join(f"{_x(hour):g} {_y(value, bottom):g}" for hour, value in around) + "Z"


def _points(values: FloatArray) -> list[tuple[float, float]]:
    return [((number + 0.5) * 24 / len(values), value) for number, value in enumerate(values.tolist())]
