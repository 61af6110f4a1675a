"""Scores of the city from readings on: through several kinds of device, restarts, late readings and a store."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.default_kinds import effective_kinds
from config.durations import parse_duration
from config.load import load_settings
from config.pillars import SHIPPED, Scores, inputs_of
from config.settings import Device, Settings
from ingest.devices import DeviceTable
from processors.indicators.catalogue import UNITS
from processors.indicators.indicator_batch import IndicatorBatch
from processors.processor import Output, Processor, TimeBase
from processors.state import dump, load
from tests.denyut.live_batches import message, messages, started, stopped, stored, take, tick
from tests.processors.batches import SECOND_NS, Row, at, batch, windows

DEVICES = [
    Device(id="P1", kind="parking", zone="kota", capacity=100, every=parse_duration("1m")),
    Device(id="P2", kind="parking", zone="kapas", capacity=50, every=parse_duration("1m")),
    Device(id="T1", kind="traffic", zone="kota", every=parse_duration("1m"), free_speed=45),
    Device(id="C1", kind="weather", zone="kota", every=parse_duration("1m")),
    Device(id="A1", kind="air", zone="kapas", every=parse_duration("5m")),
]
SAYS: dict[str, dict[str, float]] = {
    "P1": {"occupied": 85},
    "P2": {"occupied": 20},
    "T1": {"speed": 30, "vehicle_count": 12},
    "C1": {"temperature": 27, "humidity": 60},
    "A1": {"pm25": 15.5, "pm10": 50},
}
KINDS = effective_kinds(Settings())


class City:
    def __init__(self, every: str = "1m", time_base: TimeBase = "received") -> None:
        self.table = DeviceTable(DEVICES)
        self.kind = {device.id: device.kind for device in DEVICES}
        self.row = {device.id: self.table.row("c", device.kind, device.id) for device in DEVICES}
        self.windows = windows("10s", "1m", "15m", delay="2s", lateness="15m")
        self.scores = Scores(every=parse_duration(every), min_coverage=0.3)
        self.time_base = time_base
        self.processor = self.made()
        self.processor.expect("c", DEVICES)
        self.outputs: list[Output] = []

    def made(self, **state: Any) -> Processor:
        return Processor(self.windows, KINDS, self.table, self.time_base, scores=self.scores, **state)

    def say(self, device: str, time_ns: int, received_ns: int, **values: float) -> None:
        row = Row(self.row[device], time_ns, values or SAYS[device])
        self.processor.process(batch([row], received_ns, self.kind[device]))

    def advance(self, time_ns: int) -> None:
        """Until nothing is left for the next call."""
        self.outputs.append(self.processor.advance(time_ns))
        while self.processor.due(time_ns):
            self.outputs.append(self.processor.advance(time_ns))

    def restart(self) -> None:
        content = dump(self.processor.state)
        self.processor = self.made(state=load(content, self.windows, KINDS))
        assert dump(self.processor.state) == content

    @property
    def made_of_all(self) -> list[IndicatorBatch]:
        return [each for output in self.outputs for each in output.indicators if "score_city" in each.indicator]

    @property
    def final(self) -> dict[tuple[int, str, str], tuple[float, float, int]]:
        """(end, zone, indicator) -> value, coverage and revision that stand in the store at last."""
        return {
            (each.end_ns, zone, name): (float(each.value[at]), float(each.coverage[at]), int(each.revision[at]))
            for each in self.made_of_all
            for at, (zone, name) in enumerate(zip(each.zone, each.indicator, strict=True))
        }


def exactly(outputs: list[Output]) -> list[object]:
    return [
        (each.size_ns, each.end_ns, each.city, each.zone, each.indicator, each.value.tobytes(),
         each.coverage.tobytes(), each.quality.tobytes(), each.revision.tobytes())
        for output in outputs for each in output.indicators
    ]  # fmt: skip


def quarter_of(city: City, silent: tuple[str, ...] = ()) -> None:
    """From 10:00 to 10:15 each device speaks when it is due; windows close once a minute."""
    for minute in range(16):
        now_ns = at("10:00:00") + minute * 60 * SECOND_NS
        city.advance(now_ns + 3 * SECOND_NS)
        for device in DEVICES:
            if device.id not in silent and (device.kind != "air" or minute % 5 == 0) and minute < 15:
                city.say(device.id, now_ns + 5 * SECOND_NS, now_ns + 6 * SECOND_NS)


def test_a_quarter_of_an_hour_of_a_small_city_has_its_scores() -> None:
    city = City("15m")
    quarter_of(city)
    found = {name: figure for (_, zone, name), figure in city.final.items() if zone == "all"}
    assert {end for end, *_ in city.final} == {at("10:15:00")}
    assert found["sensors_known"][0] == 5
    assert found["sensors_alive_share"] == (1, 1, 0)
    assert found["score_governance"][:2] == pytest.approx((100, 0.6))
    assert found["score_branding"][:2] == pytest.approx((100, 2 / 3))
    # 105 of 150 spaces; the way from 0.6 = 80 to 0.85 = 100.
    assert found["score_economy"][:2] == pytest.approx((80 + 20 * 0.1 / 0.25, 1))
    # The time index is 45 / 30 = 1.5: 60; 30 km/h is half way from 50 to 100; no heat risk at 27 degrees: 75 or 100.
    assert found["score_living"][0] in (pytest.approx((60 + 75 + 100) / 3), pytest.approx((60 + 75 + 75) / 3))
    assert np.isnan(found["score_society"][0])
    # PM2.5 and PM10 are both at 50, where Baik ends.
    assert found["score_environment"][:2] == pytest.approx((80, 2 / 3))
    assert found["score_city"][1] == pytest.approx(sum(found[f"score_{name}"][1] for name in (
        "governance", "branding", "economy", "living", "environment")) / 6)  # fmt: skip


def test_a_sensor_that_falls_silent_costs_the_city_its_score_for_looking_after_them() -> None:
    city = City("15m")
    quarter_of(city, silent=("P2",))
    found = {(zone, name): figure for (_, zone, name), figure in city.final.items()}
    assert found["all", "sensors_alive_share"][0] == 0.8
    assert found["all", "score_governance"][0] == pytest.approx(60)
    assert found["kapas", "sensors_alive_share"][0] == 0.5
    assert np.isnan(found["kapas", "score_economy"][0])


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(SAYS)), st.integers(-400, 2), st.integers(0, 45)), min_size=1, max_size=25
)


def run(steps: list[tuple[str, int, int]], interrupted: set[int], base: TimeBase = "received") -> City:
    """Readings of (device, seconds from now, pause before): each after the windows that are due have closed."""
    city = City(time_base=base)
    clock = at("10:00:00")
    for number, (device, after_s, pause_s) in enumerate(steps):
        clock += pause_s * SECOND_NS
        if number in interrupted:
            city.restart()
        city.advance(clock)
        city.say(device, clock + after_s * SECOND_NS, clock)
    city.advance(clock + 120 * SECOND_NS)
    return city


@settings(deadline=None, max_examples=30)
@given(steps=STEPS, data=st.data())
def test_an_interrupted_run_gives_the_same_scores_byte_for_byte(
    steps: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    interrupted = data.draw(st.sets(st.integers(0, len(steps) - 1), min_size=1))
    whole, parts = run(steps, set()), run(steps, interrupted)
    assert exactly(whole.outputs) == exactly(parts.outputs)
    assert dump(whole.processor.state) == dump(parts.processor.state)


def test_when_large_windows_are_left_for_the_next_call_the_scores_wait_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = City("15m")
    quarter_of(at_once)
    monkeypatch.setattr("processors.processor.CLOSED_AT_ONCE", 1)
    monkeypatch.setattr("processors.kind_windows.CLOSED_AT_ONCE", 1)
    one_by_one = City("15m")
    quarter_of(one_by_one)
    assert len(one_by_one.outputs) > len(at_once.outputs)
    assert one_by_one.final.keys() == at_once.final.keys()
    assert len(one_by_one.made_of_all) == 1, "they are made once, of everything"
    for key, figure in at_once.final.items():
        assert one_by_one.final[key] == pytest.approx(figure, nan_ok=True), key


def test_late_readings_revise_the_score_and_not_the_sensors() -> None:
    city = City("15m")
    quarter_of(city)
    before = city.final
    for minute in range(15):
        city.say("P1", at("10:00:30") + minute * 60 * SECOND_NS, at("10:16:00"), occupied=0)
    city.advance(at("10:16:10"))
    key = (at("10:15:00"), "all", "score_economy")
    # P1 now has a mean of 42.5: 62.5 of 150 spaces.
    assert city.final[key] == (pytest.approx(80 / 0.6 * 62.5 / 150), 1, 1)
    for name in ("sensors_alive_share", "freshness_worst_s"):
        assert city.final[at("10:15:00"), "all", name] == before[at("10:15:00"), "all", name]
    assert city.final[at("10:15:00"), "all", "score_city"][2] == 1


def test_recorded_data_has_its_scores_up_to_its_end() -> None:
    city = City("15m", "event")
    for minute in range(40):
        for device in DEVICES:
            city.say(device.id, at("10:00:05") + minute * 60 * SECOND_NS, at("23:00:00"))
    city.outputs.append(city.processor.finish())
    assert sorted({end for end, *_ in city.final}) == [at("10:15:00"), at("10:30:00"), at("10:45:00")]


def test_what_the_alert_engine_says_is_heard() -> None:
    city = City("15m")
    one = np.ones(1)
    city.processor.hear(
        IndicatorBatch(
            size_ns=900 * SECOND_NS,
            end_ns=at("10:15:00"),
            city=["c"],
            zone=["all"],
            indicator=["alert_response"],
            value=10 * one,
            coverage=one,
            quality=one,
            revision=np.zeros(1, np.int32),
        )
    )
    quarter_of(city)
    assert city.final[at("10:15:00"), "all", "score_governance"][:2] == pytest.approx(((300 + 90) / 4, 0.8))
    assert "alert_response" in UNITS


CONFIGURED = """
[city]
id = "c"
[windows]
sizes = [{ size = "1m" }]
[scores]
every = "1m"
[scores.economy]
indicators = [{ indicator = "parking_occupancy", points = [[0, 0], [1, 100]] }]
[[devices]]
id = "P1"
kind = "parking"
zone = "kota"
capacity = 100
every = "30s"
"""


def test_a_configured_pillar_reaches_the_store(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(CONFIGURED)
    pipeline = started(load_settings(file, UNITS), tmp_path)
    sent = [message("city/c/parking/P1", {"occupied": 25}, clock) for clock in ("10:00:05", "10:00:35")]
    take(pipeline, messages(sent, "10:00:40"))
    tick(pipeline, "10:01:03")
    stopped(pipeline, tmp_path)
    (row,) = stored(tmp_path, "indicator", zone="all", indicator="score_economy")
    assert (row.tags["size"], row.fields["value"], row.fields["coverage"]) == ("1m", 25, 1), json.dumps(row.fields)


def test_the_documented_configuration_is_taken(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "city-scores.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "city.toml"
    file.write_text(block)
    loaded = load_settings(file, UNITS).scores
    assert (loaded.every, loaded.environment.weight) == (parse_duration("5m"), 2)
    assert "branding" not in inputs_of(loaded)


def test_every_shipped_indicator_exists() -> None:
    assert {each.indicator for inputs in SHIPPED.values() for each in inputs} <= set(UNITS)
