import numpy as np
import pytest

from config.cities import shipped_city
from config.load import load_settings
from config.settings import Device, Settings
from simulators.events.eventful import EventfulFleet
from simulators.events.flood_wave import FloodWave, course_of
from simulators.events.names import UnknownNamesError
from simulators.faults.troubled import TroubledFleet
from simulators.fleet import Fleet
from simulators.scenario import Scenario
from simulators.scenario_files import load_scenario

SECOND_NS = 1_000_000_000
START_NS = 1_772_384_400 * SECOND_NS
WAVE = FloodWave(device="W1", amount=100, begin="10s", rises="20s", stands="1m", falls="40s")
SCENARIO = Scenario(flood_waves=(WAVE,))
CITY = Settings(
    devices=(Device(id="W1", kind="water", every="1s"), Device(id="W2", kind="water"), Device(id="A1", kind="air"))
)


def columns(fleet: Fleet, *parts: tuple[int, int]) -> dict[tuple[str, str], np.ndarray]:
    """By kind and quantity, of these spans in seconds after the start."""
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for begin_s, end_s in parts:
        for report in fleet.reports(START_NS + begin_s * SECOND_NS, START_NS + end_s * SECOND_NS):
            for name, values in {**report.columns, "device": report.device}.items():
                found.setdefault((report.kind, name), []).append(values)
    return {name: np.concatenate(values) for name, values in found.items()}


def test_the_water_rises_stands_and_falls_without_a_step() -> None:
    seconds = np.array([0, 10, 20, 30, 90, 110, 130, 500])
    rise = course_of(WAVE)
    assert (100 * rise((seconds - 10.0) * SECOND_NS)).tolist() == pytest.approx([0, 0, 50, 100, 100, 50, 0, 0])
    every = rise(np.arange(-10.0, 130.0) * SECOND_NS)
    assert np.abs(np.diff(every)).max() < 0.08


def test_a_wave_is_added_to_its_gauge_and_nothing_else_changes() -> None:
    plain = columns(Fleet(CITY, seed=3), (0, 200))
    flooded = columns(EventfulFleet(CITY, 3, None, SCENARIO, START_NS), (0, 200))
    assert flooded.keys() == plain.keys()
    differing = [name for name, values in plain.items() if not np.array_equal(values, flooded[name], equal_nan=True)]
    assert differing == [("water", "level_cm")]
    added = flooded["water", "level_cm"] - plain["water", "level_cm"]
    at_gauge = plain["water", "device"] == 0
    assert np.flatnonzero(added[~at_gauge]).tolist() == []
    assert (added[at_gauge][:10].max(), added[at_gauge].max()) == (0, pytest.approx(100))


def test_the_same_comes_out_however_time_is_cut_up() -> None:
    once = columns(EventfulFleet(CITY, 3, None, SCENARIO, START_NS), (0, 120))
    often = columns(EventfulFleet(CITY, 3, None, SCENARIO, START_NS), (0, 17), (17, 18), (18, 120))
    assert np.sort(once["water", "level_cm"]).tolist() == np.sort(often["water", "level_cm"]).tolist()


def test_a_flood_is_true_and_no_fault() -> None:
    flooded = EventfulFleet(CITY, 3, None, SCENARIO, START_NS)
    troubled = TroubledFleet(flooded, SCENARIO, START_NS, seed=3)
    (water,) = (sent for sent in troubled.due(START_NS, START_NS + 60 * SECOND_NS) if sent.kind == "water")
    assert water.true["level_cm"].tolist() == water.said["level_cm"].tolist()
    assert water.true["level_cm"][water.device == 0].max() > water.true["level_cm"][water.device == 0].min() + 90
    assert set(water.faults.tolist()) == {0}


def test_a_wave_at_what_is_no_gauge_is_refused_with_the_nearest_name() -> None:
    elsewhere = Scenario(flood_waves=(WAVE.model_copy(update={"device": "W11"}),))
    said = r"flood_waves\[0\]\.device: 'W11' is no water device here; did you mean 'W1'\?"
    with pytest.raises(UnknownNamesError, match=said):
        EventfulFleet(CITY, 1, None, elsewhere, START_NS)


@pytest.mark.parametrize("days", range(0, 360, 15))
def test_the_shipped_flood_passes_the_limit_of_the_example_city_within_twenty_seconds_at_any_time(days: int) -> None:
    city = load_settings(shipped_city("bojonegoro"))
    scenario = load_scenario("dam-opens")
    (wave,) = scenario.flood_waves
    (rule,) = (rule for rule in city.rules if rule.id == "pacal-rises")
    assert rule.devices == (wave.device,)
    one = city.model_copy(update={"devices": tuple(each for each in city.devices if each.id == wave.device)})
    start_ns = START_NS + days * 86_400 * SECOND_NS + days * 7 * SECOND_NS
    fleet = EventfulFleet(one, 1, None, scenario, start_ns)
    levels = np.concatenate([each.columns["level_cm"] for each in fleet.reports(start_ns, start_ns + 20 * SECOND_NS)])
    before = np.concatenate(
        [each.columns["level_cm"] for each in Fleet(one).reports(start_ns, start_ns + 20 * SECOND_NS)]
    )
    assert before.max() < rule.enter <= levels.max()
