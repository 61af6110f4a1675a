"""Messages into a real Mosquitto from one process: `denyut simulate --rate`, paho-mqtt and mosquitto_pub, by turns.

The sender has one core, Mosquitto the other. Mosquitto counts what it has taken, and is asked after each run.
"""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from benchmarks.figures import Figure, Skipped, figure_of_runs
from benchmarks.mosquitto import find_mosquitto, mosquitto
from benchmarks.plan import Plan
from benchmarks.processes import CONSUMER_CORE, BenchmarkError, Child, python_module, wait_until
from config.settings import City, Settings
from simulators.fleet import DEFAULT_EVERY_NS, Fleet
from simulators.payloads import Encoder, Messages

DEVICES = 10_000
ASKED = {0: 200_000, 1: 60_000}
"""Messages a second."""
SHARE = 0.5
"""Of the messages of a plan: paho needs long for them at QoS 1."""
RATE = 10_000_000
"""Asked of `denyut simulate`, so that only the machine holds it back."""
ON_THE_WAY = 1000
"""Of mosquitto_pub: with more each message costs it more, and with fewer it waits."""
ROUND_START_NS = 1_772_406_000 * 10**9
PATIENCE_S = 180.0
COUNT_EACH_SECOND = "sys_interval 1\n"
COUNT = "$SYS/broker/publish/messages/received"
SAID = re.compile(r"^[\d,]+ messages in .* ([\d,]+)/s", re.MULTILINE)
LEAVES_EARLY = ("mosquitto_pub", 1)
"""At the end of its input mosquitto_pub 2.0 goes with most of its messages unsent, and its status is 0: its rate is
that of those that arrived."""
PEERS = ("paho", "mosquitto_pub")


@dataclass(frozen=True, slots=True)
class Sent:
    rate: float
    """Messages a second: from the first one until the socket took the last, at QoS 1 until all are acknowledged."""
    sender_us: float
    """CPU time of the sender's process a message, its start included."""
    broker_us: float
    """CPU time of Mosquitto a message."""

    share: float
    """Of the messages, that Mosquitto has had."""

    @property
    def broker_busy(self) -> float:
        """Share of its core: near 1 it is Mosquitto that holds the rate down."""
        return self.broker_us * self.rate / 1e6


class Scene:
    """A broker, and the same messages for every sender."""

    def __init__(self, broker: Child, port: int, directory: Path, count: int) -> None:
        self._broker = broker
        self._port = port
        self._directory = directory
        self._count = count
        messages = round_of_messages()
        self._pairs = directory / "messages.txt"
        self._pairs.write_bytes(b"".join(line(*pair) for pair in zip(messages.topics, messages.payloads, strict=True)))
        self._payloads = directory / "payloads.txt"
        self._payloads.write_bytes(b"\n".join(islice(cycle(messages.payloads), count)) + b"\n")

    def run(self, sender: str, qos: int) -> Sent:
        """Raises BenchmarkError where the sender fails or Mosquitto has not taken every message."""
        log = self._directory / "sender.log"
        log.write_bytes(b"")
        taken, broker_s = self._taken(), self._broker.cpu_seconds()
        began = time.monotonic()
        with Child(self._command(sender, qos), CONSUMER_CORE, log) as child:
            sender_s = cpu_seconds_to_the_end(child)
            seconds = time.monotonic() - began
        said = log.read_text()
        if child.process.returncode:
            raise BenchmarkError(f"{sender} ended with status {child.process.returncode}: {said}")
        count = self._count
        if (sender, qos) == LEAVES_EARLY:
            count = self._taken_at_last() - taken
        else:
            wait_until(lambda: self._taken() - taken == count, 15, f"{sender}: {count:,} messages taken")
        broker_s = self._broker.cpu_seconds() - broker_s
        # mosquitto_pub says nothing of its speed and starts within some ms.
        found = SAID.search(said)
        rate = float(found[1].replace(",", "")) if found else count / seconds
        return Sent(rate, sender_s / count * 1e6, broker_s / count * 1e6, count / self._count)

    def _command(self, sender: str, qos: int) -> Sequence[str]:
        if sender == "paho":
            return python_module("benchmarks.paho_sender", self._port, self._pairs, self._count, qos)
        if sender == "mosquitto_pub":
            options = f"-p {self._port} -t city/load -q {qos} -M {ON_THE_WAY} -l"
            return ["sh", "-c", f"exec mosquitto_pub {options} <'{self._payloads}'"]
        broker, lasts_ms = f"mqtt://127.0.0.1:{self._port}", self._count * 1000 // RATE
        load = ["--rate", RATE, "--for", f"{lasts_ms}ms", "--devices", DEVICES, "--qos", qos]
        return python_module("denyut", "simulate", "--broker", broker, *load)

    def _taken_at_last(self) -> int:
        before, now = -1, self._taken()
        while now != before:
            before, now = now, self._taken()
        return now

    def _taken(self) -> int:
        """PUBLISH packets that Mosquitto has had; it counts anew each second, and says it at once only of the last."""
        time.sleep(1.1)
        command = ["mosquitto_sub", "-p", str(self._port), "-t", COUNT, "-C", "1", "-W", "10"]
        return int(subprocess.run(command, capture_output=True, check=True).stdout)


