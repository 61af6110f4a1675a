import numpy as np

from config.settings import Device, Settings
from simulators.fleet import Fleet, Reports

HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS
# Monday 2 March 2026, 00:00 in Jakarta.
MONDAY_NS = 1_772_384_400_000_000_000


def weeks_of_bins(count: int = 100, days: int = 28, name: str = "") -> Reports:
    devices = tuple(Device(id=f"B{n}", kind="bin", name=name, every="15m") for n in range(count))
    (reports,) = Fleet(Settings(devices=devices)).reports(MONDAY_NS, MONDAY_NS + days * DAY_NS)
    return reports


def in_rows(reports: Reports, values: np.ndarray) -> np.ndarray:
    """(device, reading)."""
    order = np.lexsort((reports.time_ns, reports.device))
    return values[order].reshape(int(reports.device.max()) + 1, -1)


def by_device(reports: Reports, name: str) -> np.ndarray:
    return in_rows(reports, reports.columns[name])


def test_a_bin_fills_until_somebody_empties_it_in_the_morning() -> None:
    reports = weeks_of_bins()
    fill = by_device(reports, "fill")
    hours = in_rows(reports, (reports.time_ns - MONDAY_NS) % DAY_NS / HOUR_NS)
    emptied = np.diff(fill, axis=1) < -15
    assert emptied.sum(axis=1).min() >= 5
    at = hours[:, 1:][emptied]
    assert at.min() >= 4.0
    assert at.max() <= 9.5
    assert np.diff(fill, axis=1)[~emptied].min() >= -8


def test_no_bin_is_more_than_full_and_most_are_emptied_before_they_are() -> None:
    fill = by_device(weeks_of_bins(), "fill")
    assert fill.min() >= 0
    assert fill.max() == 100
    assert (fill == 100).mean() < 0.06


def test_now_and_then_the_round_leaves_one_out_so_that_it_overflows() -> None:
    full = (by_device(weeks_of_bins(), "fill") == 100).any(axis=1)
    assert 0.1 < full.mean() < 0.9


def test_a_market_fills_its_bins_in_the_morning_and_a_park_in_the_evening() -> None:
    def evening_share(name: str) -> float:
        fill = by_device(weeks_of_bins(name=name), "fill")
        grown = np.maximum(np.diff(fill, axis=1), 0).sum(axis=0)
        hour = np.arange(len(grown)) % 96 / 4
        return float(grown[(hour >= 16) & (hour < 22)].sum() / grown.sum())

    assert evening_share("Taman Rajekwesi") > 1.6 * evening_share("Pasar Kota")


def test_it_is_hotter_under_the_lid_than_in_the_air_while_the_sun_shines() -> None:
    warmth = by_device(weeks_of_bins(20, days=7), "temperature").mean(axis=0).reshape(7, 96).mean(axis=0)
    assert warmth[52] > warmth[20] + 8
