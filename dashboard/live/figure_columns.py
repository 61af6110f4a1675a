"""How each indicator is written in the live view, and which ones a narrow terminal shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.text import Text

from config.language import N_, Language
from config.settings import Device
from dashboard.live.scales import ISPU, LEVEL_OF_SERVICE, RAIN, SIAGA, Scale
from dashboard.live.zone_figures import Figure, ZoneFigures
from ingest.devices import UNASSIGNED
from processors.indicators.indicator_batch import CITY_ZONE

NO_DEVICE = "\u2013"
"""An en dash, also for a number that is not known yet."""
_FULL_COVERAGE = 0.9
_HALF_COVERAGE = 0.5


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
    form: Literal["number", "percent"] | Scale = "number"
    is_late: bool = False
    """Made of a quarter of an hour or more: not expected from the start, and shown once it has come."""


COLUMNS = (
    Column("parking", "parking_occupancy", N_("Parking"), N_("occupied"), 2, form="percent"),
    Column("parking", "parking_free", N_("Free"), N_("spaces"), 9),
    Column("traffic", "traffic_flow", N_("Flow"), N_("veh/h"), 8),
    Column("traffic", "traffic_speed", N_("Speed"), "km/h", 5, digits=1),
    Column("traffic", "traffic_los_street", N_("Traffic"), N_("A to F"), 3, form=LEVEL_OF_SERVICE),
    Column("air", "pm25", "PM2.5", "µg/m³", 7, digits=1),
    Column("air", "ispu_indicative", N_("ISPU (indicative)"), N_("category"), 1, form=ISPU),
    Column("noise", "noise_laeq", N_("Noise"), "dB(A)", 10, digits=1),
    Column("weather", "rain_1h_class", N_("Rain"), N_("in an hour"), 6, form=RAIN, is_late=True),
    Column("water", "water_siaga", "Siaga", N_("4 to 1"), 4, form=SIAGA),
)


def expected_figures(devices: Iterable[Device]) -> set[tuple[str, str]]:
    """(zone, indicator) of every figure that these devices should give, those of the whole city among them."""
    kinds = {(device.zone or UNASSIGNED, device.kind) for device in devices}
    kinds |= {(CITY_ZONE, kind) for _, kind in kinds}
    expected = [column for column in COLUMNS if not column.is_late]
    return {(zone, column.indicator) for zone, kind in kinds for column in expected if column.kind == kind}


def columns_of(figures: ZoneFigures) -> list[int]:
    """Positions in `COLUMNS` of those that there is something to say of."""
    made = {indicator for zone in figures.zones.values() for indicator in zone}
    return [at for at, column in enumerate(COLUMNS) if not column.is_late or column.indicator in made]


def fitting_columns(columns: Iterable[int], widths: Sequence[int], room: int) -> list[int]:
    """Of these positions in `COLUMNS` the most telling ones that fit into `room` characters, in their order there."""
    chosen: list[int] = []
    for position in sorted(columns, key=lambda position: COLUMNS[position].rank):
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
    return column.form.text(value, language)


def _coverage_style(coverage: float) -> str:
    if coverage >= _FULL_COVERAGE:
        return "dim"
    return "yellow" if coverage >= _HALF_COVERAGE else "red"
