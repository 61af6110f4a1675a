from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import zstandard

from config.settings import City, Device, Settings, Source
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from simulators.mapping import Mapping
from simulators.mapping_files import load_mapping
from simulators.recorded_files import RecordingError
from simulators.recordings import Recording, open_recording
from tests.simulators.recordings import SLICES, whole

SIMPLE = Mapping.model_validate(
    {"kind": "air", "device": {"column": "d"}, "time": {"column": "t"}, "values": {"pm": "pm25", "hum": "humidity"}}
)


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000_000


def read(path: Path, mapping: Mapping | None = SIMPLE) -> tuple[Recording, list[ReadingBatch], DeviceTable]:
    devices = DeviceTable()
    recording = open_recording([path], mapping, devices)
    return recording, list(recording.batches()), devices


def names(devices: DeviceTable, batch: ReadingBatch) -> list[str]:
    known = [identity.device for identity in devices.identities]
    return [known[row] for row in batch.device.tolist()]


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "rows", "readings", "devices"),
    [
        ("parking_aarhus", 9688, 9688, 8),
        ("parking_birmingham", 19458, 19458, 29),
        ("traffic_aarhus", 6169, 6169, 1),
        ("traffic_metro_i94", 8573, 8573, 1),
        ("nab", 23838, 23838, 6),
        ("jakarta_water_level", 14952, 3 * 14952, 3),
        ("air_beijing_pm25", 8760, 8760, 1),
        ("noise_dublin", 16951, 16951, 1),
    ],
)
def test_a_whole_recording_loses_no_row(name: str, rows: int, readings: int, devices: int) -> None:
    recording, batches, table = read(whole(name), load_mapping(name))
    assert (recording.rows, recording.read_rows) == (rows, rows)
    assert (recording.readings, sum(map(len, batches)), len(table)) == (readings, readings, devices)
    assert recording.rejected == {}
    assert recording.read_bytes == recording.total_bytes
    for kind in {batch.kind for batch in batches}:
        times = np.concatenate([batch.time_ns for batch in batches if batch.kind == kind])
        assert np.all(np.diff(times) >= 0)


def test_aarhus_was_loaded_months_late_and_299_rows_have_more_cars_than_spaces() -> None:
    _, batches, devices = read(whole("parking_aarhus"), load_mapping("parking_aarhus"))
    (batch,) = batches
    assert batch.quantities == ("occupied", "capacity")
    assert batch.received_ns == ns("2014-11-03T16:18:44+01:00")
    assert batch.received_ns - int(batch.time_ns.max()) > 120 * 86_400 * 1_000_000_000
    assert int((batch.values[0] > batch.values[1]).sum()) == 299
    assert Counter(names(devices, batch)) == dict.fromkeys((identity.device for identity in devices.identities), 1211)


def test_birmingham_repeats_118_rows_has_47_above_capacity_and_10_negative() -> None:
    _, batches, _ = read(whole("parking_birmingham"), load_mapping("parking_birmingham"))
    keys = [key for batch in batches for key in zip(batch.stream.tolist(), batch.time_ns.tolist(), strict=True)]
    values = np.concatenate([batch.values for batch in batches], axis=1)
    assert len(keys) - len(set(keys)) == 118
    assert int((values[1] > values[0]).sum()) == 47
    assert int((values[1] < 0).sum()) == 10


def test_metro_i94_has_7294_distinct_hours_and_its_kelvins_become_celsius() -> None:
    _, batches, _ = read(whole("traffic_metro_i94"), load_mapping("traffic_metro_i94"))
    (batch,) = batches
    assert len(np.unique(batch.time_ns)) == 7294
    temperature = batch.values[batch.quantities.index("temperature")]
    assert np.isclose(temperature.min(), 244.82 - 273.15)


def test_jakarta_reaches_siaga_3_for_the_hours_counted_at_each_gate() -> None:
    _, batches, devices = read(whole("jakarta_water_level"), load_mapping("jakarta_water_level"))
    gates = np.array([name for batch in batches for name in names(devices, batch)])
    levels = np.concatenate([batch.values[0] for batch in batches])
    hours = {
        gate: int((levels[gates == gate] >= limit).sum())
        for gate, limit in (("katulampa", 80), ("depok", 200), ("manggarai", 750))
    }
    assert hours == {"katulampa": 93, "depok": 89, "manggarai": 281}
    assert int(batches[0].time_ns[0]) == ns("2021-10-16T00:00:00+07:00")


