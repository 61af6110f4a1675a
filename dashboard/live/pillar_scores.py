"""The scores of the city in the live view: one line of names, one of figures."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from config.language import N_, Language
from dashboard.live.figure_columns import Column, cell
from dashboard.live.zone_figures import NO_DATA, Figure, IndicatorRow

COLUMNS = (
    Column("", "score_city", N_("City"), "", 1),
    Column("", "score_governance", N_("Governance"), "", 2),
    Column("", "score_branding", N_("Branding"), "", 3),
    Column("", "score_economy", N_("Economy"), "", 4),
    Column("", "score_living", N_("Living"), "", 5),
    Column("", "score_society", N_("Society"), "", 6),
    Column("", "score_environment", N_("Environment"), "", 7),
)
"""The most telling first."""


@dataclass(frozen=True)
class PillarScores:
    size: str
    """The step at which they are made, such as "15m"."""
    end_ns: int
    figures: dict[str, Figure]
    """Indicator -> figure of the whole city; without the pillars that are left out."""


def newest_scores(rows: Iterable[IndicatorRow]) -> PillarScores | None:
    """Those of the newest step among the rows, which are of the whole city."""
    by_time: dict[int, list[IndicatorRow]] = {}
    for row in rows:
        by_time.setdefault(row.time_ns, []).append(row)
    if not by_time:
        return None
    end_ns = max(by_time)
    found = {
        row.tags["indicator"]: Figure(row.fields["value"], row.fields.get("coverage", 0.0))
        if "value" in row.fields
        else NO_DATA
        for row in by_time[end_ns]
    }
    return PillarScores(by_time[end_ns][0].tags["size"], end_ns, found)


def scores_title(scores: PillarScores, clock: str, language: Language) -> str:
    words = language.gettext("City scores by pillar, 0 to 100 (coverage): each {size}, up to {time}")
    return words.format(size=scores.size, time=clock)


def early_title(size: str, clock: str, language: Language) -> str:
    """Stands in place of the title until the first whole step."""
    words = language.gettext("City scores by pillar (coverage): each {size}, most of them from {time} on")
    return words.format(size=size, time=clock)


def scores_sentence(scores: PillarScores, language: Language) -> str:
    return ", ".join(f"{language.gettext(column.heading)} {shown.plain}" for column, shown in _cells(scores, language))


def scores_table(scores: PillarScores, language: Language, width: int) -> Table:
    """Two lines, with as many pillars as fit."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold cyan")
    row: list[Text] = []
    for column, shown in _cells(scores, language):
        name = language.gettext(column.heading)
        room = max(len(name), len(shown))
        width -= room
        if width < 0:
            break
        width -= 1
        table.add_column(name, width=room, no_wrap=True)
        row.append(shown)
    table.add_row(*row)
    return table


def _cells(scores: PillarScores, language: Language) -> list[tuple[Column, Text]]:
    return [
        (column, cell(column, scores.figures[column.indicator], language))
        for column in COLUMNS
        if column.indicator in scores.figures
    ]
