import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from config.cities import shipped_city
from config.language import open_language
from config.load import load_settings
from config.settings import StoreSettings
from denyut.demo.directory import fresh_directory
from denyut.demo.outcome import failures
from denyut.demo.session import Plan, play
from denyut.status import read_status
from storage.open_store import open_store
from storage.store import Query

ROOT = Path(__file__).parents[2]
DEMO = [sys.executable, "-m", "denyut", "demo", "--lang", "en"]


@contextmanager
def demo(directory: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """A demo whose output is a pipe, in a process group of its own; ended with the block if it still runs."""
    process = subprocess.Popen(
        [*DEMO, "--data-dir", str(directory), *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=30)


def running_parts(process: "subprocess.Popen[str]") -> dict[str, psutil.Process]:
    """The demo's programs, once all three have started."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        parts = {part_of(child.cmdline()): child for child in psutil.Process(process.pid).children()}
        if {"broker", "run", "simulate"} <= set(parts):
            return parts
        time.sleep(0.1)
    raise AssertionError(f"the demo did not start: {process.communicate(timeout=30)}")


def part_of(command: list[str]) -> str:
    return command[3] if command[1:3] == ["-m", "denyut"] else "broker"


def assert_gone(parts: dict[str, psutil.Process]) -> None:
    _, alive = psutil.wait_procs(list(parts.values()), timeout=15)
    assert alive == []


@dataclass(frozen=True)
class Finished:
    directory: Path
    status: int
    output: str
    errors: str


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A demo of twenty seconds, in a directory whose name has a space."""
    directory = tmp_path_factory.mktemp("flow") / "a demo"
    with demo(directory, "--for", "20s") as process:
        output, errors = process.communicate(timeout=90)
    return Finished(directory, process.returncode, output, errors)


def test_a_demo_of_twenty_seconds_ends_by_itself_with_a_ledger_that_agrees(finished: Finished) -> None:
    assert (finished.status, finished.errors) == (0, "")
    assert re.search(r"✓ received \d+ = accepted \d+ \+ duplicate 0 \+ rejected 0", finished.output)
    assert re.search(r"whole city: Parking \d+% \(\d+%\)", finished.output)


def test_the_scripted_flood_is_told_over_mqtt_and_the_command_stays_a_dry_run(finished: Finished) -> None:
    said = "Kali Pacal rises below the dam, Kali Pacal, hulu (TMA-023), Temayang"
    assert "\nScripted: a gate of the Pacal dam opens; Kali Pacal, hulu rises 170 cm\n" in finished.output
    assert re.search(rf" WIB alert no. \d began: CRITICAL, {re.escape(said)}\n", finished.output)
    assert len(re.findall(rf"  \d\d:\d\d:\d\d WIB notice to .+: CRITICAL: {re.escape(said)}\n", finished.output)) == 2
    assert "command flash to Lampu peringatan Kali Pacal: dry run, nothing is sent\n" in finished.output
    status = read_status(finished.directory)
    assert status is not None
    assert (status["notices_waiting"], status["notices_failed"], status["channel_errors"]) == (0, 0, {"board": ""})
    assert status["notices_sent"] >= 2


def test_a_demo_too_short_for_scores_says_so(finished: Finished) -> None:
    assert "  City scores by pillar (coverage): each 1m, most of them from " in finished.output
    assert "a demo of 3m shows them: --for 3m." in finished.output


def test_a_demo_writes_no_control_codes_into_a_pipe(finished: Finished) -> None:
    assert "\x1b" not in finished.output


def test_every_kind_of_device_and_the_city_s_indicators_are_stored(finished: Finished) -> None:
    store = open_store(StoreSettings(), finished.directory, read_only=True)
    kinds = {row.tags["kind"] for row in store.query(Query("window"))}
    indicators = {row.tags["indicator"] for row in store.query(Query("indicator", (("zone", "all"),)))}
    store.close()
    assert kinds >= {"parking", "traffic", "air", "noise", "water", "weather"}
    assert {"parking_occupancy", "traffic_speed", "ispu_indicative"} <= indicators


def test_what_a_demo_says_to_try_next_works(finished: Finished) -> None:
    commands = [shlex.split(line)[1:] for line in finished.output.splitlines() if line.startswith("  denyut ")]
    assert commands[0][:2] == ["query", "indicator"]
    assert commands[-1][0] == "status"
    for command in commands:
        done = subprocess.run([sys.executable, "-m", "denyut", *command], cwd=ROOT, check=True, capture_output=True)
        assert len(done.stdout.splitlines()) > 1


def test_the_demo_works_with_the_embedded_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("denyut.demo.processes.find_mosquitto", lambda: None)
    city = shipped_city("bojonegoro")
    plan = Plan(city, load_settings(city), tmp_path / "demo", lasts_ns=5_000_000_000)
    language = open_language("en")
    with fresh_directory(plan.data_dir), (tmp_path / "out").open("w") as out:
        outcome = play(plan, Console(file=out), language)
    assert (tmp_path / "out").read_text().startswith("iotcore listens at mqtt://127.0.0.1:")
    assert failures(outcome, language) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_demo_ends_its_programs_and_says_what_it_has(tmp_path: Path, number: signal.Signals) -> None:
    with demo(tmp_path / "demo") as process:
        parts = running_parts(process)
        os.kill(process.pid, number)
        output, errors = process.communicate(timeout=40)
    assert_gone(parts)
    assert "ending: the city, denyut run, the broker" in output
    assert process.returncode == (1 if "ended before the first one closed" in errors else 0)
    assert "Traceback" not in errors


def test_nothing_is_left_of_a_demo_that_was_killed(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as process:
        parts = running_parts(process)
        process.kill()
        process.communicate(timeout=30)
        assert_gone(parts)


@pytest.mark.parametrize(("part", "name"), [("run", "denyut run"), ("simulate", "the simulated city")])
def test_a_program_that_dies_early_is_named_and_takes_the_demo_with_it(tmp_path: Path, part: str, name: str) -> None:
    with demo(tmp_path / "demo") as process:
        parts = running_parts(process)
        parts[part].kill()
        _, errors = process.communicate(timeout=40)
    assert_gone(parts)
    assert process.returncode == 1
    assert errors.startswith(f"denyut demo: {name} was ended by SIGKILL; its last lines")


def test_a_second_demo_starts_afresh_in_the_place_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    with fresh_directory(tmp_path / "demo"):
        (tmp_path / "demo" / "denyut.db").write_text("what an earlier version left")
    with demo(tmp_path / "demo") as process:
        running_parts(process)


def test_wrong_use_ends_with_two_and_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("of somebody")
    with demo(tmp_path) as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors == (
        f"denyut demo: {tmp_path} holds files that no demo made; choose another: --data-dir DIR, "
        'or make demo ARGS="--data-dir DIR"\n'
    )


def test_a_taken_port_ends_with_two_and_its_number(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with demo(tmp_path / "demo", "--port", str(port)) as process:
            _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors == f"denyut demo: port {port} of 127.0.0.1 cannot be used: Address already in use\n"


def test_a_terminal_without_unicode_gets_question_marks_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with demo(tmp_path / "demo") as process:
        running_parts(process)
        process.terminate()
        output, errors = process.communicate(timeout=40)
    assert "? received" in output
    assert "Traceback" not in errors
