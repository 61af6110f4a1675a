"""The shipped scenarios in the example city: everything that they name is there, and it happens."""

import numpy as np
import pytest

from config.cities import shipped_city
from config.load import load_settings
from config.settings import Settings
from simulators.events.eventful import EventfulFleet
from simulators.scenario_files import load_scenario
from tests.simulators.events.cities import HOUR_NS, MINUTE_NS, MONDAY_0900_NS


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings(shipped_city("bojonegoro"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dam-opens", [("flood_waves", "TMA-023", 0.05)]),
        ("jakarta-2020", [("flood_waves", "TMA-023", 0)]),
        ("festival", [("gatherings", "bojonegoro", 30), ("accidents", "LL-005", 340)]),
        ("haze", [("hazes", "", 360)]),
        ("market-fire", [("fires", "PK-004", 30)]),
        ("power-cut", [("power_cuts", "bojonegoro", 20)]),
        ("ordinary-day", []),
        ("bad-hour", []),
    ],
)
def test_what_a_shipped_scenario_brings_and_after_how_many_minutes(
    city: Settings, name: str, expected: list[tuple[str, str, float]]
) -> None:
    happenings = EventfulFleet(city, 1, None, load_scenario(name), MONDAY_0900_NS).happenings()
    found = [(each.kind, each.place, (each.begin_ns - MONDAY_0900_NS) / MINUTE_NS) for each in happenings]
    assert found == expected
    assert all(each.title.id and each.title.en and each.devices for each in happenings)


@pytest.mark.parametrize("name", ["festival", "haze", "jakarta-2020", "market-fire", "power-cut"])
def test_it_is_over_before_the_scenario_ends_but_for_what_flows_or_lingers(city: Settings, name: str) -> None:
    scenario = load_scenario(name)
    ends_ns = [each.end_ns for each in EventfulFleet(city, 1, None, scenario, MONDAY_0900_NS).happenings()]
    over_ns = (HOUR_NS * 14 if name == "jakarta-2020" else 0) + scenario.lasts
    assert MONDAY_0900_NS < max(ends_ns) <= MONDAY_0900_NS + over_ns


def test_the_wave_of_2020_passes_siaga_1_of_its_gauge_within_half_an_hour_of_the_first_rise(city: Settings) -> None:
    here = city.model_copy(update={"devices": tuple(each for each in city.devices if each.id == "TMA-023")})
    fleet = EventfulFleet(here, 1, None, load_scenario("jakarta-2020"), MONDAY_0900_NS)
    begin_ns = MONDAY_0900_NS + 49 * MINUTE_NS
    levels = np.concatenate(
        [report.columns["level_cm"] for report in fleet.reports(begin_ns, begin_ns + 40 * MINUTE_NS)]
    )
    assert levels[0] < 180
    assert levels[:180].max() > 300


def test_smoke_of_the_burning_market_reaches_the_stations_of_the_town_and_no_other(city: Settings) -> None:
    (fire,) = EventfulFleet(city, 1, None, load_scenario("market-fire"), MONDAY_0900_NS).happenings()
    assert {device for device in fire.devices if device.startswith("UD")} == {"UD-018", "UD-029", "UD-030", "UD-031"}
