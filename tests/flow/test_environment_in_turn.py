"""Air, noise, rain and rivers over many windows: devices, zones and interruptions have no part in each other."""

import math
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.indicators.catalogue import CATALOGUE
from tests.processors.indicators.in_turn import Figures, InTurn
from tests.processors.indicators.recorded_city import at

JAKARTA = ZoneInfo("Asia/Jakarta")
BEGIN_NS = at("2025-11-22 22:15")
WINDOWS = 10
"""Of a quarter of an hour: over midnight, so that an hour, a day and what holds from window to window have part."""
QUANTITIES = {
    "air": ("pm25", "o3", "so2", "co"),
    "noise": ("laeq",),
    "weather": ("temperature", "humidity", "rain_mm"),
    "water": ("level_cm",),
}
SIZES: dict[str, tuple[float, ...]] = dict.fromkeys(QUANTITIES, (10, 60, 900)) | {"water": (900,)}
"""The shortest windows keep what holds of rivers."""
LEVEL = st.one_of(st.just(math.nan), st.integers(20, 260).map(float))
SAID = {"noise_limit": 55.0, "siaga_3": 80.0, "siaga_2": 150.0, "siaga_1": 200.0}

few = settings(max_examples=25)

City = list[tuple[str, list[dict[str, float]]]]
"""Zone of each device, and what it sent in each window; nothing: it was silent."""


def sent(kind: str) -> st.SearchStrategy[dict[str, float]]:
    values = st.fixed_dictionaries(dict.fromkeys(QUANTITIES[kind], LEVEL))
    return st.one_of(st.just({}), values)


@st.composite
def cities(draw: st.DrawFn) -> tuple[str, City]:
    kind = draw(st.sampled_from(sorted(QUANTITIES)))
    windows = st.lists(sent(kind), min_size=WINDOWS, max_size=WINDOWS)
    return kind, draw(st.lists(st.tuples(st.sampled_from("ab"), windows), min_size=1, max_size=4))


def in_turn(kind: str, city: City, zone_of: Callable[[str], str] = str, interrupted: bool = False) -> list[Figures]:
    turn = InTurn(CATALOGUE[kind], kind, 900, SIZES[kind], timezone=JAKARTA, begin_ns=BEGIN_NS,
                  units=dict.fromkeys(QUANTITIES[kind], ""))  # fmt: skip
    found = []
    for window in range(WINDOWS):
        rows = []
        for zone, said in city:
            row: dict[str, float | str] = {
                "zone": zone_of(zone),
                "every_s": 300,
                "readings": 3 * bool(said[window]),
                **SAID,
            }
            for name, value in said[window].items():
                row |= {f"{name}_mean": value, f"{name}_count": 3.0, f"{name}_last": value}
            rows.append(row)
        found.append(turn(*rows))
        if interrupted:
            turn.restart()
    return found


def alike(found: list[Figures], expected: list[Figures]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert sorted(one) == sorted(other)
        for key in other:
            assert one[key] == pytest.approx(other[key], rel=1e-9, abs=1e-9, nan_ok=True), key


def of_zone(figures: list[Figures], zone: str) -> list[Figures]:
    return [{key: figure for key, figure in each.items() if key[0] == zone} for each in figures]


@few
@given(cities(), st.randoms(use_true_random=False))
def test_the_order_of_the_devices_changes_nothing_in_any_window(city, random) -> None:
    kind, devices = city
    shuffled = random.sample(devices, len(devices))
    alike(in_turn(kind, shuffled), in_turn(kind, devices))


@few
@given(cities())
def test_how_a_city_is_divided_changes_nothing_for_the_city_in_any_window(city) -> None:
    kind, devices = city
    whole = in_turn(kind, devices, zone_of=lambda _: "one")
    alike(of_zone(in_turn(kind, devices), "all"), of_zone(whole, "all"))


@few
@given(cities())
def test_other_zones_have_no_part_in_a_zone(city) -> None:
    kind, devices = city
    together = in_turn(kind, devices)
    for zone in {zone for zone, _ in devices}:
        alone = of_zone(in_turn(kind, [device for device in devices if device[0] == zone]), zone)
        alike(of_zone(together, zone), alone)


@few
@given(cities())
def test_no_data_has_no_trust_and_trust_is_a_share(city) -> None:
    kind, devices = city
    for figures in in_turn(kind, devices):
        for key, (value, coverage, quality) in figures.items():
            assert 0 <= coverage <= 1, key
            assert 0 <= quality <= 1, key
            assert not math.isnan(value) or coverage == quality == 0, key
            assert not math.isinf(value), key


@few
@given(cities())
def test_an_interrupted_run_gives_the_same_figures(city) -> None:
    kind, devices = city
    assert str(in_turn(kind, devices, interrupted=True)) == str(in_turn(kind, devices))


def test_figures_of_an_hour_and_of_a_day_stand_among_them() -> None:
    sent = {"air": {"pm25": 35.0, "o3": 60.0}, "noise": {"laeq": 60.0}, "water": {"level_cm": 90.0},
            "weather": {"temperature": 33.0, "humidity": 80.0, "rain_mm": 1.0}}  # fmt: skip
    names = {key[1] for kind, values in sent.items() for key in in_turn(kind, [("a", [values] * WINDOWS)])[-1]}
    assert {"ispu_provisional", "noise_ls", "rain_1h", "heat_danger_hours", "water_siaga_held"} <= names
