from collections import Counter

from ingest.partition import PARTITIONS, partition


def test_partitions_are_the_same_on_every_machine_and_in_every_run() -> None:
    devices = ("A1", "A2", "P-07", "Jalan Teuku Umar", "")
    assert [partition("bojonegoro", device) for device in devices] == [15, 16, 30, 13, 13]
    assert PARTITIONS == 64


def test_city_and_device_are_told_apart() -> None:
    assert partition("ab", "c") != partition("a", "bc")


def test_devices_spread_evenly() -> None:
    counts = Counter(partition("bojonegoro", f"device-{number}") for number in range(64_000))
    assert len(counts) == PARTITIONS
    assert min(counts.values()) > 850
    assert max(counts.values()) < 1_150


def test_a_name_that_no_text_can_hold_has_a_partition_too() -> None:
    assert 0 <= partition("c", "\udcff") < PARTITIONS
