"""The whole pipeline in one process: messages written by hand, points read back from the store."""

import json
from pathlib import Path

import numpy as np
import pytest

from config.settings import City, Device, Kind, Quantity, Settings, Source
from ingest.messages import MessageBatch
from ingest.reasons import Reason
from tests.denyut.live_batches import DAY, at, message, messages, started, stopped, stored, take, tick

SUITE = Path(__file__).parents[2].parent / "shared" / "data" / "json_test_suite"


def test_messages_become_windows_and_indicators_of_their_zone(tmp_path: Path) -> None:
    garage = Device(id="P1", kind="parking", zone="kota", capacity=50)
    pipeline = started(Settings(city=City(id="bojonegoro"), devices=(garage,)), tmp_path)
    occupied = zip(("01", "04", "07", "12"), (10, 20, 30, 40), strict=True)
    topic = "city/bojonegoro/parking/P1"
    take(
        pipeline,
        messages([message(topic, {"occupied": cars}, f"10:00:{second}") for second, cars in occupied], "10:00:12"),
    )
    tick(pipeline, "10:00:22")
    stopped(pipeline, tmp_path)
    first, second = stored(tmp_path, "window", device="P1", size="10s")
    assert first.time_ns == at("10:00:10")
    assert first.tags == {"city": "bojonegoro", "kind": "parking", "zone": "kota", "device": "P1", "size": "10s"}
    statistics = {"count": 3, "mean": 20, "min": 10, "max": 30, "first": 10, "last": 30, "std": np.std([10, 20, 30])}
    assert first.fields == pytest.approx(
        {f"occupied_{name}": value for name, value in statistics.items()} | {"revision": 0}
    )
    assert second.fields["occupied_mean"] == 40
    occupancy = stored(tmp_path, "indicator", indicator="parking_occupancy", zone="kota", size="10s")
    assert [row.fields["value"] for row in occupancy] == [20 / 50, 40 / 50]


def test_a_late_message_revises_the_point_that_was_written(tmp_path: Path) -> None:
    pipeline = started(Settings(), tmp_path)
    topic = "city/c/air/A1"
    take(pipeline, messages([message(topic, {"pm25": 10}, "10:00:01")], "10:00:02"))
    tick(pipeline, "10:00:12")
    take(pipeline, messages([message(topic, {"pm25": 30}, "10:00:05")], "10:00:13"))
    tick(pipeline, "10:00:14")
    stopped(pipeline, tmp_path)
    (point,) = stored(tmp_path, "window", device="A1", size="10s")
    assert (point.fields["pm25_mean"], point.fields["pm25_count"], point.fields["revision"]) == (20, 2, 1)
    assert pipeline.ledger.late == 1


def test_a_redelivered_batch_changes_no_point(tmp_path: Path) -> None:
    pipeline = started(Settings(), tmp_path)
    batch = messages([message(f"city/c/noise/N{n}", {"laeq": 60 + n}, "10:00:01") for n in range(5)], "10:00:02")
    for _ in range(3):
        take(pipeline, batch)
    tick(pipeline, "10:00:12")
    take(pipeline, batch)
    tick(pipeline, "10:00:13")
    stopped(pipeline, tmp_path)
    rows = stored(tmp_path, "window", size="10s")
    assert [(row.fields["laeq_count"], row.fields["revision"]) for row in rows] == [(1, 0)] * 5
    assert (pipeline.ledger.accepted, pipeline.ledger.duplicate) == (5, 15)


def test_a_buffered_upload_of_mixed_fates_is_accepted_and_its_lost_parts_are_named_and_kept(tmp_path: Path) -> None:
    pipeline = started(Settings(), tmp_path)
    upload = [
        {"ts": f"{DAY}T10:00:01Z", "pm25": 10},
        {"ts": f"{DAY}T08:00:00Z", "pm25": 11},
        {"ts": f"{DAY}T10:00:02Z", "pm25": 99_999},
        {"ts": f"{DAY}T10:00:03Z"},
        {"ts": f"{DAY}T12:00:00Z", "pm25": 12},
    ]
    early = message("city/c/air/A1", {"pm25": 5}, "09:59:00")
    take(pipeline, messages([early], "10:00:00"))
    tick(pipeline, "10:00:00")
    take(pipeline, messages([message("city/c/air/A1", upload)], "10:00:04"))
    tick(pipeline, "10:00:12")
    ledger = pipeline.ledger
    assert (ledger.received, ledger.accepted, ledger.readings, ledger.rejected.total()) == (2, 2, 2, 0)
    lost = {Reason.TOO_LATE, Reason.OUT_OF_RANGE, Reason.NO_QUANTITY, Reason.TIME_AHEAD}
    assert ledger.parts_rejected == dict.fromkeys(lost, 1)
    stopped(pipeline, tmp_path)
    assert len(pipeline.dead_letters) == 4


