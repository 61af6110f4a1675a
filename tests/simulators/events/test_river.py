"""A flood wave on its way down a river."""

import numpy as np
import pytest

from config.settings import Device
from simulators.events.courses import crest_and_width
from simulators.events.recorded_waves import KATULAMPA_2020
from simulators.fleet import Fleet
from tests.simulators.events.cities import HOUR_NS, MINUTE_NS, Values, changed, eventful, told, town

RIVER = town(
    Device(id="W1", kind="water", every="1m", downstream="W2", travel_time="90m"),
    Device(id="W2", kind="water", every="1m", downstream="W3", travel_time="2h"),
    Device(id="W3", kind="water", every="1m"),
    Device(id="W4", kind="water", every="1m", downstream="W2", travel_time="1h"),
)
WAVE = {"device": "W1", "amount": 200, "begin": HOUR_NS, "rises": HOUR_NS, "stands": HOUR_NS, "falls": HOUR_NS}


@pytest.fixture(scope="module")
def added() -> Values:
    """By gauge and minute, cm over half a day."""
    plain, flooded = (told(fleet, 0, 12 * HOUR_NS) for fleet in (Fleet(RIVER, 3), eventful(RIVER, flood_waves=(WAVE,))))
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
    short = {**WAVE, "rises": MINUTE_NS, "stands": 3 * MINUTE_NS, "falls": MINUTE_NS}
    for wave, expected_cm in ((short, 5.54), ({**WAVE, "shape": "katulampa-2020"}, 195)):
        (influence,) = eventful(RIVER, flood_waves=(wave,)).groups["water"].influences
        assert influence.weight[1] == pytest.approx(expected_cm, rel=0.02)


def test_a_crest_and_its_width_are_those_of_the_course() -> None:
    crest_ns, width_ns = crest_and_width(KATULAMPA_2020)
    assert crest_ns / MINUTE_NS == pytest.approx(88, abs=0.5)
    assert width_ns / MINUTE_NS == pytest.approx(187, abs=1)


def test_the_same_comes_out_however_time_is_cut_up() -> None:
    fleet = eventful(RIVER, flood_waves=(WAVE,))
    assert changed(told(fleet, 0, 3 * HOUR_NS), told(fleet, 0, 3 * HOUR_NS, HOUR_NS, HOUR_NS + 61)) == set()
