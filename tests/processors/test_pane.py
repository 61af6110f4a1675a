import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Kind, Quantity
from processors.moments import COUNT, MEAN
from processors.pane import Block, Pane, blocks_of
from processors.tracked import TrackedColumns

ROWS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3), st.integers(0, 99)), min_size=1, max_size=40)


def columns(*names: str) -> TrackedColumns:
    tracked = TrackedColumns(Kind(quantities={"v": Quantity(min=0, max=100, percentiles=(50,), bins=100)}))
    tracked.indices(names or ("v",))
    return tracked


def blocks(tracked: TrackedColumns, rows: list[tuple[int, int, int]]) -> list[tuple[int, Block]]:
    """rows: (device, pane, value)."""
    ordered = sorted(rows, key=lambda row: (row[1], row[0]))
    device = np.array([device for device, _, _ in ordered], np.int32)
    pane = np.array([pane for _, pane, _ in ordered], np.int64)
    values = np.array([[value for *_, value in ordered]], np.float64)
    return list(blocks_of(tracked, pane, device, values, np.arange(len(rows))))


@given(ROWS)
def test_a_batch_over_several_panes_is_parted_by_pane_and_device(rows: list[tuple[int, int, int]]) -> None:
    parted = blocks(columns(), rows)
    assert [pane for pane, _ in parted] == sorted({pane for _, pane, _ in rows})
    for pane, block in parted:
        for slot, device in enumerate(block.device.tolist()):
            values = [value for each, at, value in rows if (each, at) == (device, pane)]
            assert block.readings[slot] == block.numbers[COUNT, 0, slot] == len(values)
            np.testing.assert_allclose(block.numbers[MEAN, 0, slot], np.mean(values))
            bins = block.histograms[0].keys // 100 == slot
            assert block.histograms[0].counts[bins].sum() == len(values)


@given(ROWS)
def test_blocks_of_many_devices_come_in_parts_that_say_the_same(rows: list[tuple[int, int, int]]) -> None:
    whole, parted = (Pane(columns()), Pane(columns()))
    for _, block in blocks(columns(), [(device, 0, value) for device, _, value in rows]):
        whole.merge(block)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("processors.pane._WHOLE", 1)
        patched.setattr("processors.pane._AT_ONCE", 3)
        for _, block in blocks(columns(), [(device, 0, value) for device, _, value in rows]):
            assert len(block.device) <= 3
            parted.merge(block)
    held, expected = parted.block(), whole.block()
    assert held.device.tolist() == expected.device.tolist()
    assert held.numbers.tolist() == expected.numbers.tolist()
    assert held.times.tolist() == expected.times.tolist()
    assert held.readings.tolist() == expected.readings.tolist()
    assert held.histograms[0].keys.tolist() == expected.histograms[0].keys.tolist()
    assert held.histograms[0].counts.tolist() == expected.histograms[0].counts.tolist()


@given(st.lists(ROWS, min_size=1, max_size=6))
def test_blocks_merged_one_by_one_give_each_device_all_its_readings(batches: list[list[tuple[int, int, int]]]) -> None:
    tracked = columns()
    pane = Pane(tracked)
    for rows in batches:
        for _, block in blocks(tracked, [(device, 0, value) for device, _, value in rows]):
            slots = pane.merge(block)
            assert pane.block().device[slots].tolist() == block.device.tolist()
    values: dict[int, list[int]] = {}
    for device, _, value in (row for rows in batches for row in rows):
        values.setdefault(device, []).append(value)
    block = pane.block()
    assert sorted(block.device.tolist()) == sorted(values)
    for slot, device in enumerate(block.device.tolist()):
        assert block.readings[slot] == len(values[device])
        np.testing.assert_allclose(block.numbers[MEAN, 0, slot], np.mean(values[device]))
    assert block.histograms[0].counts.sum() == sum(map(len, values.values()))


def test_what_is_taken_of_a_device_that_a_pane_does_not_hold_is_neutral() -> None:
    pane = Pane(columns())
    for _, block in blocks(columns(), [(5, 0, 10), (7, 0, 20)]):
        pane.merge(block)
    taken = pane.take(np.array([7, 6, 900], np.int32))
    assert taken.readings.tolist() == [1, 0, 0]
    assert taken.numbers[MEAN, 0].tolist() == [20, 0, 0]
    assert pane.slots_of(np.array([7, 6, 5, 900], np.int32)).tolist() == [1, -1, 0, -1]


def test_a_column_tracked_later_is_empty_in_a_pane_made_before() -> None:
    tracked = columns("v")
    pane = Pane(tracked)
    for _, block in blocks(tracked, [(5, 0, 10)]):
        pane.merge(block)
    tracked.indices(["w"])
    assert pane.block().numbers[COUNT].tolist() == [[1], [0]]


def test_a_pane_weighs_the_same_after_it_settled_and_after_it_was_restored() -> None:
    tracked = columns()
    pane = Pane(tracked)
    for _, block in blocks(tracked, [(device, 0, 1) for device in range(20)]):
        pane.merge(block.part(0, 3))
        pane.merge(block.part(3, 20))
    weight = pane.nbytes
    pane.settle()
    assert pane.nbytes == weight
    assert Pane.restore(tracked, pane.block().copy()).nbytes == weight
