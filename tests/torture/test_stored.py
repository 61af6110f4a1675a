"""The comparison itself: it finds what it is there to find."""

from pathlib import Path
from typing import Any

import pytest

from tests.torture.stored import differences, unaccounted, unbalanced
from tests.torture.truth import Key, Series, read_published, windows

PROBE = Series("probe", "p", [1_000, 1_500, 2_000], [{"level": 10.0}, {"level": 20.0}, {"level": 60.0}], True)
BELL = Series("bell", "b", [], [{"rung": 1}, {"rung": 1}, {"rung": 1}], False)
SIZES = {"1s": 1000}


def row(kind: str, device: str, second: int, **fields: float) -> dict[str, Any]:
    return {"kind": kind, "device": device, "size": "1s", "time": f"1970-01-01T00:00:0{second}Z", **fields}


def stored() -> list[dict[str, Any]]:
    first = {"level_count": 2, "level_mean": 15.0, "level_std": 5.0, "level_min": 10.0, "level_max": 20.0}
    second = {"level_count": 1, "level_mean": 60.0, "level_std": 0.0, "level_min": 60.0, "level_max": 60.0}
    rung = {"rung_mean": 1.0, "rung_min": 1.0, "rung_max": 1.0, "rung_first": 1.0, "rung_last": 1.0}
    return [
        row("probe", "p", 2, **first, level_first=10.0, level_last=20.0, level_p50=10.2, level_p95=20.0),
        row("probe", "p", 3, **second, level_first=60.0, level_last=60.0, level_p50=60.0, level_p95=60.0),
        row("bell", "b", 5, rung_count=2, **rung),
        row("bell", "b", 8, rung_count=1, **rung),
    ]


def test_what_was_stored_right_has_no_differences() -> None:
    assert differences(stored(), [PROBE, BELL], SIZES) == []


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_a_window_that_is_missing_is_named(lost: int) -> None:
    rows = stored()
    del rows[lost]
    assert differences(rows, [PROBE, BELL], SIZES) != []


@pytest.mark.parametrize(
    "field", ["level_count", "level_mean", "level_std", "level_min", "level_max", "level_first", "level_last"]
)
def test_a_field_that_is_wrong_is_named(field: str) -> None:
    rows = stored()
    rows[0][field] += 0.001
    (difference,) = differences(rows, [PROBE, BELL], SIZES)
    assert field in difference


def test_a_percentile_may_err_by_a_bin_and_no_more() -> None:
    rows = stored()
    rows[0]["level_p50"] = 10.6
    (difference,) = differences(rows, [PROBE, BELL], SIZES)
    assert "level_p50 is 10.6, not 10.0" in difference


def test_a_window_that_is_stored_twice_or_for_nothing_is_named() -> None:
    rows = stored()
    assert any("stored twice" in found for found in differences([*rows, rows[1]], [PROBE, BELL], SIZES))
    extra = rows[1] | {"time": "1970-01-01T00:00:09Z"}
    assert any("nothing was published" in found for found in differences([*rows, extra], [PROBE, BELL], SIZES))


def test_a_reading_without_a_clock_that_counts_twice_is_named() -> None:
    rows = stored()
    rows[3]["rung_count"] = 2
    assert any("rung_count is 4, not 3" in found for found in differences(rows, [PROBE, BELL], SIZES))


def test_counters_begin_anew_and_states_last_to_the_end_of_the_window() -> None:
    meter = Series(
        "meter", "m", [500, 1_200, 1_800, 2_100], [{"energy": 7}, {"energy": 9}, {"energy": 2}, {"energy": 5}], True
    )
    pump = Series("pump", "p", [500, 1_200, 1_800], [{"mode": 1}, {"mode": 0}, {"mode": 1}], True)
    found = windows([meter, pump], SIZES)
    increases = [found[Key("meter", "m", "1s", end)]["energy_increase"] for end in (1000, 2000, 3000)]
    assert increases == [0, 4, 3]
    first, second = (found[Key("pump", "p", "1s", end)] for end in (1000, 2000))
    assert (first["mode_time_0"], first["mode_time_1"]) == (0.0, 0.5)
    assert (second["mode_time_0"], second["mode_time_1"]) == (pytest.approx(0.6), pytest.approx(0.4))


def test_directions_are_averaged_as_vectors() -> None:
    vane = Series("vane", "v", [100, 200], [{"direction": 350.0}, {"direction": 20.0}], True)
    assert windows([vane], SIZES)[Key("vane", "v", "1s", 1000)]["direction_mean"] == pytest.approx(5.0)


def test_what_was_published_is_read_by_device_and_in_order(tmp_path: Path) -> None:
    lines = [
        b'city/c/bell/b {"rung": 1}',
        b'city/c/meter/m {"energy": 3, "ts": 1000, "seq": 0}',
        b'city/c/meter/m {"energy": 7, "ts": 1010, "seq": 1}',
    ]
    (tmp_path / "published").write_bytes(b"\n".join(lines) + b"\n")
    assert read_published(tmp_path / "published") == [
        Series("bell", "b", [], [{"rung": 1}], False),
        Series("meter", "m", [1000, 1010], [{"energy": 3}, {"energy": 7}], True),
    ]


@pytest.mark.parametrize(
    ("changed", "named"),
    [({"accepted": 9}, "9 accepted"), ({"rejected": {"too_late": 1}}, "too_late"), ({"received": 13}, "received 13")],
)
def test_a_ledger_that_does_not_add_up_is_named(changed: dict[str, Any], named: str) -> None:
    status = {"received": 12, "accepted": 10, "duplicate": 2, "rejected": {}}
    assert unbalanced(status, 10) == []
    assert any(named in found for found in unbalanced(status | changed, 10))


@pytest.mark.parametrize("changed", [{"missing": 1}, {"restarts": 1}, {"accepted": 4}, {"rejected": {"too_late": 1}}])
def test_a_device_whose_ledger_is_wrong_is_named(changed: dict[str, Any]) -> None:
    right = {"accepted": 3, "readings": 3, "rejected": {}}
    probe = {"kind": "probe", "device": "p", "published": 3, "missing": 0, "restarts": 0, **right}
    bell = {"kind": "bell", "device": "b", "published": None, "missing": None, "restarts": None, **right}
    assert unaccounted([probe, bell], [PROBE, BELL]) == []
    (named,) = unaccounted([probe | changed, bell], [PROBE, BELL])
    assert named.startswith("p: the ledger says")