def test_the_slice_of_beijing_has_24_hours_without_pm25_that_are_kept() -> None:
    recording, (batch,), _ = read(SLICES / "air_beijing_pm25", load_mapping("air_beijing_pm25"))
    assert recording.rejected == {}
    assert int(np.isnan(batch.values[0]).sum()) == 24
    assert batch.values[:, -1].tolist() == [106.0, -15.0, -19.0, 1027.0]
    assert int(batch.time_ns[0]) == ns("2010-01-01T00:00:00+08:00")


def test_the_slice_of_nab_turns_miles_into_kilometres_and_percent_into_a_fraction() -> None:
    recording, batches, devices = read(SLICES / "nab", load_mapping("nab"))
    assert recording.readings == 400
    (batch,) = batches
    speed = batch.values[batch.quantities.index("speed")]
    occupancy = batch.values[batch.quantities.index("occupancy")]
    assert np.isclose(speed[0], 90 * 1.609344)
    assert np.isclose(occupancy[~np.isnan(occupancy)][0], 0.0306)
    assert not (np.isfinite(speed) & np.isfinite(occupancy)).any()
    assert len(devices) == 1


def test_the_slice_of_dublin_is_tab_separated_and_in_decibels() -> None:
    _, (batch,), devices = read(SLICES / "noise_dublin", load_mapping("noise_dublin"))
    assert batch.values[0, :3].tolist() == [60.92, 62.64, 61.59]
    assert devices.identities[0].city == "dublin"


@pytest.mark.parametrize(
    ("name", "rows"),
    [("parking_aarhus", 240), ("traffic_aarhus", 288), ("traffic_metro_i94", 200), ("parking_birmingham", 250)],
)
def test_the_other_slices_are_read_whole(name: str, rows: int) -> None:
    recording, _, _ = read(SLICES / name, load_mapping(name))
    assert (recording.rows, recording.readings, recording.rejected) == (rows, rows, {})


def test_a_byte_order_mark_quotes_and_blanks_are_no_part_of_a_value(tmp_path: Path) -> None:
    text = '\ufefft,d,"pm","hum"\r\n"2020-01-01 00:00:00", a ,"1.5",80\r\n'
    recording, (batch,), devices = read(written(tmp_path / "a.csv", text))
    assert devices.identities[0].device == "a"
    assert batch.values.tolist() == [[1.5], [80.0]]
    assert recording.rejected == {}


def test_each_bad_row_is_counted_by_its_reason_and_shown_with_file_line_and_value(tmp_path: Path) -> None:
    text = (
        "t,d,pm,hum\n"
        "2020-01-01 00:00:00,a,1,80\n"
        "yesterday,a,2,80\n"
        "2020-01-01 00:02:00,,3,80\n"
        "2020-01-01 00:03:00,a,three,80\n"
        "2020-01-01 00:04:00,a,NA,\n"
        "2020-01-01 00:05:00,a\n"
        "\n"
        "2020-01-01 00:06:00,a,NA,81\n"
    )
    file = written(tmp_path / "a.csv", text)
    recording, (batch,), _ = read(file)
    assert recording.rejected == {
        "wrong_field_count": 1,
        "time_invalid": 1,
        "not_a_number": 1,
        "no_value": 1,
        "device_missing": 1,
    }
    assert f"{file}:3: time_invalid: 'yesterday'" in map(str, recording.first_rejected)
    assert f"{file}:5: not_a_number: 'three'" in map(str, recording.first_rejected)
    assert np.array_equal(batch.values, [[1.0, np.nan], [80.0, 81.0]], equal_nan=True)
    assert recording.read_rows == recording.readings + sum(recording.rejected.values()) == 7


