"""A simulated actuator by itself, as somebody starts it at a terminal."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, get_args

from simulators.actuator.conduct import MEANING, Behaviour
from tests.servers.mosquitto import mosquitto

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "simulators.actuator"]


@contextmanager
def listening(folder: Path, broker: str) -> Iterator["subprocess.Popen[str]"]:
    options = ["--broker", broker, "--topic", "street/siren", "--log", str(folder / "siren.jsonl"), "--mqtt", "5"]
    with subprocess.Popen([*COMMAND, *options], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()


def mistake(*options: str) -> str:
    done = subprocess.run([*COMMAND, *options], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2
    return done.stderr.splitlines()[-1]


def test_it_listens_where_an_address_says_and_ends_quietly_on_ctrl_c(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port, listening(tmp_path, f"mqtt://127.0.0.1:{port}") as process:
        assert line(process.stderr) == f"listening on street/siren at 127.0.0.1:{port}\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10)[1] == ""
        assert process.returncode == 0


def test_a_broker_that_is_not_there_is_told_once_and_its_coming_back_too(tmp_path: Path) -> None:
    with socket.socket() as taken:
        # Bound, so that nobody else gets the port, and not listening.
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with listening(tmp_path, f"127.0.0.1:{port}") as process:
            place = f"street/siren at 127.0.0.1:{port}"
            assert line(process.stderr) == f"cannot listen on {place}: Connection refused; trying again\n"
            taken.close()
            with mosquitto(tmp_path, port=port):
                assert line(process.stderr) == f"listening on {place}\n"


def test_each_behaviour_is_explained_in_the_help_and_in_the_documentation() -> None:
    done = subprocess.run([*COMMAND, "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    page = (ROOT / "docs" / "actuation.md").read_text()
    for behaviour in get_args(Behaviour):
        assert f"  {behaviour:10}{MEANING[behaviour]}\n" in done.stdout
        assert f"\n| `{behaviour}` | It " in page


def test_what_is_no_address_and_a_log_that_cannot_be_written_are_told_in_a_line(tmp_path: Path) -> None:
    what = ["--topic", "street/siren", "--log", str(tmp_path / "no" / "siren.jsonl")]
    assert mistake(*what, "--broker", "http://127.0.0.1:1883").endswith("write mqtt://HOST:PORT or mqtts://HOST:PORT")
    assert mistake(*what).endswith(f"argument --log: {tmp_path}/no/siren.jsonl: No such file or directory")
