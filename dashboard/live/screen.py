"""The live view of a terminal: pace, ledger, alerts and the newest indicators by zone, cut to the terminal's size."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from config.language import Language
from dashboard.live.alert_lines import panel
from dashboard.live.figure_columns import COLUMNS, NO_DEVICE, cell, columns_of, fitting_columns, heading
from dashboard.live.ledger_lines import balance, details, pace
from dashboard.live.pillar_scores import early_title, scores_table, scores_title
from dashboard.live.scene import Scene
from dashboard.live.zone_figures import ZoneFigures

_NARROW = 100
_ZONE_WIDTH = 14
_HEADING_LINES = 2
_LOW = 20
"""Lines below which the zones need all the room."""
_ROOMY = 30
"""Lines from which scores and alerts that are firing have room beside the zones."""
_TURN_S = 5.0


def screen(scene: Scene, language: Language, width: int, height: int) -> RenderableType:
    """One frame of at most `height` lines of `width` characters."""
    head = _head(scene, language)
    foot = _foot(language)
    alerts = panel(scene, language, width, height)
    for line in (*head, *alerts, *foot):
        line.no_wrap, line.overflow = True, "ellipsis"
    is_tight = height < _ROOMY and scene.alerts is not None and bool(scene.alerts.firing)
    scores = [] if height < _LOW or is_tight else _scores(scene, language, width)
    # The table of the scores is one of these, and has two lines.
    score_lines = len(scores) + (1 if scores and scene.scores is not None else 0)
    room = height - len(head) - len(alerts) - len(foot) - 1 - score_lines
    body = _body(scene, language, width, room)
    return Group(*head, Text(), *alerts, *scores, *body, *foot)


def _head(scene: Scene, language: Language) -> list[Text]:
    title = Text.assemble(("Denyut", "bold cyan"), f" · {scene.city} · {scene.broker} · {scene.elapsed}")
    if scene.ledger is None:
        return [title, pace(scene, language)]
    return [title, pace(scene, language), balance(scene.ledger, language), *details(scene.ledger, language)]


def _foot(language: Language) -> list[Text]:
    legend = language.gettext("(%): coverage, share of expected readings · {dash} no such device · Ctrl-C ends")
    return [Text(legend.format(dash=NO_DEVICE), style="dim")]


def _scores(scene: Scene, language: Language, width: int) -> list[RenderableType]:
    """A title, the names of the pillars, their scores, an empty line; before there are any, from when on there are."""
    words = scores_heading(scene, language)
    if words is None:
        return []
    title = Text(words, style="bold", no_wrap=True, overflow="ellipsis")
    return [title, *([] if scene.scores is None else [scores_table(scene.scores, language, width)]), Text()]


def scores_heading(scene: Scene, language: Language) -> str | None:
    """None where there are no scores and none are to come."""
    if scene.scores_from_ns is not None:
        return early_title(scene.scores_every, scene.clock_ns(scene.scores_from_ns), language)
    if scene.scores is not None:
        return scores_title(scene.scores, scene.clock_ns(scene.scores.end_ns), language)
    return None


def _body(scene: Scene, language: Language, width: int, room: int) -> list[RenderableType]:
    figures = scene.figures
    if figures is None:
        return [Text(language.gettext("no window has closed yet"), style="italic")]
    title = Text(figures_title(scene, figures, language), style="bold", no_wrap=True, overflow="ellipsis")
    shown, turn = _shown_zones(figures, max(1, room - 1 - _HEADING_LINES), scene.turn_s, language)
    return [title, _table(scene, figures, shown, language, width), *turn]


def _shown_zones(
    figures: ZoneFigures, lines: int, turn_s: float, language: Language
) -> tuple[list[str], list[RenderableType]]:
    """The zones that fit, the city always; where more exist they take turns, and a line says which these are.

    The last page is as full as the others: it begins with zones of the one before.
    """
    zones = list(figures.zones)
    if len(zones) <= lines:
        return zones, []
    fixed, others = zones[:1], zones[1:]
    step = max(1, lines - len(fixed) - 1)
    pages = -(-len(others) // step)
    page = int(turn_s // _TURN_S) % pages
    first = min(page * step, len(others) - step)
    shown = others[first : first + step]
    words = language.gettext("zones {first} to {last} of {count}")
    text = words.format(first=first + 1, last=first + len(shown), count=len(others))
    return fixed + shown, [Text(text, style="dim")]


def figures_title(scene: Scene, figures: ZoneFigures, language: Language) -> str:
    words = language.gettext("Newest indicators by zone: windows of {size}, up to {time}")
    return words.format(size=figures.size, time=scene.clock_ns(figures.end_ns))


def _table(scene: Scene, figures: ZoneFigures, shown: list[str], language: Language, width: int) -> Table:
    # Widths come from all zones, so that the columns stay where they are when the shown zones change.
    cells = {
        zone: [cell(column, by_indicator.get(column.indicator), language) for column in COLUMNS]
        for zone, by_indicator in figures.zones.items()
    }
    headings = [heading(column, language) for column in COLUMNS]
    gap = 1 if width < _NARROW else 2
    widths = [
        gap + max(*(len(line) for line in headings[at].split("\n")), *(len(row[at]) for row in cells.values()))
        for at in range(len(COLUMNS))
    ]
    chosen = fitting_columns(columns_of(figures), widths, width - _ZONE_WIDTH)
    table = Table(box=None, padding=(0, 0, 0, gap), pad_edge=False, header_style="bold cyan")
    table.add_column(language.gettext("Zone"), width=_ZONE_WIDTH, no_wrap=True, overflow="ellipsis")
    for at in chosen:
        table.add_column(headings[at], justify="right", no_wrap=True, width=widths[at] - gap)
    for zone in shown:
        table.add_row(scene.zone_name(zone, language), *(cells[zone][at] for at in chosen))
    return table