def round_of_messages() -> Messages:
    """What `denyut simulate` sends, too."""
    fleet = Fleet(Settings(city=City(id="kota")), 1, DEVICES)
    return Encoder(fleet).messages(ROUND_START_NS, ROUND_START_NS + DEFAULT_EVERY_NS)


def line(topic: str, payload: bytes) -> bytes:
    return topic.encode() + b" " + payload + b"\n"


def cpu_seconds_to_the_end(child: Child) -> float:
    """As it was shortly before the end."""
    deadline, used = time.monotonic() + PATIENCE_S, 0.0
    while child.process.poll() is None:
        if time.monotonic() > deadline:
            raise BenchmarkError(f"{' '.join(child.command)} takes longer than {PATIENCE_S:g} s")
        used = max(used, child.cpu_seconds())
        time.sleep(0.02)
    return used


def measure(plan: Plan) -> Iterator[Figure | Skipped]:
    program = find_mosquitto()
    if program is None or shutil.which("mosquitto_pub") is None:
        yield Skipped("load", "mosquitto and mosquitto_pub are not both on PATH")
        return
    with (
        tempfile.TemporaryDirectory(prefix="denyut-bench-") as directory,
        mosquitto(program, Path(directory), COUNT_EACH_SECOND) as (broker, port),
    ):
        scene = Scene(broker, port, Path(directory), round(plan.messages * SHARE))
        for qos in (0, 1):
            yield from figures(plan, scene, qos)


def figures(plan: Plan, scene: Scene, qos: int) -> Iterator[Figure]:
    runs: dict[str, list[Sent]] = {sender: [] for sender in ("denyut", *PEERS)}
    for _ in range(plan.pairs):
        for sender, sent in runs.items():
            sent.append(scene.run(sender, qos))
        plan.say(f"load: QoS {qos}, " + ", ".join(f"{sender} {sent[-1].rate:,.0f}/s" for sender, sent in runs.items()))
    ours = runs["denyut"]
    detail: dict[str, float | list[float]] = {
        f"{sender}_{name}": [getattr(each, name) for each in sent]
        for sender, sent in runs.items()
        for name in ("rate", "share", "sender_us", "broker_us", "broker_busy")
    }
    rates = [each.rate for each in ours]
    yield figure_of_runs("load", f"messages a second, QoS {qos}", rates, "/s", ASKED[qos], ceiling=False, **detail)
    for peer in PEERS:
        against = [own.rate / other.rate for own, other in zip(ours, runs[peer], strict=True)]
        yield figure_of_runs("load", f"QoS {qos}, against {peer}", against)
