import numpy as np
import pytest

from config.cities import shipped_city
from config.load import load_settings
from config.settings import Device, Settings
from simulators.events.courses import crest_and_width
from simulators.events.eventful import EventfulFleet
from simulators.events.flood_wave import FloodWave, course_of
from simulators.events.names import UnknownNamesError
from simulators.events.recorded_waves import KATULAMPA_2020
from simulators.faults.troubled import TroubledFleet
from simulators.fleet import Fleet
from simulators.scenario import Scenario
from simulators.scenario_files import load_scenario
from tests.simulators.events.cities import HOUR_NS, MINUTE_NS, Values, changed, eventful, told, town

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


RIVER = town(
    Device(id="W1", kind="water", every="1m", downstream="W2", travel_time="90m"),
    Device(id="W2", kind="water", every="1m", downstream="W3", travel_time="2h"),
    Device(id="W3", kind="water", every="1m"),
    Device(id="W4", kind="water", every="1m", downstream="W2", travel_time="1h"),
)
TRAVELLING = {"device": "W1", "amount": 200, "begin": HOUR_NS, "rises": HOUR_NS, "stands": HOUR_NS, "falls": HOUR_NS}


@pytest.fixture(scope="module")
def added() -> Values:
    """By gauge and minute, cm over half a day."""
    plain, flooded = (
        told(fleet, 0, 12 * HOUR_NS) for fleet in (Fleet(RIVER, 3), eventful(RIVER, flood_waves=(TRAVELLING,)))
    )
    return {key: flooded[key] - values for key, values in plain.items()}


def crest(added: Values, gauge: str) -> tuple[float, float]:
    """Height in cm, and minutes until the middle of the time in which it stands."""
    rise = added["water", gauge, "level_cm"]
    return float(rise.max()), float(np.flatnonzero(rise > rise.max() - 1).mean())


def test_the_wave_reaches_each_gauge_after_the_registered_time(added: Values) -> None:
    first, second, third = (crest(added, gauge)[1] for gauge in ("W1", "W2", "W3"))
    assert first == pytest.approx(150, abs=2)
    assert (second - first, third - first) == (pytest.approx(90, abs=4), pytest.approx(210, abs=4))


def test_down_the_river_it_is_lower_and_longer(added: Values) -> None:
    heights = [crest(added, gauge)[0] for gauge in ("W1", "W2", "W3")]
    assert heights == [pytest.approx(200, abs=0.1), pytest.approx(131.5, abs=0.5), pytest.approx(99.2, abs=0.5)]
    # As much water passes: cm x minutes.
    passed = [added["water", gauge, "level_cm"].sum() for gauge in ("W1", "W2", "W3")]
    assert passed == [pytest.approx(passed[0], rel=0.01)] * 3


def test_a_gauge_that_lies_beside_the_river_and_the_time_before_it_stay_as_they_are(added: Values) -> None:
    assert not added["water", "W4", "level_cm"].any()
    assert not added["water", "W1", "level_cm"][:60].any()
    assert not added["water", "W3", "level_cm"][:120].any()


def test_the_wave_of_katulampa_rises_from_40_to_250_cm_within_29_minutes() -> None:
    minutes = np.array([0.0, 49.0, 64.0, 78.0, 98.0, 136.0, 840.0]) * MINUTE_NS
    assert (250 * KATULAMPA_2020(minutes)).tolist() == pytest.approx([0, 40, 200, 250, 250, 140, 0])


def test_a_short_wave_is_gone_before_the_next_gauge_and_a_long_one_is_not() -> None:
    short = {**TRAVELLING, "rises": MINUTE_NS, "stands": 3 * MINUTE_NS, "falls": MINUTE_NS}
    for wave, expected_cm in ((short, 5.54), ({**TRAVELLING, "shape": "katulampa-2020"}, 195)):
        (influence,) = eventful(RIVER, flood_waves=(wave,)).groups["water"].influences
        assert influence.weight[1] == pytest.approx(expected_cm, rel=0.02)


def test_a_crest_and_its_width_are_those_of_the_course() -> None:
    crest_ns, width_ns = crest_and_width(KATULAMPA_2020)
    assert crest_ns / MINUTE_NS == pytest.approx(88, abs=0.5)
    assert width_ns / MINUTE_NS == pytest.approx(187, abs=1)


def test_a_wave_on_its_way_is_the_same_however_time_is_cut_up() -> None:
    fleet = eventful(RIVER, flood_waves=(TRAVELLING,))
    assert changed(told(fleet, 0, 3 * HOUR_NS), told(fleet, 0, 3 * HOUR_NS, HOUR_NS, HOUR_NS + 61)) == set()