def test_a_line_is_counted_past_a_quoted_cell_of_several_lines(tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", 't,d,pm,hum,note\n2020-01-01,a,1,2,"two\nlines"\nbroken,a,1,2,x\n')
    recording, _, _ = read(file)
    assert [str(row) for row in recording.first_rejected] == [f"{file}:4: time_invalid: 'broken'"]


def test_one_bad_cell_of_a_wide_row_costs_one_device(tmp_path: Path) -> None:
    mapping = Mapping.model_validate(
        {
            "kind": "water",
            "time": {"column": "t"},
            "values": {
                "A": {"quantity": "level_cm", "device": "a", "zone": "up"},
                "B": {"quantity": "level_cm", "device": "b"},
            },
        }
    )
    text = "t,A,B\n2020-01-01 00:00,1,2\n2020-01-01 01:00,dry,3\n"
    recording, (batch,), devices = read(written(tmp_path / "a.csv", text), mapping)
    assert recording.rejected == {"not_a_number": 1}
    rows = zip(names(devices, batch), batch.values[0].tolist(), strict=True)
    assert list(rows) == [("a", 1.0), ("b", 2.0), ("b", 3.0)]
    assert [identity.zone for identity in devices.identities] == ["up", "unassigned"]


def test_file_order_keeps_rows_as_they_stand_and_their_receipt(tmp_path: Path) -> None:
    mapping = SIMPLE.model_copy(update={"order": "file", "received": "r"})
    text = "t,d,pm,hum,r\n2020-01-01 01:00,a,1,2,2020-01-02 00:00\n2020-01-01 00:00,a,3,4,2020-01-02 00:01\n"
    _, batches, _ = read(written(tmp_path / "a.csv", text), mapping)
    assert [batch.values[0].tolist() for batch in batches] == [[1.0], [3.0]]
    assert [batch.received_ns for batch in batches] == [ns("2020-01-02T00:00+00:00"), ns("2020-01-02T00:01+00:00")]


def test_a_registered_device_keeps_its_zone(tmp_path: Path) -> None:
    devices = DeviceTable([Device(id="a", kind="air", zone="kota")])
    file = written(tmp_path / "a.csv", "t,d,pm,hum\n2020-01-01 00:00,a,1,2\n")
    list(open_recording([file], SIMPLE, devices).batches())
    assert devices.identities[0].zone == "kota"


def test_json_lines_are_read_with_the_same_mapping(tmp_path: Path) -> None:
    text = (
        '{"t": "2020-01-01T00:00:00Z", "d": "a", "pm": 1.5, "hum": null, "more": [1]}\n'
        "{broken\n"
        '{"t": "2020-01-01T00:01:00Z", "d": "a", "pm": "2.5", "hum": 70}\n'
    )
    recording, (batch,), _ = read(written(tmp_path / "a.jsonl", text))
    assert recording.rejected == {"invalid_json": 1}
    assert recording.rows == recording.read_rows == 3
    assert np.array_equal(batch.values, [[1.5, 2.5], [np.nan, 70.0]], equal_nan=True)


def test_json_numbers_keep_their_point_beside_texts_with_a_decimal_comma(tmp_path: Path) -> None:
    text = (
        '{"t": "2020-01-01T00:00:00Z", "d": "a", "pm": 1.5, "hum": "70,25"}\n'
        '{"t": "2020-01-01T00:01:00Z", "d": "a", "pm": "2,5", "hum": "-200,0"}\n'
    )
    mapping = SIMPLE.model_copy(update={"decimal": ",", "missing": ("", "-200")})
    _, (batch,), _ = read(written(tmp_path / "a.jsonl", text), mapping)
    assert np.array_equal(batch.values, [[1.5, 2.5], [70.25, np.nan]], equal_nan=True)


def test_recorded_messages_need_no_mapping(tmp_path: Path) -> None:
    text = (
        '{"topic": "city/b/air/A1", "payload": {"ts": 1772406002000, "seq": 2, "pm25": 12.5}}\n'
        '{"topic": "city/b/air/A1", "payload": "{\\"ts\\": 1772406001000, \\"seq\\": 1, \\"pm25\\": 11.5}"}\n'
        '{"topic": "city/b/air/A1", "payload": {"pm25": 12.5}}\n'
        '{"topic": "elsewhere", "payload": {"ts": 1772406001000, "pm25": 12.5}}\n'
        "{}\n"
    )
    recording, (batch,), _ = read(written(tmp_path / "a.jsonl", text), None)
    assert batch.time_ns.tolist() == [1_772_406_001_000_000_000, 1_772_406_002_000_000_000]
    assert batch.values.tolist() == [[11.5, 12.5]]
    assert batch.sequence.tolist() == [1, 2]
    assert recording.read_rows == 5
    assert recording.rejected == {"invalid_json": 1, "topic_unknown": 1, "time_missing": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("t,d,pm\n", r"a\.csv:1: no column 'hum' \(mapped as values\.humidity\); the columns are 't', 'd', 'pm'$"),
        ("t;d;pm;hum\n", r"the columns are 't;d;pm;hum'; is ';' the delimiter\? see --delimiter$"),
        ("\n\n", "there is no header"),
    ],
)
def test_a_file_that_does_not_fit_is_one_clear_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        read(written(tmp_path / "a.csv", text))


