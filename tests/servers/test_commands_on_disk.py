"""What a run that was killed left of commands: nothing of it goes out twice, and what became of it is said."""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from alerts.acts import CommandAnswered, CommandSent
from alerts.actuation.command_state import Phase
from alerts.actuation.publisher import Publisher
from alerts.record.reading import RecordReader
from alerts.record.record import AlertRecord
from config.settings import Source
from ingest.mqtt.options import options_of
from tests.alerts.actuation.commanded import SIREN, Street, at
from tests.servers.mosquitto import mosquitto
from tests.servers.street import heard, obeying

Reported = CommandSent | CommandAnswered


class Left:
    """A siren that was switched on by an alert, as far as an earlier run has come with it."""

    def __init__(self, folder: Path, port: int, state: str, seconds: float = 0) -> None:
        self.street = Street(SIREN)
        self.path = folder / "alerts.db"
        self.reported: list[Reported] = []
        self._port = port
        record = AlertRecord(self.path)
        record.start()
        record.append(0, self.street.fires(seconds))
        record.mark(_marked(state))
        assert record.stop(10)

    def go_on(
        self,
        until: Callable[["Left"], bool],
        *,
        seconds: float = 1.0,
        at_the_end: Callable[[], object] = lambda: None,
    ) -> None:
        asyncio.run(self._go_on(until, seconds, at_the_end))

    async def _go_on(self, until: Callable[["Left"], bool], seconds: float, at_the_end: Callable[[], object]) -> None:
        record = AlertRecord(self.path)
        record.start()
        source = options_of(Source(broker=f"mqtt://127.0.0.1:{self._port}"), str(self.path))
        reader, began = RecordReader(self.path), time.monotonic()
        publisher = Publisher(
            [source],
            record,
            reader,
            self.street.commander,
            self._report,
            lambda: at(seconds + time.monotonic() - began),
        )
        stop = asyncio.Event()
        running = asyncio.create_task(publisher.run(stop))
        while not until(self) and time.monotonic() < began + 20:
            await asyncio.sleep(0.05)
        # What should not happen gets a moment to happen.
        await asyncio.sleep(0.5)
        stop.set()
        await asyncio.wait_for(running, 10)
        at_the_end()
        reader.close()
        assert record.stop(10)

    async def _report(self, act: Reported) -> None:
        self.reported.append(act)
        self.street.commander.act(act, at(5))

    def as_if_killed_while_sending(self) -> None:
        """The journal knows nothing of what came after the decision."""
        self.street, self.reported = Street(SIREN), []
        self.street.fires(0)
        record = AlertRecord(self.path)
        record.start()
        record.mark(_marked("sending"))
        assert record.stop(10)

    @property
    def kept(self) -> tuple[str, str]:
        """State and error of the order in the record."""
        reader = RecordReader(self.path)
        (sent,) = reader.commands()
        reader.close()
        return sent.state, sent.error

    @property
    def phase(self) -> Phase:
        return self.street.commander.states[0].phase


def _marked(state: str) -> Callable[[sqlite3.Connection], None]:
    def mark(db: sqlite3.Connection) -> None:
        db.execute("UPDATE command SET state = ?", (state,))

    return mark


def test_what_was_waiting_goes_out_once(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker) as log:
        left = Left(tmp_path, broker, "waiting")
        left.go_on(lambda left: left.phase is Phase.CONFIRMED)
        assert [each["command"] for each in heard(log)] == ["on"]
        assert (left.phase, left.kept) == (Phase.CONFIRMED, ("sent", ""))
        left.go_on(lambda left: True)
        assert len(heard(log)) == 1


def test_what_was_on_its_way_is_never_sent_again_and_that_is_said(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker) as log:
        left = Left(tmp_path, broker, "sending")
        left.go_on(lambda left: bool(left.reported))
        said = "unknown whether it was sent: the run ended"
        assert left.reported == [CommandSent(who="denyut", command=1, error=said, unknown=True)]
        assert (heard(log), left.phase, left.kept) == ([], Phase.UNKNOWN, ("unknown", said))


def test_an_answer_that_came_while_nobody_was_there_settles_what_was_unknown(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker, "late", late=2) as log:
        left = Left(tmp_path, broker, "waiting")
        left.go_on(lambda left: bool(heard(log)))
        left.as_if_killed_while_sending()
        time.sleep(2)
        left.go_on(lambda left: left.phase is Phase.CONFIRMED)
        said = "unknown whether it was sent: the run ended"
        assert left.reported == [
            CommandSent(who="denyut", command=1, error=said, unknown=True),
            CommandAnswered(who="siren", command=1, done=True),
        ]
        assert len(heard(log)) == 1


def test_what_went_out_and_was_not_said_before_the_end_is_said_now(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker) as log:
        left = Left(tmp_path, broker, "sent")
        left.go_on(lambda left: bool(left.reported))
        assert left.reported == [CommandSent(who="denyut", command=1)]
        assert (heard(log), left.phase) == ([], Phase.SENT)


def test_what_waited_beyond_its_time_is_not_sent(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker) as log:
        left = Left(tmp_path, broker, "waiting")
        left.go_on(lambda left: bool(left.reported), seconds=29.5)
        assert (heard(log), left.phase, left.kept[0]) == ([], Phase.FAILED, "failed")


def test_what_nobody_wants_any_more_is_not_sent(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker) as log:
        left = Left(tmp_path, broker, "waiting")
        left.street.commander.advance(at(30))
        left.go_on(lambda left: left.kept[0] != "waiting")
        assert (heard(log), left.kept) == ([], ("failed", "its time was over"))


def test_another_command_of_the_same_number_is_not_sent_in_its_place(tmp_path: Path) -> None:
    """A run that crashed and started with other rules may come to other commands."""
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker) as log:
        left = Left(tmp_path, broker, "waiting")
        left.street = Street(SIREN)
        left.street.fires(0.5)
        left.go_on(lambda left: left.kept[0] != "waiting")
        assert (heard(log), left.kept, left.reported) == ([], ("failed", "its time was over"), [])


def test_no_two_commands_have_one_id_though_an_older_copy_of_the_record_was_put_back(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker) as log:
        AlertRecord(tmp_path / "alerts.db").stop(1)
        shutil.copy(tmp_path / "alerts.db", tmp_path / "older.db")
        for seconds in (0, 60):
            shutil.copy(tmp_path / "older.db", tmp_path / "alerts.db")
            left = Left(tmp_path, broker, "waiting", seconds)
            left.go_on(lambda left: left.phase is Phase.CONFIRMED, seconds=seconds + 1)
        first, second = (each["id"] for each in heard(log))
        assert first != second


def test_a_record_that_cannot_be_written_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        left = Left(tmp_path, broker, "sending")
        other = sqlite3.connect(left.path, isolation_level=None)

        def locked(_: Left) -> bool:
            if not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")
            return True

        began = time.monotonic()
        left.go_on(locked, at_the_end=lambda: other.execute("ROLLBACK"))
        other.close()
        assert time.monotonic() - began < 9
