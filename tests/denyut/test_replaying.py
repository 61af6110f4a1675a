"""Recordings through the same processing: every window and every value is accounted for, by an oracle of sets."""

import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from config.default_kinds import effective_kinds
from config.settings import Settings, Windows
from denyut.cli import main
from denyut.replaying import Replay, settings_for
from ingest.devices import DeviceTable
from simulators.mapping_files import load_mapping
from simulators.recordings import open_recording
from tests.denyut.live_batches import message, messages, started, stopped, stored, take
from tests.simulators.recordings import SLICES, whole


def replayed(name: str, path: Path, data_dir: Path) -> dict[str, object]:
    mapping = load_mapping(name)
    data_dir.mkdir()
    replay = Replay(settings_for(Settings(), mapping, configured=False), [path], mapping, data_dir)
    for _ in replay.run():
        pass
    assert replay.balanced
    assert (replay.status["points_pending"], replay.status["points_refused"]) == (0, 0)
    return replay.status


def settings_of(name: str) -> Settings:
    return settings_for(Settings(), load_mapping(name), configured=False)


def expected_counts(name: str, path: Path) -> tuple[int, dict[tuple[str, str, str], int]]:
    """Windows that hold a reading, and (kind, size, quantity) -> plausible values, each reading once."""
    settings, seen, held = settings_of(name), set(), set()
    values: Counter[tuple[str, str]] = Counter()
    kinds = effective_kinds(settings)
    for span in open_recording([path], load_mapping(name), DeviceTable()).spans():
        for batch in span:
            present = ~np.isnan(batch.values)
            for index in range(len(batch)):
                key = (batch.kind, int(batch.stream[index]), int(batch.time_ns[index]), present[:, index].tobytes())
                if key in seen:
                    continue
                seen.add(key)
                held |= {
                    (size.size, int(batch.time_ns[index]) // size.size, int(batch.device[index]))
                    for size in settings.windows.sizes
                }
                for row, quantity in enumerate(batch.quantities):
                    limits = kinds[batch.kind].quantities.get(quantity)
                    value = batch.values[row, index]
                    low = -np.inf if limits is None or limits.min is None else limits.min
                    high = np.inf if limits is None or limits.max is None else limits.max
                    values[batch.kind, quantity] += bool(low <= value <= high)
    sizes = [
        f"{size.size // 3_600_000_000_000}h" if size.size % 3_600_000_000_000 == 0 else "15m"
        for size in settings.windows.sizes
    ]
    return len(held), {(kind, size, name): count for (kind, name), count in values.items() for size in sizes}


@pytest.mark.parametrize(
    ("name", "accepted", "duplicate", "windows"),
    [
        ("parking_aarhus", 240, 0, 176),
        ("parking_birmingham", 247, 3, 146),
        ("traffic_aarhus", 288, 0, 145),
        ("traffic_metro_i94", 165, 35, 173),
        ("nab", 400, 0, 53),
        ("air_beijing_pm25", 200, 0, 209),
        ("noise_dublin", 200, 0, 209),
    ],
)
def test_a_slice_gives_every_window_and_every_value_once(
    name: str, accepted: int, duplicate: int, windows: int, tmp_path: Path
) -> None:
    status = replayed(name, SLICES / name, tmp_path / "data")
    held, values = expected_counts(name, SLICES / name)
    assert (status["accepted"], status["duplicate"], status["rejected"]) == (accepted, duplicate, {})
    assert (status["windows_closed"], status["late"]) == (windows, 0)
    assert held == windows
    stored_counts: Counter[tuple[str, str, str]] = Counter()
    for row in stored(tmp_path / "data", "window"):
        for field, value in row.fields.items():
            if field.endswith("_count") and value:
                stored_counts[row.tags["kind"], row.tags["size"], field.removesuffix("_count")] += int(value)
    assert stored_counts == {key: count for key, count in values.items() if count}


@pytest.mark.parametrize(
    ("name", "accepted", "duplicate", "windows"),
    [
        ("parking_aarhus", 9688, 0, 5112),
        ("parking_birmingham", 19340, 118, 11166),
        ("traffic_aarhus", 6169, 0, 3113),
        ("traffic_metro_i94", 7294, 1279, 7650),
        ("nab", 23838, 0, 9652),
        ("jakarta_water_level", 44856, 0, 46728),
        ("air_beijing_pm25", 8760, 0, 9126),
        ("noise_dublin", 16951, 0, 17663),
    ],
)
def test_a_whole_recording_gives_every_window(
    name: str, accepted: int, duplicate: int, windows: int, tmp_path: Path
) -> None:
    status = replayed(name, whole(name), tmp_path / "data")
    assert (status["accepted"], status["duplicate"], status["rejected"]) == (accepted, duplicate, {})
    assert (status["windows_closed"], status["late"]) == (windows, 0)
    assert expected_counts(name, whole(name))[0] == windows


def test_values_that_no_car_park_can_have_stay_out(tmp_path: Path) -> None:
    status = replayed("parking_birmingham", SLICES / "parking_birmingham", tmp_path / "data")
    assert status["implausible"] == {"parking.occupied": 8}


def test_a_configuration_that_names_windows_wins_over_the_mapping() -> None:
    own = Settings(windows=Windows(delay=0))
    assert settings_for(own, load_mapping("nab"), configured=True).windows == own.windows
    assert settings_for(own, load_mapping("nab"), configured=False).windows != own.windows


def test_a_replay_leaves_what_a_run_has_saved_alone(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    run = started(Settings(), data_dir)
    take(run, messages([message("city/c/air/A1", {"pm25": 1}, "10:00:01")], "10:00:02"))
    stopped(run, data_dir)
    kept = ("outbox.db", "checkpoints/00000000000000000001.ckpt")
    saved = [(data_dir / name).read_bytes() for name in kept]
    options = ("--json", "--data-dir", str(data_dir))
    for time_base in ("event", "received"):
        done = CliRunner().invoke(
            main,
            [*("replay", "--mapping", "parking_aarhus", str(SLICES / "parking_aarhus"), "--time", time_base), *options],
        )
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["received"] == 240
        assert [(data_dir / name).read_bytes() for name in kept] == saved
        assert not (data_dir / "replay").exists()


def test_a_replay_at_a_given_speed_takes_its_time_and_gives_the_same_windows(tmp_path: Path) -> None:
    recording = tmp_path / "day.jsonl"
    lines = [{"topic": "city/c/air/A1", "payload": {"ts": 1_763_805_600 + 60 * n, "pm25": n}} for n in range(5)]
    recording.write_text("".join(json.dumps(line) + "\n" for line in lines))
    rows = []
    for speed in (None, 480.0):
        data_dir = tmp_path / str(speed)
        data_dir.mkdir()
        replay = Replay(Settings(), [recording], None, data_dir)
        began = time.monotonic()
        steps = len(list(replay.run(speed)))
        took_s = time.monotonic() - began
        rows.append([(row.time_ns, row.tags, row.fields) for row in stored(data_dir, "window")])
    assert steps == 5
    assert took_s >= 0.4, "four minutes at 480 times the pace last half a second"
    assert rows[0] == rows[1]
    assert len(rows[0]) == 5 + 5 + 1
