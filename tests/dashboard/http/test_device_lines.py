"""What became of each device's messages, as the parser of Prometheus reads it."""

import asyncio

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from dashboard.http.device_lines import DEVICE_FAMILIES, DEVICES_AT_ONCE, DeviceLines
from ingest.devices import DeviceTable
from ingest.ledger import Count, Ledger, Numbered
from ingest.reasons import Reason
from tests.dashboard.http.serving import ask, sources

Told = dict[tuple[str, str, str], float]


def told(devices: DeviceTable, ledger: Ledger) -> Told:
    """(name, device, further label) -> value."""

    async def text() -> str:
        return "".join([part async for part in DeviceLines(devices, ledger).stream()])

    return {
        (
            sample.name,
            sample.labels["device"],
            sample.labels.get("outcome", sample.labels.get("reason", "")),
        ): sample.value
        for metric in text_string_to_metric_families(asyncio.run(text()))
        for sample in metric.samples
    }


def rows(*devices: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(devices, np.int32)


def two_devices() -> tuple[DeviceTable, Ledger]:
    devices, ledger = DeviceTable(), Ledger()
    first, second = devices.row("bjn", "air", "A1", "pasar"), devices.row("bjn", "air", "A2")
    ledger.add(Count.RECEIVED, rows(first, first, first, second))
    ledger.add(Count.ACCEPTED, rows(first, second))
    ledger.add(Count.DUPLICATE, rows(first))
    ledger.reject(Reason.TOO_LATE, rows(first))
    ledger.add(Count.READINGS, rows(first, first, second))
    ledger.count_numbers(Numbered.PUBLISHED, rows(second), np.array([9]))
    ledger.count_numbers(Numbered.MISSING, rows(second), np.array([3]))
    return devices, ledger


def test_each_device_has_its_outcomes_its_reasons_and_its_gaps() -> None:
    assert told(*two_devices()) == {
        ("denyut_device_messages_total", "A1", "accepted"): 1,
        ("denyut_device_messages_total", "A1", "duplicate"): 1,
        ("denyut_device_messages_total", "A1", "rejected"): 1,
        ("denyut_device_messages_total", "A2", "accepted"): 1,
        ("denyut_device_messages_total", "A2", "duplicate"): 0,
        ("denyut_device_messages_total", "A2", "rejected"): 0,
        ("denyut_device_rejected_total", "A1", "too_late"): 1,
        ("denyut_device_late_total", "A1", ""): 0,
        ("denyut_device_late_total", "A2", ""): 0,
        ("denyut_device_readings_total", "A1", ""): 2,
        ("denyut_device_readings_total", "A2", ""): 1,
        ("denyut_device_published_total", "A2", ""): 9,
        ("denyut_device_missing", "A2", ""): 3,
        ("denyut_device_restarts_total", "A2", ""): 0,
    }


def test_a_device_is_named_with_city_kind_and_zone_whatever_its_name_holds() -> None:
    devices = DeviceTable()
    devices.row("bjn", "air", 'a"b\\c\nd 日本', "pasar")
    answer = ask(sources(devices=devices), "/metrics/devices")
    (sample, *_) = next(iter(text_string_to_metric_families(answer.body.decode()))).samples
    assert sample.labels == {
        "city": "bjn",
        "kind": "air",
        "zone": "pasar",
        "device": 'a"b\\c\nd 日本',
        "outcome": "accepted",
    }


def test_a_device_that_was_registered_and_never_heard_has_zeros() -> None:
    devices, ledger = DeviceTable(), Ledger(devices=np.zeros((len(Count), 0), np.int64))
    devices.row("bjn", "air", "silent")
    assert told(devices, ledger)["denyut_device_messages_total", "silent", "accepted"] == 0


def test_more_devices_than_one_part_holds_stand_each_once() -> None:
    devices, ledger = DeviceTable(), Ledger()
    size = 2 * DEVICES_AT_ONCE + 1
    every = np.array([devices.row("bjn", "air", f"A{number}") for number in range(size)], np.int32)
    ledger.add(Count.ACCEPTED, every)
    ledger.add(Count.ACCEPTED, every[-1:])
    found = told(devices, ledger)
    accepted = [value for (name, _, label), value in found.items() if label == "accepted" and "messages" in name]
    assert (len(accepted), sum(accepted)) == (size, size + 1)
    assert found["denyut_device_messages_total", f"A{size - 1}", "accepted"] == 2


def test_without_devices_the_families_are_announced_all_the_same() -> None:
    answer = ask(sources(), "/metrics/devices")
    names = [line.split()[2] for line in answer.body.decode().splitlines() if line.startswith("# TYPE")]
    assert names == [family.name for family in DEVICE_FAMILIES]
