import json
from typing import Any

import numpy as np
import pytest

from config.settings import City, Device, Settings, Source
from simulators.fleet import Fleet, Reports
from simulators.spellings import FieldNames
from simulators.wire import Wire

AT_NS = 1_772_406_000_017_000_000
"""6:00:00.017 on Monday, 2 March 2026 in Jakarta."""


def said(payload: str, source: Source | None = None) -> Any:
    settings = Settings(
        city=City(id="kota"),
        sources=(source or Source(),),
        devices=(Device(id="P-1", kind="parking", zone="kapas"),),
    )
    wire = Wire(settings, payload)
    wire.add("parking", Fleet(settings).groups["parking"].devices)
    columns = {"occupied": np.array([12.0]), "open": np.array([1.0]), "battery": np.array([np.nan])}
    report = Reports("parking", np.array([0]), np.array([AT_NS]), np.array([4]), columns)
    (text,) = wire.payloads(report)
    return json.loads(text)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("flat", {"ts": 1772406000017, "seq": 4, "occupied": 12, "open": 1}),
        ("seconds", {"ts": 1772406000.017, "seq": 4, "occupied": 12, "open": 1}),
        ("microseconds", {"ts": 1772406000017000, "seq": 4, "occupied": 12, "open": 1}),
        ("nanoseconds", {"ts": 1772406000017000000, "seq": 4, "occupied": 12, "open": 1}),
        ("iso", {"ts": "2026-03-02T06:00:00.017+07:00", "seq": 4, "occupied": 12, "open": 1}),
        ("untimed", {"seq": 4, "occupied": 12, "open": 1}),
        ("unnumbered", {"ts": 1772406000017, "occupied": 12, "open": 1}),
        ("boolean", {"ts": 1772406000017, "seq": 4, "occupied": 12, "open": True}),
        ("nested", {"ts": 1772406000017, "seq": 4, "data": {"occupied": 12, "open": 1}}),
        (
            "wordy",
            {
                "ts": 1772406000017,
                "seq": 4,
                "occupied": 12,
                "open": 1,
                "status": "ok",
                "firmware": "2.4.1",
                "tags": ["street"],
                "note": None,
            },
        ),
    ],
)
def test_a_reading_in_each_spelling(payload: str, expected: dict[str, object]) -> None:
    assert said(payload) == expected


def test_fields_have_the_names_that_a_source_gives_them() -> None:
    source = Source(time_field="meta.waktu", sequence_field="n", fields={"meta.terisi": "occupied"}, ignore=("open",))
    assert said("flat", source) == {"meta": {"waktu": 1772406000017, "terisi": 12}, "n": 4}


def test_a_quantity_whose_name_means_another_one_cannot_be_said() -> None:
    names = FieldNames.of_source(Source(fields={"speed": "wind_speed"}))
    assert (names.of("wind_speed"), names.of("speed"), names.of("gust")) == ("speed", None, "gust")


def test_in_a_mixture_each_device_has_a_way_of_its_own_that_says_the_same_times() -> None:
    settings = Settings()
    fleet, wire = Fleet(settings, 1, 400), Wire(settings, "mixed")
    topics = {kind: wire.add(kind, group.devices) for kind, group in fleet.groups.items()}
    assert any(topic.endswith("/up") for topic in topics["air"])
    assert not all(topic.endswith("/up") for topic in topics["air"])
    report = next(fleet.reports(AT_NS, AT_NS + 10 * 10**9))
    payloads = [json.loads(payload) for payload in wire.payloads(report)]
    assert all("ts" in payload for payload in payloads)
    assert len({type(payload["ts"]) for payload in payloads}) == 3
    assert {"seq" in payload for payload in payloads} == {True, False}
