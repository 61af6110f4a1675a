import numpy as np

from config.durations import SECOND_NS
from config.settings import Device
from ingest.devices import DeviceTable
from ingest.readings import NO_SEQUENCE, ReadingBatch
from processors.indicators.indicator_batch import IndicatorBatch
from processors.window_batch import WindowBatch
from storage.line_protocol import LineEncoder
from storage.points import PointBatch, Series
from storage.window_points import PointShaper

END = 1_763_778_600 * SECOND_NS
NAN = float("nan")


def windows(device: list[int], pm25: list[float], size_ns: int = 10 * SECOND_NS, revision: int = 0) -> WindowBatch:
    return WindowBatch(
        kind="air",
        size_ns=size_ns,
        end_ns=END,
        device=np.array(device, dtype=np.int32),
        readings=np.ones(len(device), dtype=np.int64),
        revision=np.full(len(device), revision, dtype=np.int32),
        fields={"pm25_mean": np.array(pm25)},
    )


def lines(batch: PointBatch) -> list[str]:
    return [line.decode() for line in LineEncoder().encode(batch).lines]


def test_a_window_is_a_point_at_its_end_with_the_tags_of_its_device() -> None:
    devices = DeviceTable([Device(id="aq-1", kind="air", zone="kota")])
    row = devices.row("bojonegoro", "air", "aq-1")
    batch = PointShaper(devices).windows(windows([row], [41.25], revision=2))
    assert lines(batch) == [
        "window,city=bojonegoro,device=aq-1,kind=air,size=10s,zone=kota pm25_mean=41.25,revision=2.0 "
        "1763778600000000000"
    ]


def test_a_device_keeps_its_series_and_each_size_has_its_own() -> None:
    devices = DeviceTable()
    shaper = PointShaper(devices)
    rows = [devices.row("c", "air", f"d{at}") for at in range(3)]
    first = shaper.windows(windows(rows, [1.0, 2.0, 3.0]))
    again = shaper.windows(windows([rows[2], rows[0]], [4.0, 5.0]))
    assert again.series.tolist() == [first.series[2], first.series[0]]
    minute = shaper.windows(windows(rows, [1.0, 2.0, 3.0], 60 * SECOND_NS))
    assert not set(minute.series.tolist()) & set(first.series.tolist())
    assert len(shaper.table) == 6
    assert {dict(shaper.table[index].tags)["size"] for index in range(6)} == {"10s", "1m"}


def test_devices_that_appear_later_join() -> None:
    devices = DeviceTable()
    shaper = PointShaper(devices)
    shaper.windows(windows([devices.row("c", "air", "d0")], [1.0]))
    rows = [devices.row("c", "air", f"d{at}") for at in range(1000)]
    batch = shaper.windows(windows(rows, [1.0] * 1000))
    named = [dict(shaper.table[index].tags)["device"] for index in batch.series.tolist()]
    assert named == [f"d{at}" for at in range(1000)]


def test_an_indicator_without_data_keeps_its_coverage() -> None:
    indicators = IndicatorBatch(
        size_ns=900 * SECOND_NS, end_ns=END, city=["c", "c"], zone=["kota", "all"], indicator=["occupancy"] * 2,
        value=np.array([NAN, 0.5]), coverage=np.array([0.0, 0.75]), quality=np.array([NAN, 1.0]),
        revision=np.array([0, 1], dtype=np.int32),
    )  # fmt: skip
    assert lines(PointShaper(DeviceTable()).indicators(indicators)) == [
        "indicator,city=c,indicator=occupancy,size=15m,zone=kota coverage=0.0,revision=0.0 1763778600000000000",
        "indicator,city=c,indicator=occupancy,size=15m,zone=all value=0.5,coverage=0.75,quality=1.0,revision=1.0 "
        "1763778600000000000",
    ]


def test_raw_readings_keep_their_own_times() -> None:
    devices = DeviceTable()
    rows = np.array([devices.row("c", "water", name, "hulu") for name in ("w1", "w2")], dtype=np.int32)
    readings = ReadingBatch(
        source="mqtt", kind="water", quantities=("level", "rain"), device=rows, stream=rows, message=np.arange(2),
        time_ns=np.array([5, 7]),
        timed=np.array([True, True]), sequence=np.array([NO_SEQUENCE] * 2),
        values=np.array([[1.5, 2.5], [NAN, 0.25]]), received_ns=9,
    )  # fmt: skip
    batch = PointShaper(devices).readings(readings)
    assert lines(batch) == [
        "reading,city=c,device=w1,kind=water,zone=hulu level=1.5 5",
        "reading,city=c,device=w2,kind=water,zone=hulu level=2.5,rain=0.25 7",
    ]
    tags = (("city", "c"), ("device", "w1"), ("kind", "water"), ("zone", "hulu"))
    assert batch.table[0] == Series("reading", tags)


def test_no_windows_are_no_points() -> None:
    assert len(PointShaper(DeviceTable()).windows(windows([], []))) == 0
