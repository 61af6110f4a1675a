"""How each indicator is written in the live view, and which ones a narrow terminal shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.text import Text

from config.language import N_, Language
from config.settings import Device
from dashboard.live.zone_figures import Figure
from ingest.devices import UNASSIGNED
from processors.indicators.indicator_batch import CITY_ZONE
from processors.indicators.ispu import Category, category

NO_DEVICE = "\u2013"
"""An en dash, also for a number that is not known yet."""
_FULL_COVERAGE = 0.9
_HALF_COVERAGE = 0.5

CATEGORY_NAMES = {
    Category.BAIK: N_("Good"),
    Category.SEDANG: N_("Moderate"),
    Category.TIDAK_SEHAT: N_("Unhealthy"),
    Category.SANGAT_TIDAK_SEHAT: N_("Very unhealthy"),
    Category.BERBAHAYA: N_("Hazardous"),
}
# Green, blue, yellow, red and black of P.14/2020, as backgrounds so that black shows on a dark terminal too.
_CATEGORY_STYLES = {
    Category.BAIK: "bold white on #006400",
    Category.SEDANG: "bold white on #0000cc",
    Category.TIDAK_SEHAT: "bold black on #e6c200",
    Category.SANGAT_TIDAK_SEHAT: "bold white on #b00000",
    Category.BERBAHAYA: "bold white on #000000",
}


@dataclass(frozen=True)
class Column:
    kind: str
    """Kind of device that it is made of."""
    indicator: str
    heading: str
    unit: str
    rank: int
    """1 is kept longest when the terminal is narrow."""
    digits: int = 0
    form: Literal["number", "percent", "ispu"] = "number"


COLUMNS = (
    Column("parking", "parking_occupancy", N_("Parking"), N_("occupied"), 2, form="percent"),
    Column("parking", "parking_free", N_("Free"), N_("spaces"), 6),
    Column("traffic", "traffic_flow", N_("Flow"), N_("veh/h"), 5),
    Column("traffic", "traffic_speed", N_("Speed"), "km/h", 3, digits=1),
    Column("traffic", "traffic_v85", "V85", "km/h", 7),
    Column("air", "pm25", "PM2.5", "µg/m³", 4, digits=1),
    Column("air", "pm10", "PM10", "µg/m³", 8, digits=1),
    Column("air", "ispu_indicative", N_("ISPU (indicative)"), N_("category"), 1, form="ispu"),
)


def expected_figures(devices: Iterable[Device]) -> set[tuple[str, str]]:
    """(zone, indicator) of every figure that these devices should give, those of the whole city among them."""
    kinds = {(device.zone or UNASSIGNED, device.kind) for device in devices}
    kinds |= {(CITY_ZONE, kind) for _, kind in kinds}
    return {(zone, column.indicator) for zone, kind in kinds for column in COLUMNS if column.kind == kind}


def fitting_columns(widths: Sequence[int], room: int) -> list[int]:
    """Positions in `COLUMNS` of the most telling ones that fit into `room` characters, in their order there."""
    chosen: list[int] = []
    for position in sorted(range(len(COLUMNS)), key=lambda position: COLUMNS[position].rank):
        if widths[position] > room:
            break
        chosen.append(position)
        room -= widths[position]
    return sorted(chosen)


def heading(column: Column, language: Language) -> str:
    unit = language.gettext(column.unit)
    return f"{language.gettext(column.heading)}\n{unit}"


def cell(column: Column, figure: Figure | None, language: Language) -> Text:
    """The value and, in brackets, its coverage. No data and no device are words of their own, never a number."""
    if figure is None:
        return Text(NO_DEVICE, style="dim")
    if figure.value is None:
        return Text(language.gettext("no data"), style="italic magenta")
    return Text.assemble(
        _value(column, figure.value, language),
        (f" ({language.percent(figure.coverage)})", _coverage_style(figure.coverage)),
    )


def _value(column: Column, value: float, language: Language) -> Text:
    if column.form == "percent":
        return Text(language.percent(value))
    if column.form == "number":
        return Text(language.number(value, column.digits))
    air = category(value)
    name = language.gettext(CATEGORY_NAMES[air]) if air else ""
    return Text.assemble(f"{language.number(value)} ", (name, _CATEGORY_STYLES[air] if air else ""))


def _coverage_style(coverage: float) -> str:
    if coverage >= _FULL_COVERAGE:
        return "dim"
    return "yellow" if coverage >= _HALF_COVERAGE else "red"
