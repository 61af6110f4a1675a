"""State in bytes and back: a run that is interrupted anywhere gives what it would have given, byte for byte."""

import gzip
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import processors.duplicates
import processors.kind_windows
import processors.processor
from config.settings import Kind, Quantity
from processors.outcomes import Outcome
from processors.processor import Output, Processor
from processors.state import VERSION, StateError, dump, load
from processors.window_batch import WindowBatch
from tests.processors.batches import SECOND_NS, Fed, Row, at, row, window, windows

EVERY_KIND = {
    "speed": Quantity(min=0, max=250, percentiles=(50, 85), harmonic=True),
    "energy": Quantity(kind="counter"),
    "lamp": Quantity(kind="state", states=(0, 1)),
    "direction": Quantity(kind="angle"),
    "laeq": Quantity(kind="level", min=20, max=140, percentiles=(90,), bins=24),
}
BEGIN = at("10:00:00")


def exactly(batch: WindowBatch) -> tuple[object, ...]:
    rows = (batch.device.tobytes(), batch.readings.tobytes(), batch.revision.tobytes())
    fields = tuple((name, column.tobytes()) for name, column in batch.fields.items())
    return (batch.kind, batch.size_ns, batch.end_ns, rows, fields)


def everything(outputs: list[Output]) -> list[object]:
    closed = [exactly(part) for output in outputs for each in output.windows for part in (each.changed, each.whole)]
    figures = [
        (batch.size_ns, batch.end_ns, batch.zone, batch.indicator, batch.value.tobytes(), batch.coverage.tobytes())
        for output in outputs
        for batch in output.indicators
    ]
    return [*closed, *figures]


VALUES = st.fixed_dictionaries(
    {}, optional={name: st.floats(0, 300, width=32) for name in EVERY_KIND} | {"lamp": st.sampled_from([0.0, 1.0, 2.0])}
).filter(bool)
ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(-70, 2), VALUES), min_size=1, max_size=6)
STEPS = st.lists(st.tuples(st.one_of(ROWS, st.none()), st.integers(0, 9)), min_size=1, max_size=15)


def run(steps: list[tuple[list[tuple[int, int, dict[str, float]]] | None, int]], interrupted: set[int]) -> Fed:
    """Batches of (device, seconds from now, values), or a moment to close windows; saved and restored before some."""
    fed = Fed(windows("10s", "20s/10s", "1m", delay="2s", lateness="20s"), EVERY_KIND, kind="traffic")
    clock = BEGIN
    for number, (rows, pause) in enumerate(steps):
        clock += pause * SECOND_NS
        if number in interrupted:
            fed.restart()
        if rows is None:
            fed.advance(clock)
        else:
            fed.take(
                *(Row(device, clock + after * SECOND_NS, values) for device, after, values in rows), received=clock
            )
    return fed


