import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.roads import ROADS
from processors.indicators.catalogue import CATALOGUE, UNITS
from processors.indicators.satisfaction import ANSWERS

DOCS = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"<!-- example: (\w+), (\d+) s -->\n\n(\|.+?)\n\n[^|]+(\|.+?)(?:\n\n|\Z)", re.DOTALL)

# Halves add up to the same sum in any order, so that no rounded index falls to the other side.
NUMBER = st.one_of(st.just(math.nan), st.integers(-10, 800).map(lambda halves: halves / 2))
FIELDS = ("mean", "min", "max", "first", "last", "harmonic", "p10", "p50", "p85", "p90")
COUNT = st.integers(0, 20)
ENDS = ("mean", "min", "max", "first", "last", "harmonic", "p85")
CLASSES = ("light_count", "heavy_count", "motorcycle_count")


def device_of(*quantities: str) -> st.SearchStrategy[dict[str, float | str]]:
    """A known device of one of three zones, with what it sent; 0 readings: it kept silent."""
    fields: dict[str, st.SearchStrategy[Any]] = {f"{name}_{end}": NUMBER for name in quantities for end in ENDS}
    counts: dict[str, st.SearchStrategy[Any]] = {f"{name}_count": COUNT for name in quantities}
    about: dict[str, st.SearchStrategy[Any]] = {
        "zone": st.sampled_from(["a", "b", "c"]),
        "every_s": st.sampled_from([10.0, 60.0, 900.0, math.nan]),
        "readings": COUNT,
        "revision": st.integers(0, 3),
        "capacity": st.sampled_from([math.nan, 1.0, 200.0]),
        "noise_limit": st.sampled_from([math.nan, 55.0]),
        "siaga_3": st.sampled_from([math.nan, 80.0]),
        "siaga_1": st.sampled_from([math.nan, 200.0, 300.0]),
        "road_number": st.sampled_from([math.nan, ROADS.index("2/2-UD"), ROADS.index("freeway")]),
        "free_speed": st.sampled_from([math.nan, 40.0]),
        "length": st.sampled_from([math.nan, 500.0]),
        "free_travel_time": st.sampled_from([math.nan, 60.0]),
    }
    return st.fixed_dictionaries(about | fields | counts)


def running(gates: dict[str, float | str]) -> dict[str, float | str]:
    """With gates whose counters run."""
    return gates | {
        f"{gate}_{end}": gates[f"{gate}_last"] for gate in ("entries", "exits") for end in ("rate", "increase")
    }


CAR_PARK = st.one_of(
    device_of("occupied", "free", "capacity", "open", "entries"), device_of("entries", "exits").map(running)
)
STATION = st.one_of(
    device_of("vehicle_count", "speed", "occupancy"),
    device_of("speed", *CLASSES),
    device_of("travel_time", "speed", "delay"),
)
CITIES = st.one_of(
    st.tuples(st.just("parking"), st.lists(CAR_PARK, min_size=1, max_size=8)),
    st.tuples(st.just("traffic"), st.lists(STATION, min_size=1, max_size=8)),
    st.tuples(st.just("noise"), st.lists(device_of("laeq"), min_size=1, max_size=8)),
    st.tuples(st.just("weather"), st.lists(device_of("temperature", "humidity", "rain_mm"), min_size=1, max_size=8)),
    st.tuples(st.just("water"), st.lists(device_of("level_cm"), min_size=1, max_size=8)),
    st.tuples(st.just("satisfaction"), st.lists(device_of(*ANSWERS), min_size=1, max_size=8)),
    st.tuples(st.just("air"), st.lists(device_of("pm25", "pm10", "o3", "so2", "no2", "co"), min_size=1, max_size=8)),
)
SIZES = st.sampled_from([10, 60, 900, 3_600, 28_800, 86_400])


def alike(found, expected) -> None:
    assert sorted(found) == sorted(expected)
    for key in expected:
        assert found[key] == pytest.approx(expected[key], rel=1e-9, abs=1e-9, nan_ok=True), key


@given(CITIES, SIZES, st.randoms(use_true_random=False))
def test_the_order_of_the_devices_changes_nothing(windows_of, figures_of, city, size_s, random) -> None:
    kind, rows = city
    shuffled = random.sample(rows, len(rows))
    found = figures_of(CATALOGUE[kind](windows_of(kind, size_s, shuffled)))
    alike(found, figures_of(CATALOGUE[kind](windows_of(kind, size_s, rows))))


