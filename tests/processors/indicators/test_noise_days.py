"""The levels of civil days, from the readings of meters through a processor."""

import math

import pytest

from config.indicator_rules import IndicatorRules
from config.settings import Device
from tests.processors.indicators.recorded_city import HOUR_NS, RecordedCity, at, hours_of
from tests.processors.indicators.test_day_night_noise import day

MIDNIGHT = at("2025-11-22 00:00")
NAN = math.nan


def meters(*devices: Device, **said: object) -> RecordedCity:
    return RecordedCity("noise", devices, rules=IndicatorRules(**said))


def meter(name: str = "N1", zone: str = "kota", limit: float | None = None) -> Device:
    return Device(id=name, kind="noise", zone=zone, every=HOUR_NS, noise_limit=limit)


MARKET = day((6, 22, 65), (22, 6, 55))


def heard(city: RecordedCity, levels: list[float], device: str = "N1", begin_ns: int = MIDNIGHT) -> RecordedCity:
    for reading in hours_of(levels, device, "laeq", begin_ns):
        city.hear_all([reading])
    return city


def test_the_levels_of_a_day_stand_once_it_has_ended_and_until_the_next_one_has() -> None:
    city = heard(meters(meter()), MARKET + [80.0] * 24 + [50.0])
    figures = city.figures("noise_lsm", "kota")
    assert min(figures) > MIDNIGHT + 24 * HOUR_NS
    of_the_first = [figure for end, figure in figures.items() if end < MIDNIGHT + 48 * HOUR_NS]
    assert len(of_the_first) > 40
    assert len(set(of_the_first)) == 1
    assert of_the_first[0] == (pytest.approx(63.8766, abs=1e-4), 1, 1)
    assert city.last("noise_lsm", "kota") == (pytest.approx(80 + 2.3571, abs=1e-3), 1, 1)
    assert city.value("noise_ls", "kota") == pytest.approx(80)


def test_a_day_is_one_of_the_city_s_clock() -> None:
    begin = at("2025-11-22 12:00")
    city = heard(meters(meter()), [40.0] * 12 + MARKET + [40.0], begin_ns=begin)
    assert city.value("noise_lsm", "kota") == pytest.approx(63.8766, abs=1e-4)


def test_a_zone_has_the_energy_mean_of_its_meters() -> None:
    city = meters(meter("N1"), meter("N2"))
    pairs = (hours_of([sent] * 25, name, "laeq", MIDNIGHT) for name, sent in (("N1", 60.0), ("N2", 70.0)))
    for pair in zip(*pairs, strict=True):
        city.hear_all(pair)
    assert city.last("noise_ls", "kota") == (pytest.approx(67.4036, abs=1e-4), 1, 1)


def test_a_meter_is_judged_by_its_day_with_the_tolerance() -> None:
    for limit, beyond in ((60, 1), (61, 0)):
        city = heard(meters(meter(limit=limit)), [*MARKET, 50.0])
        assert city.last("noise_lsm_over_limit", "kota") == (beyond, 1, 1)
        assert city.value("noise_lsm_excess", "kota") == pytest.approx(63.8766 - limit, abs=1e-4)


def test_a_level_that_is_just_at_limit_and_tolerance_passes() -> None:
    flat = day((6, 22, 58.0), (22, 6, 53.0))
    assert heard(meters(meter(limit=55)), [*flat, 50.0]).value("noise_lsm_over_limit", "kota") == 0
    strict = heard(meters(meter(limit=55), noise_tolerance=2.99), [*flat, 50.0])
    assert strict.value("noise_lsm_over_limit", "kota") == 1


def test_a_meter_with_too_few_hours_of_its_night_has_a_level_and_is_not_judged() -> None:
    short = [NAN if hour in (23, 0, 1) else one for hour, one in enumerate(MARKET)]
    city = heard(meters(meter(limit=55)), [*short, 50.0])
    assert city.last("noise_lsm", "kota") == (pytest.approx(63.8766, abs=1e-4), pytest.approx(21 / 24), 1)
    assert city.last("noise_lsm_over_limit", "kota") == pytest.approx((NAN, 0, 0), nan_ok=True)
    lenient = heard(meters(meter(limit=55), day_completeness=0.6), [*short, 50.0])
    assert lenient.value("noise_lsm_over_limit", "kota") == 1


def test_a_day_of_silence_is_no_data_and_not_quiet() -> None:
    city = heard(meters(meter()), [*MARKET, *[NAN] * 24, 50.0])
    assert city.last("noise_lsm", "kota") == pytest.approx((NAN, 0, 0), nan_ok=True)


def test_a_run_that_is_interrupted_after_each_hour_gives_the_same_levels_byte_for_byte() -> None:
    def run(interrupted: bool) -> list[object]:
        city = meters(meter(limit=55))
        for reading in hours_of([*MARKET, *[50.0] * 5], "N1", "laeq", MIDNIGHT):
            city.hear_all([reading])
            if interrupted:
                city.restart()
        city.finish()
        return city.everything()

    assert run(interrupted=True) == run(interrupted=False)
