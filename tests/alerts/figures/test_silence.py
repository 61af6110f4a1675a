"""Devices that say nothing: how long, and how that stands to their usual interval."""

from typing import Any

import numpy as np
import pytest

from alerts.engine import Engine
from config.alert_rules import Rule
from ingest.devices import DeviceTable
from processors.cadence import Cadences
from tests.alerts.figures.windows import MINUTE, SECOND, begun_anew, closed, output, table, told


def silent(**settings: Any) -> Rule:
    usual = {"id": "silent", "field": "silent_intervals", "size": "1m", "when": ">=", "enter": 3}
    return Rule.model_validate(usual | settings)


def heard(*minutes: float, every: float = 60) -> Cadences:
    """When each device was heard last, 0: never; all of them usually speak each `every` seconds."""
    cadences = Cadences()
    cadences.reserve(len(minutes))
    for row, minute in enumerate(minutes):
        cadences.latest_ns[row] = int(minute * MINUTE)
        cadences.fix(row, int(every * SECOND))
    return cadences


def minutes(engine: Engine, cadences: Cadences, *ends: int, kind: str = "bin") -> list[str]:
    """What is told as windows end at these minutes."""
    lines = []
    for end in ends:
        lines += [f"{end} {line}" for line in told(engine.observe(output(closed(end, kind), cadences=cadences), 0))]
    return lines


def test_a_device_is_silent_after_so_many_of_its_intervals_also_without_any_row() -> None:
    engine = Engine([silent()], table())
    assert minutes(engine, heard(10, 12, 12, 12), 10, 11, 12, 13, 14) == ["13 silent b0 firing"]


def test_what_was_heard_before_the_rule_was_there_is_no_silence() -> None:
    engine = Engine([silent()], table())
    assert minutes(engine, heard(3, 12, 12, 12), 10, 11, 12) == ["12 silent b0 firing"]


def test_it_ends_when_the_device_is_heard_again() -> None:
    engine = Engine([silent()], table())
    minutes(engine, heard(10, 13, 13, 13), 11, 12, 13)
    assert minutes(engine, heard(13.5, 14, 14, 14), 14) == ["14 silent b0 resolved"]


def test_silence_is_known_for_sure_and_tells_how_long_it_has_lasted() -> None:
    engine = Engine([silent(field="silent_s", enter=150)], table())
    minutes(engine, heard(10, 12, 12, 12), 11, 12)
    (event,) = engine.observe(output(closed(13), cadences=heard(10, 12, 12, 12)), 0)
    assert (event.value, event.coverage, event.asset) == (180.0, 1.0, ("bjn", "north", "bin", "b0"))


def test_a_registered_device_that_never_spoke_counts_from_when_the_run_knew_of_it() -> None:
    engine = Engine([silent()], table())
    assert minutes(engine, heard(0, 99, 99, 99), 10, 11) == []
    assert minutes(engine, heard(0, 99, 99, 99), 12) == ["12 silent b0 firing"]


def test_devices_of_all_kinds_have_alerts_of_their_own() -> None:
    devices = table()
    devices.row("bjn", "lamp", "l0", "north")
    engine = Engine([silent()], devices)
    cadences = heard(1, 9, 9, 9, 1)
    for end in (2, 3):
        engine.observe(output(closed(end, "bin"), closed(end, "lamp"), cadences=cadences), 0)
    both = output(closed(4, "bin"), closed(4, "lamp"), cadences=cadences)
    assert told(engine.observe(both, 0)) == ["silent b0 firing", "silent l0 firing"]
    assert minutes(engine, heard(1, 9, 9, 9, 5), 5, kind="lamp") == ["5 silent l0 resolved"]


def test_an_unknown_interval_is_that_of_the_median_device_of_the_kind() -> None:
    cadences = heard(10, 10, 10, 10, every=20)
    cadences.interval_ns[0] = np.nan
    engine = Engine([silent(devices=["b0"])], table())
    assert minutes(engine, cadences, 10, 11) == ["11 silent b0 firing"]
    cadences.interval_ns[:] = np.nan
    engine = Engine([silent(devices=["b0"])], table())
    assert minutes(engine, cadences, 10, 11, 12, 13) == ["13 silent b0 firing"]


def test_a_run_that_was_away_for_an_hour_accuses_nobody() -> None:
    engine = Engine([silent()], table())
    cadences = heard(9.5, 9.5, 9.5, 9.5)
    assert minutes(engine, cadences, 10) == []
    again = begun_anew(engine, Engine([silent()], table()))
    assert minutes(again, cadences, 71, 72) == []
    assert minutes(again, heard(9.5, 72, 72, 72), 73) == ["73 silent b0 firing"]


def test_a_window_that_late_readings_revise_says_nothing_of_silence() -> None:
    engine = Engine([silent()], table())
    minutes(engine, heard(10, 12, 12, 12), 12, 13)
    assert minutes(engine, heard(14, 14, 14, 14), 13) == []


def test_without_cadences_nobody_is_silent() -> None:
    assert Engine([silent()], table()).observe(output(closed(9)), 0) == []


@pytest.mark.parametrize("restart", [True, False])
def test_an_alert_of_silence_goes_on_over_a_restart(restart: bool) -> None:
    engine = Engine([silent()], table())
    assert minutes(engine, heard(10, 13, 13, 13), 11, 12, 13) == ["13 silent b0 firing"]
    if restart:
        engine = begun_anew(engine, Engine([silent()], table()))
    assert minutes(engine, heard(10, 14, 14, 14), 14) == []
    assert minutes(engine, heard(15, 15, 15, 15), 15) == ["15 silent b0 resolved"]


def test_a_device_that_is_new_to_the_table_is_watched_from_then_on() -> None:
    devices = DeviceTable()
    devices.row("bjn", "bin", "b0", "north")
    engine = Engine([silent()], devices)
    assert minutes(engine, heard(9), 10) == []
    devices.row("bjn", "bin", "b1", "north")
    assert minutes(engine, heard(11, 10.5), 11, 12, 13) == []
    assert minutes(engine, heard(14, 10.5), 14) == ["14 silent b1 firing"]
