"""What a simulation writes is what is read back."""

import json
from pathlib import Path

import numpy as np
import pytest

from config.durations import SECOND_NS
from config.settings import Settings
from denyut.scoring.truth import Readings, TruthError, read_truth
from simulators.faults.fault import Fault
from simulators.faults.payloads import TroubledEncoder
from simulators.faults.sent import IntArray, Sent
from simulators.faults.troubled import TroubledFleet
from simulators.faults.truth import NEVER, TruthFiles
from simulators.fleet import Fleet
from simulators.payloads import Encoder
from simulators.scenario import Scenario
from simulators.wire import Wire

START_NS = 1_800_000_000 * SECOND_NS
SECONDS = 20
SCENARIO = Scenario(
    lasts=SECONDS * SECOND_NS,
    faults=(
        Fault(kind="lost", share=0.1),
        Fault(kind="duplicated", share=0.1),
        Fault(kind="wrong_unit", share=0.3, amount=1.8),
        Fault(kind="malformed", share=0.1),
        Fault(kind="offline", share=0.2, time=5 * SECOND_NS),
    ),
)


def written(folder: Path) -> list[tuple[Sent, list[int]]]:
    settings = Settings()
    fleet = Fleet(settings, count=60)
    told: list[tuple[Sent, list[int]]] = []
    with TruthFiles(folder, fleet) as files:

        def witness(sent: Sent, message: IntArray) -> None:
            told.append((sent, message.tolist()))
            files.witness(sent, message)

        encoder = TroubledEncoder(
            Encoder(fleet, Wire(settings)), TroubledFleet(fleet, SCENARIO, START_NS, seed=1), witness
        )
        for second in range(SECONDS):
            encoder.messages(START_NS + second * SECOND_NS, START_NS + (second + 1) * SECOND_NS)
        files.about({"city": "city", "start_ns": START_NS})
    return told


def test_each_reading_comes_back_with_its_times_faults_and_values(tmp_path: Path) -> None:
    told = written(tmp_path)
    truth = read_truth(tmp_path)
    for readings in truth.kinds:
        batches = [(sent, message) for sent, message in told if sent.kind == readings.kind]
        assert readings.message.tolist() == [number for _, message in batches for number in message]
        for name in ("sequence", "copy", "stated_ns", "sent_ns"):
            assert getattr(readings, name).tolist() == [
                each for sent, _ in batches for each in getattr(sent, name).tolist()
            ]
        for fault in ("lost", "malformed", "malformed:cut_off", "offline"):
            assert readings.has(fault).tolist() == [each for sent, _ in batches for each in sent.has(fault).tolist()]
        _same_values(readings, [sent for sent, _ in batches])


def _same_values(readings: Readings, batches: list[Sent]) -> None:
    for name in readings.said:
        for known, column in ((readings.said, "said"), (readings.true, "true")):
            values = np.concatenate([getattr(sent, column)[name] for sent in batches])
            np.testing.assert_array_equal(known[name], values)


def test_a_wrong_unit_is_said_and_the_truth_beside_it(tmp_path: Path) -> None:
    written(tmp_path)
    (weather,) = (each for each in read_truth(tmp_path).kinds if each.kind == "weather")
    wrong = weather.has("wrong_unit")
    assert wrong.any()
    np.testing.assert_allclose(weather.said["temperature"][wrong], 1.8 * weather.true["temperature"][wrong], atol=0.06)
    np.testing.assert_array_equal(weather.said["temperature"][~wrong], weather.true["temperature"][~wrong])


def test_what_was_lost_is_in_no_message(tmp_path: Path) -> None:
    written(tmp_path)
    for readings in read_truth(tmp_path).kinds:
        assert set(readings.message[readings.has("lost")].tolist()) <= {NEVER}


def test_what_an_earlier_simulation_left_is_gone(tmp_path: Path) -> None:
    (tmp_path / "readings-tram.csv").write_text("device\n")
    written(tmp_path)
    assert "tram" not in {each.kind for each in read_truth(tmp_path).kinds}


def test_a_truth_is_not_read_before_it_is_whole(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "truth.json").unlink()
    with pytest.raises(TruthError, match="is not whole: its simulation goes on, or was broken off"):
        read_truth(tmp_path)


def test_a_damaged_row_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    air = tmp_path / "readings-air.csv"
    air.write_text(air.read_text() + "half a row\n")
    with pytest.raises(TruthError, match=r"readings-air\.csv has a row of 1 cells"):
        read_truth(tmp_path)


def test_how_much_was_written_is_said(tmp_path: Path) -> None:
    told = written(tmp_path)
    about = json.loads((tmp_path / "truth.json").read_text())
    assert about["readings"] == sum(len(sent) for sent, _ in told)
    assert about["messages"] == 1 + max(number for _, message in told for number in message)
