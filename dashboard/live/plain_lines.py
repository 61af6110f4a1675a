"""The live view of a pipe or a file: short blocks of plain lines, no control codes."""

from config.language import Language
from dashboard.live.alert_lines import numbers
from dashboard.live.figure_columns import COLUMNS, Column, cell
from dashboard.live.ledger_lines import balance, details, pace
from dashboard.live.pillar_scores import scores_sentence
from dashboard.live.scene import Scene
from dashboard.live.screen import figures_title, scores_heading
from dashboard.live.zone_figures import Figure, ZoneFigures
from processors.indicators.indicator_batch import CITY_ZONE


def plain_lines(scene: Scene, language: Language, first_zone: int = 0, zones: int = 4) -> list[str]:
    """One block: pace, ledger, alerts, the city's indicators and those of `zones` zones from `first_zone` on."""
    lines = [f"[{scene.elapsed}] {pace(scene, language).plain}"]
    if scene.ledger is not None:
        sentences = [balance(scene.ledger, language), *details(scene.ledger, language)]
        lines += [f"  {text.plain}" for text in sentences]
    if scene.alerts is not None:
        lines += [f"  {numbers(scene.alerts, language)}"]
    if (heading := scores_heading(scene, language)) is not None:
        lines.append(f"  {heading}")
    if scene.scores is not None:
        lines.append(f"    {scores_sentence(scene.scores, language)}")
    if scene.figures is None:
        return [*lines, f"  {language.gettext('no window has closed yet')}"]
    lines.append(f"  {figures_title(scene, scene.figures, language)}")
    return lines + [
        f"    {scene.zone_name(zone, language)}: {_sentence(scene.figures.zones[zone], language)}"
        for zone in _in_turn(scene.figures, first_zone, zones)
    ]


def _in_turn(figures: ZoneFigures, first: int, count: int) -> list[str]:
    names = [zone for zone in figures.zones if zone != CITY_ZONE]
    turn = [names[(first + step) % len(names)] for step in range(min(count, len(names)))]
    return [zone for zone in (CITY_ZONE,) if zone in figures.zones] + turn


def _sentence(by_indicator: dict[str, Figure], language: Language) -> str:
    """Only what the zone has devices for."""
    return ", ".join(
        _phrase(column, by_indicator[column.indicator], language)
        for column in COLUMNS
        if column.indicator in by_indicator
    )


def _phrase(column: Column, figure: Figure, language: Language) -> str:
    has_unit = figure.value is not None and column.form == "number"
    unit = f" {language.gettext(column.unit)}" if has_unit else ""
    return f"{language.gettext(column.heading)} {cell(column, figure, language).plain}{unit}"