def test_an_absent_file_an_empty_directory_and_a_missing_mapping_are_clear(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"b\.csv: No such file"):
        read(tmp_path / "b.csv")
    with pytest.raises(RecordingError, match="no file in this directory fits"):
        read(tmp_path)
    with pytest.raises(RecordingError, match="the columns need a mapping"):
        read(written(tmp_path / "a.csv", "t,d\n"), None)


def test_a_span_holds_all_kinds_up_to_one_moment_and_the_next_span_lies_after_it() -> None:
    recording = open_recording([whole("nab")], load_mapping("nab"), DeviceTable())
    spans = list(recording.spans(5000))
    assert sum(len(batch) for span in spans for batch in span) == 23838
    assert max(len(span) for span in spans) == 2
    for earlier, later in pairwise(spans):
        end_ns = max(int(batch.time_ns.max()) for batch in earlier)
        assert {batch.received_ns for batch in earlier} == {end_ns}
        assert all(int(batch.time_ns.min()) > end_ns for batch in later)


def test_a_recording_longer_than_a_chunk_is_read_to_its_end(tmp_path: Path) -> None:
    rows = [f"{1_577_836_800 + second},a,{second % 7},50" for second in range(120_000)]
    assert SIMPLE.time is not None
    mapping = SIMPLE.model_copy(update={"time": SIMPLE.time.model_copy(update={"format": "epoch"})})
    recording, batches, _ = read(written(tmp_path / "a.csv", "\n".join(["t,d,pm,hum", *reversed(rows)])), mapping)
    assert recording.rows == recording.readings == 120_000
    assert [len(batch) for batch in batches] == [20_000] * 6
    times = np.concatenate([batch.time_ns for batch in batches])
    assert np.array_equal(times, (1_577_836_800 + np.arange(120_000)) * 1_000_000_000)


def test_a_recorded_message_without_a_time_is_as_old_as_its_receipt(tmp_path: Path) -> None:
    text = '{"received": 1772406001500, "topic": "city/b/air/A1", "payload": {"pm25": 12.5}}\n'
    recording, (batch,), _ = read(written(tmp_path / "a.jsonl", text), None)
    assert batch.time_ns.tolist() == [1_772_406_001_500_000_000]
    assert recording.rejected == {}


def test_recorded_messages_are_read_as_the_sources_of_a_configuration_say(tmp_path: Path) -> None:
    text = (
        '{"topic": "pdam/TMA-1", "payload": {"waktu": 1772406001, "tinggi": 41.5}}\n'
        '{"topic": "city/b/air/A1", "payload": {"ts": 1772406001, "pm25": 12.5}}\n'
    )
    pdam = Source(
        name="pdam", topics=("pdam/+",), topic="pdam/{device}", kind="water", time_field="waktu",
        fields={"tinggi": "level_cm"},
    )  # fmt: skip
    settings = Settings(city=City(id="b"), sources=(pdam, Source()))
    recording = open_recording([written(tmp_path / "a.jsonl", text)], None, DeviceTable(), settings)
    found = {(batch.kind, batch.quantities): batch.values.tolist() for batch in recording.batches()}
    assert found == {("water", ("level_cm",)): [[41.5]], ("air", ("pm25",)): [[12.5]]}


def test_compressed_messages_are_read_and_what_breaks_off_is_named(tmp_path: Path) -> None:
    text = b'{"topic": "city/b/air/A1", "payload": {"ts": 1772406001, "pm25": 12.5}}\n' * 100_000
    file = tmp_path / "a.jsonl.zst"
    file.write_bytes(zstandard.compress(text))
    assert read(file, None)[0].readings == 100_000
    file.write_bytes(zstandard.compress(text)[:-9])
    with pytest.raises(RecordingError, match=r"a\.jsonl\.zst: the compressed file is damaged or incomplete"):
        read(file, None)