@given(CITIES, SIZES)
def test_how_a_city_is_divided_into_zones_changes_nothing_for_the_city(windows_of, figures_of, city, size_s) -> None:
    kind, rows = city
    divided = figures_of(CATALOGUE[kind](windows_of(kind, size_s, rows)))
    whole = figures_of(CATALOGUE[kind](windows_of(kind, size_s, [row | {"zone": "one"} for row in rows])))
    alike({key: figure for key, figure in divided.items() if key[0] == "all"},
          {key: figure for key, figure in whole.items() if key[0] == "all"})  # fmt: skip
    alike({("all", name): figure for (zone, name), figure in whole.items() if zone == "one"},
          {key: figure for key, figure in whole.items() if key[0] == "all"})  # fmt: skip


@given(CITIES, SIZES)
def test_other_zones_have_no_part_in_a_zone_of_known_intervals(windows_of, figures_of, city, size_s) -> None:
    kind, rows = city
    rows = [row | {"every_s": 60.0} for row in rows]
    together = figures_of(CATALOGUE[kind](windows_of(kind, size_s, rows)))
    for zone in {row["zone"] for row in rows}:
        alone = figures_of(CATALOGUE[kind](windows_of(kind, size_s, [row for row in rows if row["zone"] == zone])))
        here = {key: figure for key, figure in together.items() if key[0] == zone}
        alike({key: figure for key, figure in here.items() if key in alone},
              {key: figure for key, figure in alone.items() if key[0] == zone})  # fmt: skip
        assert all(math.isnan(value) for key, (value, *_) in here.items() if key not in alone)


@given(CITIES, SIZES)
def test_trust_is_a_share_and_no_data_has_none(windows_of, city, size_s) -> None:
    kind, rows = city
    batch = CATALOGUE[kind](windows_of(kind, size_s, rows))
    for share in (batch.coverage, batch.quality):
        assert ((share >= 0) & (share <= 1)).all()
    missing = np.isnan(batch.value)
    assert not batch.coverage[missing].any()
    assert not batch.quality[missing].any()
    assert not np.isinf(batch.value).any()


@given(CITIES, SIZES)
def test_every_zone_has_every_indicator_once_and_each_has_a_unit(windows_of, figures_of, city, size_s) -> None:
    kind, rows = city
    batch = CATALOGUE[kind](windows_of(kind, size_s, rows))
    found = figures_of(batch)
    assert {indicator for _, indicator in found} <= set(UNITS)
    assert len(found) == len({row["zone"] for row in rows} | {"all"}) * len({indicator for _, indicator in found})
    assert all(len(column) == len(found) for column in (batch.city, batch.coverage, batch.quality, batch.revision))


def test_every_indicator_is_documented_with_its_unit() -> None:
    described = dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", DOCS, re.MULTILINE))
    assert {name: described.get(name) for name in UNITS} == {name: unit or "-" for name, unit in UNITS.items()}


def table(text: str) -> list[dict[str, str]]:
    header, _, *lines = (
        [cell.strip().strip("`") for cell in line.strip(" |").split("|")] for line in text.splitlines()
    )
    return [dict(zip(header, cells, strict=True)) for cells in lines]


def device_from(cells: dict[str, str]) -> dict[str, float | str]:
    known = {name: text for name, text in cells.items() if text != "-" and name != "device"}
    road = {"road_number": float(ROADS.index(known.pop("road")))} if "road" in known else {}
    return {name: text if name == "zone" else float(text) for name, text in known.items()} | road


@pytest.mark.parametrize(("kind", "size_s", "devices", "results"), EXAMPLE.findall(DOCS))
def test_the_documented_examples_are_what_comes_out(windows_of, figures_of, kind, size_s, devices, results) -> None:
    found = figures_of(CATALOGUE[kind](windows_of(kind, float(size_s), [device_from(row) for row in table(devices)])))
    expected = {
        (row["zone"], row["indicator"]): tuple(
            math.nan if row[name] == "no data" else float(row[name]) for name in ("value", "coverage", "quality")
        )
        for row in table(results)
    }
    assert sorted(found) == sorted(expected)
    for key, figure in expected.items():
        assert found[key] == pytest.approx(figure, abs=5e-4, nan_ok=True), key


def test_each_kind_has_a_documented_example() -> None:
    assert {kind for kind, *_ in EXAMPLE.findall(DOCS)} == set(CATALOGUE)
