"""Whatever kinds of device a made city has, `denyut run` takes them as they come, with windows and no configuration."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.default_kinds import effective_kinds
from config.durations import SECOND_NS
from config.settings import City, Kind, Settings
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.messages import MessageBatch
from processors.processor import Processor
from simulators.fleet import Fleet
from simulators.payloads import Encoder
from simulators.registry import SHARES

MINUTE = 60 * SECOND_NS
# Monday 2 March 2026, 18:00 in Jakarta: the lights go on meanwhile.
EVENING_NS = 1_772_449_200 * SECOND_NS
MINUTES = 45
CITY = Settings(
    city=City(id="bjn"),
    kinds={kind: Kind(every=MINUTE) for kind in SHARES},
    windows={"sizes": [{"size": "15m"}], "delay": "0s"},
)
Windows = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def closed() -> Windows:
    """By kind: the fields of its windows of 15 min, (window x device,); nothing is registered."""
    devices, kinds = DeviceTable(()), effective_kinds(CITY)
    decoder = SourceDecoder(CITY.sources[0], "bjn", devices, kinds)
    processor = Processor(CITY.windows, kinds, devices, timezone=ZoneInfo("Asia/Jakarta"))
    encoder = Encoder(Fleet(CITY, count=400))
    found: dict[str, dict[str, list[np.ndarray]]] = {}
    for minute in range(MINUTES + 1):
        start_ns = EVENING_NS + minute * MINUTE
        messages = encoder.messages(start_ns, start_ns + MINUTE)
        topics = [topic.encode() for topic in messages.topics]
        batch = MessageBatch(topics, messages.payloads, np.zeros(len(topics), np.bool_), start_ns + MINUTE)
        decoded = decoder.decode(batch)
        assert sum(len(readings.device) for readings in decoded.readings) == len(messages) == 400
        for readings in decoded.readings:
            processor.process(readings)
        for window in (each.changed for each in processor.advance(start_ns + MINUTE).windows):
            for name, values in window.fields.items():
                found.setdefault(window.kind, {}).setdefault(name, []).append(values)
    return {kind: {name: np.concatenate(parts) for name, parts in fields.items()} for kind, fields in found.items()}


def test_every_kind_has_its_windows(closed: Windows) -> None:
    assert set(closed) == set(SHARES)


def test_a_light_has_the_time_in_which_it_was_on_and_what_its_meter_counted(closed: Windows) -> None:
    light = closed["light"]
    assert light["on_time_1"].min() == 0.0
    assert light["on_time_1"].max() == pytest.approx(900.0, abs=61.0)
    burnt = light["power_w_mean"] / 4000
    assert np.nansum(light["energy_kwh_increase"]) == pytest.approx(burnt.sum(), rel=0.15)


def test_a_bin_and_a_low_cost_sensor_have_means(closed: Windows) -> None:
    assert 5 < np.nanmean(closed["bin"]["fill_mean"]) < 95
    assert 5 < np.nanmean(closed["pm"]["pm25_mean"]) < 200
    assert np.nanmean(closed["pm"]["humidity_mean"]) > 50


def test_a_pair_has_travel_times_and_no_counts(closed: Windows) -> None:
    traffic = closed["traffic"]
    pairs = np.isnan(traffic["vehicle_count_mean"])
    assert 0.05 < pairs.mean() < 0.3
    assert np.isfinite(traffic["travel_time_mean"][pairs]).all()
    assert np.isnan(traffic["travel_time_mean"][~pairs]).all()
