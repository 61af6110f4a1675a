"""The levels of civil days, from the readings of meters through a processor."""

import csv
import math
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.civil_time import civil_to_utc
from config.indicator_rules import IndicatorRules
from config.settings import Device
from tests.processors.indicators.recorded_city import HOUR_NS, RecordedCity, at, hours_of
from tests.processors.indicators.test_day_night_noise import day

MIDNIGHT = at("2025-11-22 00:00")
NAN = math.nan
BALLYMUN = Path(__file__).parents[4] / "shared" / "data" / "noise_dublin" / "noise_Ballymun4_2015-2016.csv"


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
    assert city.last("noise_lsm", "kota") == (pytest.approx(63.8766, abs=1e-4), pytest.approx(5 / 8), 1)
    assert city.last("noise_lsm_over_limit", "kota") == pytest.approx((NAN, 0, 0), nan_ok=True)
    lenient = heard(meters(meter(limit=55), day_completeness=0.6), [*short, 50.0])
    assert lenient.value("noise_lsm_over_limit", "kota") == 1


def test_each_level_has_the_coverage_of_its_own_hours_and_one_of_parts_that_of_the_least() -> None:
    short = [NAN if hour in (0, 1, 19, 20) else one for hour, one in enumerate(MARKET)]
    city = heard(meters(meter()), [*short, 50.0])
    covered = {name: city.last(f"noise_{name}", "kota")[1] for name in ("ls", "lm", "lsm", "lden", "ldn")}
    expected = {"ls": 14 / 16, "lm": 6 / 8, "lsm": 6 / 8, "lden": 2 / 4, "ldn": 7 / 9}
    assert covered == {name: pytest.approx(share) for name, share in expected.items()}


def test_a_meter_that_hears_only_by_day_has_a_level_of_the_day_and_none_of_the_night() -> None:
    city = heard(meters(meter()), [*(one if 6 <= hour < 22 else NAN for hour, one in enumerate(MARKET)), 50.0])
    assert city.last("noise_ls", "kota") == (pytest.approx(65), 1, 1)
    for name in ("noise_lm", "noise_lsm"):
        assert city.last(name, "kota") == pytest.approx((NAN, 0, 0), nan_ok=True)
    # Their nights end at 07.
    assert city.last("noise_lden", "kota")[1] == pytest.approx(1 / 8)
    assert city.last("noise_ldn", "kota")[1] == pytest.approx(1 / 9)


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


@pytest.mark.skipif(not BALLYMUN.is_file(), reason="the recording of Dublin's noise is not here")
def test_recorded_days_have_the_lsm_that_a_plain_loop_gives_also_where_the_clocks_change() -> None:
    dublin = ZoneInfo("Europe/Dublin")
    with BALLYMUN.open(newline="", encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file, delimiter="\t") if "2015-03-27" <= row["datetime"] < "2015-04-01 02"
        ]
    city = RecordedCity("noise", [meter()], ("1h",), zone=dublin)
    plain: dict[str, tuple[list[float], list[float]]] = {}
    for row in rows:
        date, hour, sent = row["datetime"][:10], int(row["datetime"][11:13]), row["laeq_Ballymun4"]
        if sent:
            city.hear("N1", at(row["datetime"][:16], dublin), laeq=float(sent))
            plain.setdefault(date, ([], []))[not 6 <= hour < 22].append(float(sent))
    for date in ("2015-03-27", "2015-03-28", "2015-03-29", "2015-03-30", "2015-03-31"):
        siang, malam = plain[date]
        day_energy = sum(10 ** (level / 10) for level in siang) / len(siang)
        night_energy = sum(10 ** ((level + 5) / 10) for level in malam) / len(malam)
        midnight = civil_to_utc(np.array([np.datetime64(date, "ns").astype(np.int64) + 24 * HOUR_NS]), dublin)
        found = city.figures("noise_lsm", "kota")[int(midnight[0])]
        assert found[0] == pytest.approx(10 * math.log10((16 * day_energy + 8 * night_energy) / 24), abs=1e-3), date
        night = 7 if date == "2015-03-29" else 8
        assert found[1] == pytest.approx(min(len(siang) / 16, len(malam) / night)), date