def test_retained_messages_never_enter_a_window(tmp_path: Path) -> None:
    pipeline = started(Settings(), tmp_path)
    plain = messages([message("city/c/air/A1", {"pm25": 1}, "10:00:01")] * 2, "10:00:02")
    retained = MessageBatch(plain.topics, plain.payloads, np.array([True, False]), plain.received_ns)
    take(pipeline, retained)
    tick(pipeline, "10:00:12")
    assert pipeline.ledger.rejected == {Reason.RETAINED: 1}
    stopped(pipeline, tmp_path)
    (point,) = stored(tmp_path, "window", size="10s")
    assert point.fields["pm25_count"] == 1


def test_a_message_without_a_time_counts_at_its_receipt_each_time(tmp_path: Path) -> None:
    pipeline = started(Settings(), tmp_path)
    untimed = message("city/c/air/A1", {"pm25": 4})
    take(pipeline, messages([untimed, untimed], "10:00:09"))
    take(pipeline, messages([untimed], "10:00:10"))
    tick(pipeline, "10:00:22")
    stopped(pipeline, tmp_path)
    assert [row.fields["pm25_count"] for row in stored(tmp_path, "window", size="10s")] == [2, 1]


def test_two_sources_with_other_topics_and_quantities_meet_in_one_store(tmp_path: Path) -> None:
    energy = Kind(quantities={"total": Quantity(kind="counter", unit="kWh")})
    sources = (
        Source(name="city"),
        Source(name="meters", topics=("m/#",), topic="m/{device}", kind="meter", fields={"E": "total"}, raw=True),
    )
    pipeline = started(Settings(sources=sources, kinds={"meter": energy}), tmp_path)
    readings = [message("m/7", {"E": total}, f"10:00:0{total % 10}") for total in (101, 105, 3)]
    take(pipeline, messages(readings[:2], "10:00:06"), "meters")
    take(pipeline, messages([message("m/7", {"E": 3}, "10:00:08")], "10:00:08"), "meters")
    take(pipeline, messages([message("city/c/air/7", {"pm25": 1}, "10:00:01")], "10:00:08"), "city")
    tick(pipeline, "10:00:12")
    stopped(pipeline, tmp_path)
    (meter,) = stored(tmp_path, "window", kind="meter", size="10s")
    assert (meter.fields["total_increase"], meter.fields["total_rate"]) == (4 + 3, 0.7)
    assert meter.tags["city"] == "city"
    assert [row.fields["total"] for row in stored(tmp_path, "reading")] == [101, 105, 3]


@pytest.mark.skipif(not SUITE.is_dir(), reason="the recording json_test_suite is not at hand")
def test_every_odd_payload_ends_with_a_name_and_costs_no_neighbour(tmp_path: Path) -> None:
    pipeline = started(Settings(), tmp_path)
    odd = [path.read_bytes() for path in sorted(SUITE.glob("*.json"))]
    odd += [b"", b'{"pm25": NaN}', b'{"pm25": "12"}', b'{"pm25": 1, "pm25": 2}', b"[" * 100_000, b"\xff\xfe"]
    odd += [json.dumps({"pm25": 1, "ts": year}).encode() for year in ("0001-01-01T00:00:00Z", "2262-12-01T00:00:00Z")]
    odd.append(b'{"pm25": 1, "x": "' + b"y" * (1 << 20) + b'"}')
    mixed = []
    for number, payload in enumerate(odd):
        mixed += [
            message("city/c/air/odd", payload),
            message("city/c/air/good", {"pm25": 1, "seq": number}, "10:00:01"),
        ]
    take(pipeline, messages(mixed, "10:00:02"))
    tick(pipeline, "10:00:12")
    ledger = pipeline.ledger
    assert ledger.balanced
    assert ledger.received == 2 * len(odd)
    good = next(row for row, each in enumerate(pipeline.devices.identities) if each.device == "good")
    assert ledger.devices[:4, good].tolist() == [len(odd), len(odd), 0, 0]
    stopped(pipeline, tmp_path)
    assert ledger.rejected.total() == len(pipeline.dead_letters) - ledger.parts_rejected.total()
    (point,) = stored(tmp_path, "window", device="good", size="10s")
    assert point.fields["pm25_count"] == len(odd)
