"""A run that crashes anywhere and goes on from its newest checkpoint gives what it would have given, byte for byte."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import denyut.snapshot
import processors.checkpoints.pieces
import processors.duplicates
import processors.kind_windows
from alerts.acts import (
    Acknowledge,
    Assign,
    Close,
    CommandAnswered,
    CommandSent,
    Comment,
    EndSilence,
    SendCommand,
    Silence,
    Snooze,
    encode,
)
from alerts.consequences import Consequences
from alerts.desk import Alerts
from config.actuators import Actuator, Command, Interlock, Proof
from config.channels import Channel
from config.duty import (
    Budget,
    Contact,
    Flapping,
    Inhibition,
    Ladder,
    Notification,
    Office,
    Officer,
    Shift,
)
from config.duty import Step as LadderStep
from config.settings import Device, Kind, Quantity, Settings, Source
from denyut.intake import Intake
from denyut.saved_state import ALERTS, SavedState
from denyut.snapshot import Snapshot
from ingest.dead_letters import DeadLetters
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.journal.entries import Act, Entry, Messages, Shed, Tick
from ingest.kept_letters import Selection, read_letters
from ingest.messages import MessageBatch
from processors.checkpoints.directory import CheckpointDirectory
from processors.processor import Processor
from processors.state import dump
from storage.outbox.outbox import Outbox
from storage.points import PointBatch
from storage.window_points import PointShaper
from tests.flow.rules_of_all_kinds import RULES
from tests.processors.batches import SECOND_NS, at, windows

BEGIN = at("10:00:00")
KINDS = {
    "traffic": Kind(
        quantities={
            "speed": Quantity(min=0, max=250, percentiles=(50, 85), harmonic=True),
            "energy": Quantity(kind="counter"),
            "lamp": Quantity(kind="state", states=(0, 1)),
            "direction": Quantity(kind="angle"),
        }
    )
}
ACTUATORS = (
    Actuator(
        id="sign",
        topic="street/sign",
        expires=8 * SECOND_NS,
        apart=3 * SECOND_NS,
        most=3,
        within=30 * SECOND_NS,
        commands={
            "slow": Command(
                proof=Proof(indicator="traffic_speed", size="10s", when="<", value=50, within=15 * SECOND_NS)
            ),
            "clear": Command(),
        },
        interlocks=(Interlock(commands=("clear",), actuator="barrier", not_in=("close",)),),
    ),
    Actuator(
        id="barrier",
        topic="street/barrier",
        officers=("ayu",),
        answers=False,
        commands={"close": Command(), "open": Command(safe=True)},
        interlocks=(Interlock(commands=("close",), indicator="traffic_speed", size="10s", when="<", value=80),),
    ),
)
SETTINGS = Settings(
    windows=windows("10s", "20s/10s", "1m", delay="2s", lateness="20s"),
    sources=(Source(name="mqtt"), Source(name="other", topic="{city}/{zone}/{kind}/{device}", raw=True)),
    rules=RULES,
    actuators=ACTUATORS,
    devices=(Device(id="d1", kind="traffic", zone="kota", every=5 * SECOND_NS),),
    offices=(Office(id="dishub", kinds=("traffic",), head="budi"),),
    officers=(
        Officer(id="ayu", office="dishub", contacts=(Contact(channel="wall", to="ayu"),)),
        Officer(id="budi", office="dishub", language="en", contacts=(Contact(channel="wall", to="budi"),)),
    ),
    shifts=(Shift(id="day", office="dishub", officers=("ayu",)),),
    channels=(Channel(id="wall", kind="mqtt"),),
    ladders=(
        Ladder(
            id="quick",
            steps=(LadderStep(to=("shift",)), LadderStep(after=5 * SECOND_NS, to=("office",))),
            repeat=7 * SECOND_NS,
        ),
    ),
    inhibitions=(Inhibition(id="fast-hides", source=("fast",), target=("slow",), equal=("zone",)),),
    notification=Notification(
        ladders={"warning": "quick"},
        backlog_limit=15 * SECOND_NS,
        group_interval=6 * SECOND_NS,
        flapping=Flapping(changes=2, within=60 * SECOND_NS),
        budget=Budget(notices=3, within=30 * SECOND_NS, digest_every=10 * SECOND_NS),
    ),
)
"""Everything so short that a few steps meet it."""


def topic_of(source: str, kind: str, device: int) -> bytes:
    name = f"city/bojonegoro/{kind}/d{device}" if source == "mqtt" else f"surabaya/z{device % 2}/{kind}/d{device}"
    return name.encode()


@dataclass(frozen=True)
class Sent:
    kind: str
    device: int
    seconds: int | None
    """From now; None: no time of its own."""
    sequence: int | None
    values: dict[str, float]
    broken: bool

    def payload(self, now_ns: int) -> bytes:
        if self.broken:
            return b"{" + repr(self.values).encode()
        told: dict[str, Any] = dict(self.values)
        if self.seconds is not None:
            told["ts"] = (now_ns + self.seconds * SECOND_NS) // 1_000_000
        if self.sequence is not None:
            told["seq"] = self.sequence
        return json.dumps(told).encode()


VALUES = st.dictionaries(
    st.sampled_from(["speed", "energy", "lamp", "direction"]),
    st.sampled_from([0.0, 1.0, 7.25, 80.0, 300.0]),
    min_size=1,
)
SENT = st.builds(
    Sent,
    kind=st.sampled_from(["traffic", "air"]),
    device=st.integers(0, 3),
    seconds=st.one_of(st.none(), st.integers(-70, 2), st.just(999)),
    sequence=st.one_of(st.none(), st.integers(0, 6)),
    values=VALUES,
    broken=st.sampled_from([False] * 9 + [True]),
)


Done = (
    Acknowledge | Assign | Comment | Snooze | Close | Silence | EndSilence | SendCommand | CommandSent | CommandAnswered
)
WHO, NUMBER = st.sampled_from(["ayu", "budi"]), st.integers(1, 3)
FOR_NS = st.sampled_from([5 * SECOND_NS, 15 * SECOND_NS])
DONE = st.one_of(
    st.builds(Acknowledge, alert=NUMBER, who=WHO),
    st.builds(Assign, alert=NUMBER, who=WHO, to=st.sampled_from(["ayu", "budi", "nobody"])),
    st.builds(Comment, alert=NUMBER, who=WHO, why=st.just("seen")),
    st.builds(Snooze, alert=NUMBER, who=WHO, for_ns=FOR_NS),
    st.builds(Close, alert=NUMBER, who=WHO, why=st.just("taken down")),
    st.builds(Silence, who=WHO, for_ns=FOR_NS, rules=st.sampled_from([(), ("fast",)])),
    st.builds(EndSilence, silence=st.integers(1, 2), who=WHO),
    st.builds(
        SendCommand,
        who=WHO,
        actuator=st.just("sign"),
        command=st.sampled_from(["slow", "clear"]),
        alert=NUMBER,
        operator=st.just(True),
    ),
    st.builds(SendCommand, who=WHO, actuator=st.just("barrier"), command=st.sampled_from(["close", "open"])),
    st.builds(CommandSent, who=WHO, command=NUMBER, error=st.sampled_from(["", "gone"]), unknown=st.booleans()),
    st.builds(CommandAnswered, who=WHO, command=NUMBER, done=st.booleans()),
)


@dataclass(frozen=True)
class Step:
    source: str
    sent: list[Sent] | None
    """None: the clock says what time it is."""
    pause: int
    shed: bool
    behind: bool
    done: Done | None
    """What somebody, or something on the street, does instead."""
    then: str
    """What comes after it: nothing, a checkpoint, or a crash."""

    def entry(self, now_ns: int) -> Entry:
        if self.done is not None:
            return Act(encode(self.done), now_ns)
        if self.sent is None:
            return Tick(now_ns)
        topics = [topic_of(self.source, each.kind, each.device) for each in self.sent]
        if self.shed:
            return Shed(self.source, topics, now_ns)
        payloads = [each.payload(now_ns) for each in self.sent]
        retained = np.zeros(len(topics), np.bool_)
        return Messages(self.source, MessageBatch(topics, payloads, retained, now_ns, behind=self.behind))


STEPS = st.lists(
    st.builds(
        Step,
        source=st.sampled_from(["mqtt", "other"]),
        sent=st.one_of(st.none(), st.lists(SENT, min_size=1, max_size=5)),
        pause=st.sampled_from([*range(10), -3]),
        shed=st.sampled_from([False] * 7 + [True]),
        behind=st.sampled_from([False] * 4 + [True]),
        done=st.one_of(*[st.none()] * 4, DONE),
        then=st.sampled_from(["", "checkpoint", "crash"]),
    ),
    min_size=1,
    max_size=14,
)


class Process:
    """What is in the memory of one process; a crash drops it."""

    def __init__(self, directory: Path, outbox: Outbox, dead_letters: DeadLetters, told: dict[int, str]) -> None:
        """`told`: what followed from each entry, as it was told first."""
        self._told = told
        self._checkpoints = CheckpointDirectory(directory / "checkpoints")
        saved = SavedState.newest(self._checkpoints, SETTINGS.windows, KINDS)
        self.devices = DeviceTable(SETTINGS.devices)
        saved.restore_devices(self.devices)
        self.processor = Processor(SETTINGS.windows, KINDS, self.devices, state=saved.state)
        self.processor.expect("bojonegoro", SETTINGS.devices)
        self.ledger = saved.ledger
        self.decoders = {
            source.name: SourceDecoder(source, "bojonegoro", self.devices, KINDS, saved.topics.get(source.name, ()))
            for source in SETTINGS.sources
        }
        for source, decoder in self.decoders.items():
            saved.forget_renumbered(source, decoder.topics)
        shaper = PointShaper(self.devices)
        self.alerts = Alerts(SETTINGS, self.devices)
        saved.restore_alerts(self.alerts)
        self.intake = Intake(
            *(self.decoders, self.processor, self.ledger, dead_letters, shaper, outbox, frozenset({"other"})),
            *(self.alerts, saved.next_offset),
        )
        self.intake.follow = self._follow

    def _follow(self, offset: int, consequences: Consequences) -> None:
        """What comes again for an entry is passed over; so it must be the same."""
        told = repr([consequences.events, consequences.entries, consequences.notices, consequences.orders])
        assert self._told.setdefault(offset, told) == told

    def go_on(self, entries: Sequence[Entry]) -> None:
        for offset in range(self.intake.next_offset, len(entries)):
            self.intake.apply(offset, entries[offset])

    def save(self) -> None:
        snapshot = Snapshot(
            *(self.processor, self.ledger, self.devices, self.decoders), parts=lambda: {ALERTS: self.alerts.dump()}
        )
        self._checkpoints.publish(self._checkpoints.write(self.intake.next_offset, snapshot.describe))

    def remembered(self) -> list[object]:
        ledger = self.ledger
        counts = [ledger.devices, ledger.numbered, *ledger.reasons.values()]
        totals = (ledger.received, ledger.accepted, ledger.duplicate, ledger.late, ledger.readings, ledger.missing)
        return [
            *(dump(self.processor.state), self.alerts.dump()),
            self.devices.identities,
            {source: decoder.topics for source, decoder in self.decoders.items()},
            *(totals, dict(ledger.rejected), dict(ledger.parts_rejected), list(ledger.reasons)),
            [(each.shape, each.tobytes()) for each in counts],
        ]


def run(steps: Sequence[Step], directory: Path, *, disturbed: bool) -> list[object]:
    """Everything that is left: points, dead letters, what followed for people, and what the process remembers."""
    directory.mkdir()
    outbox, dead_letters = Outbox(directory, 1 << 30, durable=False), DeadLetters(directory)
    outbox.start()
    dead_letters.start()
    told: dict[int, str] = {}
    process, entries, now_ns = Process(directory, outbox, dead_letters, told), list[Entry](), BEGIN
    for step in steps:
        now_ns += step.pause * SECOND_NS
        entries.append(step.entry(now_ns))
        process.go_on(entries)
        if disturbed and step.then == "checkpoint":
            process.save()
        if disturbed and step.then == "crash":
            process = Process(directory, outbox, dead_letters, told)
            process.go_on(entries)
    entries.append(Tick(now_ns + 100 * SECOND_NS))
    process.go_on(entries)
    assert outbox.stop(10)
    assert dead_letters.stop(10)
    letters = [(each.offset, each.message, each.reason, each.payload) for each in read_letters(directory, Selection())]
    return [list(points_in(outbox)), sorted(letters), told, *process.remembered()]


def points_in(outbox: Outbox) -> Iterator[bytes]:
    reader, part = outbox.reader(), 0
    while (portion := reader.after(part)) is not None:
        yield from map(bits, portion.batches)
        part = portion.part
    reader.close()


def bits(batch: PointBatch) -> bytes:
    series = repr([batch.table[index] for index in batch.series.tolist()]).encode()
    fields = [name.encode() + values.tobytes() for name, values in batch.fields.items()]
    return b"|".join([series, batch.time_ns.tobytes(), *fields])


@contextmanager
def everything_small() -> Iterator[None]:
    """So that a few readings meet what else takes a million."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processors.kind_windows, "FOLD_AT", 5)
        patch.setattr(processors.duplicates, "_CHUNK", 8)
        patch.setattr(processors.checkpoints.pieces, "LARGE", 3_000)
        patch.setattr(denyut.snapshot, "BLOCK", 2)
        patch.setattr("os.fsync", lambda file: None)
        yield


@given(steps=STEPS)
def test_a_run_that_crashes_anywhere_gives_what_it_would_have_given(steps: list[Step]) -> None:
    with everything_small(), TemporaryDirectory() as folder:
        whole = run(steps, Path(folder) / "whole", disturbed=False)
        disturbed = run(steps, Path(folder) / "disturbed", disturbed=True)
    for what, (expected, found) in enumerate(zip(whole, disturbed, strict=True)):
        assert found == expected, what