@pytest.mark.parametrize("memory", [192, 1])
@given(steps=STEPS, data=st.data())
def test_an_interrupted_run_gives_the_same_output_byte_for_byte(
    memory: int, steps: list[tuple[list[tuple[int, int, dict[str, float]]] | None, int]], data: st.DataObject
) -> None:
    interrupted = data.draw(st.sets(st.integers(0, len(steps)), min_size=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processors.kind_windows, "FOLD_AT", 5)
        patch.setattr(processors.duplicates, "_CHUNK", 8)
        if memory == 1:
            patch.setattr(processors.processor, "_MEBIBYTE", 2_000 // 192)
        whole, parts = run(steps, set()), run(steps, interrupted)
        assert dump(whole.processor.state) == dump(parts.processor.state)
        whole.finish()
        parts.finish()
    assert everything(whole.outputs) == everything(parts.outputs)


@given(steps=STEPS)
def test_what_was_loaded_is_saved_as_the_same_bytes(
    steps: list[tuple[list[tuple[int, int, dict[str, float]]] | None, int]],
) -> None:
    fed = run(steps, set())
    content = dump(fed.processor.state)
    assert dump(load(content, fed.settings, fed.kinds)) == content


def after_one_window() -> Fed:
    fed = Fed(windows("10s"), {"speed": Quantity(min=0, max=250)})
    fed.take(row(0, "10:00:01", speed=10), row(1, "10:00:02", speed=20))
    fed.advance("10:00:10")
    fed.take(row(0, "10:00:12", speed=50), received="10:00:12")
    return fed


@pytest.mark.parametrize(
    "quantities",
    [
        {"speed": Quantity(unit="km/h", min=0, max=250)},
        {"speed": Quantity(min=0, max=100)},
        {"speed": Quantity(min=0, max=250), "never_sent": Quantity(kind="counter")},
        {},
    ],
    ids=["another unit", "another range", "one more quantity", "no quantity by name"],
)
def test_what_changes_no_column_lets_the_windows_go_on(quantities: dict[str, Quantity]) -> None:
    fed = after_one_window()
    fed.restart(quantities=quantities)
    fed.take(row(0, "10:00:13", speed=70), received="10:00:13")
    fed.advance("10:00:20")
    assert window(fed, "10s", "10:00:20", 0)["speed_mean"] == 60


CHANGED = {
    "another size": None,
    "another kind of quantity": Quantity(min=0, max=250, kind="counter"),
    "a histogram": Quantity(min=0, max=250, percentiles=(50,)),
}


def changed(fed: Fed, change: str) -> None:
    quantity = CHANGED[change]
    fed.restart(quantities={"speed": quantity}) if quantity is not None else fed.restart(windows("10s", "15s"))


@pytest.mark.parametrize("change", CHANGED)
def test_after_a_change_no_window_is_written_that_lacks_what_was_held(change: str) -> None:
    fed = after_one_window()
    changed(fed, change)
    early = [row(0, "10:00:03", speed=90), row(0, "10:00:14", speed=70)]
    assert fed.take(*early, received="10:00:16") == [Outcome.TOO_LATE, Outcome.TOO_LATE]
    fed.advance("10:00:20")
    assert {batch.end_ns for batch in fed.written} == {at("10:00:10")}
    assert fed.take(row(0, "10:00:31", speed=30), received="10:00:31") == [Outcome.ACCEPTED]
    fed.advance("10:00:45")
    assert [batch.end_ns for batch in fed.written if len(batch)] == [
        at("10:00:10"),
        at("10:00:40"),
        *(at("10:00:45") for _ in range(change == "another size")),
    ]
    assert window(fed, "10s", "10:00:10", 0)["speed_mean"] == 10
    assert window(fed, "10s", "10:00:40", 0)["speed_mean"] == 30
    assert fed.processor.state.watermark_ns == at("10:00:45")


def test_a_window_that_held_nothing_of_before_a_change_is_whole_and_written() -> None:
    fed = after_one_window()
    fed.advance("10:00:20")
    changed(fed, "a histogram")
    assert fed.take(row(0, "10:00:21", speed=30), received="10:00:21") == [Outcome.ACCEPTED]
    fed.advance("10:00:30")
    assert window(fed, "10s", "10:00:30", 0)["speed_mean"] == 30


def test_after_a_change_a_clock_that_is_ahead_keeps_no_later_window_from_being_written() -> None:
    fed = after_one_window()
    fed.take(row(1, "10:00:55", speed=10), received="10:00:13")
    changed(fed, "a histogram")
    assert fed.take(row(0, "10:00:21", speed=30), received="10:00:21") == [Outcome.ACCEPTED]
    fed.advance("10:00:30")
    assert window(fed, "10s", "10:00:30", 0)["speed_mean"] == 30


def test_readings_seen_before_a_change_of_windows_are_still_duplicates() -> None:
    fed = after_one_window()
    fed.restart(windows("1m"))
    assert fed.take(row(0, "10:00:12", speed=50), received="10:00:13") == [Outcome.DUPLICATE]


def test_a_kind_that_has_no_windows_any_more_is_left_out() -> None:
    fed = after_one_window()
    sizes = windows("10s").model_copy(
        update={"sizes": (windows("10s").sizes[0].model_copy(update={"kinds": ("air",)}),)}
    )
    assert load(dump(fed.processor.state), sizes, fed.kinds).kinds == {}


def test_a_newer_version_is_one_clear_sentence() -> None:
    document = msgspec.msgpack.decode(dump(after_one_window().processor.state))
    content = msgspec.msgpack.encode(document | {"version": VERSION + 1})
    with pytest.raises(StateError, match=rf"^the saved state has version {VERSION + 1}, this program reads version 1$"):
        load(content, windows("10s"), {})


@given(st.binary(max_size=60))
def test_any_bytes_that_are_no_state_are_a_state_error(content: bytes) -> None:
    with pytest.raises(StateError):
        load(content, windows("10s"), {})


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_state_raises_nothing_but_a_state_error(place: int, byte: int) -> None:
    fed = after_one_window()
    content = bytearray(dump(fed.processor.state))
    content[place % len(content)] = byte
    for kinds in ({"street": Kind()}, fed.kinds):
        with suppress(StateError):
            load(bytes(content), fed.settings, kinds)


def test_a_truncated_state_is_a_state_error() -> None:
    fed = after_one_window()
    content = dump(fed.processor.state)
    for end in range(0, len(content), 997):
        with pytest.raises(StateError, match="no saved state"):
            load(content[:end], fed.settings, fed.kinds)


SAVED = Path(__file__).parent / "saved"


def test_a_state_saved_by_version_1_is_read_and_its_windows_go_on() -> None:
    content = gzip.decompress((SAVED / "state_version_1.msgpack.gz").read_bytes())
    fed = Fed(windows("10s", "20s/10s", "1m", delay="2s", lateness="20s"), EVERY_KIND, kind="traffic")
    fed.processor = Processor(fed.settings, fed.kinds, fed.table, state=load(content, fed.settings, fed.kinds))
    again = Row(0, at("10:00:16"), {"speed": 70, "energy": 20, "lamp": 0, "direction": 350})
    fed.take(row(0, "10:00:18", speed=90, energy=50, lamp=1), received="10:00:19")
    assert fed.take(row(0, "10:00:16", speed=70, energy=20, lamp=0), received="10:00:19") == [Outcome.DUPLICATE]
    assert fed.take(again, received="10:00:19") == [Outcome.ACCEPTED], "with a direction it is another reading"
    closed = fed.advance("10:01:03")
    (revised,) = [each for each in closed if each.size_ns == 10 * SECOND_NS and each.end_ns == at("10:00:10")]
    assert (revised.device.tolist(), revised.revision.tolist()) == ([0], [1])
    assert (revised.fields["speed_mean"].tolist(), revised.fields["energy_increase"].tolist()) == ([20], [40])
    (minute,) = [each for each in closed if each.size_ns == 60 * SECOND_NS]
    assert minute.device.tolist() == [0, 1, 2]
    assert minute.readings.tolist() == [6, 2, 1]
    assert minute.fields["energy_increase"][0] == 90
    assert minute.fields["speed_max"].tolist()[:2] == [90, 50]
    assert (minute.fields["lamp_time_0"][0], minute.fields["lamp_time_1"][0]) == (7, 52)


def test_a_state_of_version_99_is_refused_by_one_sentence() -> None:
    saved = gzip.decompress((SAVED / "state_version_1.msgpack.gz").read_bytes())
    content = msgspec.msgpack.encode(msgspec.msgpack.decode(saved) | {"version": 99})
    with pytest.raises(StateError, match=r"^the saved state has version 99, this program reads version 1$"):
        load(content, windows("10s"), {})
