import numpy as np

from config.settings import Device, Settings
from simulators.fleet import Fleet

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
# Monday 2 March 2026, 00:00 in Jakarta.
MONDAY_NS = 1_772_384_400 * SECOND_NS
GASES = ("o3", "so2", "no2", "co", "hc")


def at_hour(hour: float) -> dict[str, np.ndarray]:
    fleet = Fleet(Settings(devices=tuple(Device(id=f"A{n}", kind="air", every="1m") for n in range(40))))
    (reports,) = fleet.reports(MONDAY_NS + round(hour * HOUR_NS), MONDAY_NS + round((hour + 1) * HOUR_NS))
    return reports.columns


def test_some_stations_measure_all_gases_and_the_others_none() -> None:
    columns = at_hour(9.0)
    has = np.array([np.isfinite(columns[name]) for name in GASES])
    assert np.all(has.all(axis=0) == has.any(axis=0))
    assert 0.2 < has[0].mean() < 0.6
    assert np.isfinite(columns["pm25"]).all()


def test_the_sun_makes_ozone_and_the_rush_hour_nitrogen_dioxide() -> None:
    noon, rush, night = at_hour(12.0), at_hour(6.5), at_hour(2.0)
    assert np.nanmean(noon["o3"]) > 1.5 * np.nanmean(night["o3"])
    assert np.nanmean(rush["no2"]) > 1.5 * np.nanmean(night["no2"])
    assert np.nanmean(rush["co"]) > 1.5 * np.nanmean(night["co"])


def test_no_concentration_is_below_zero() -> None:
    columns = at_hour(18.0)
    assert all(np.nanmin(columns[name]) > 0 for name in (*GASES, "pm25", "pm10"))
