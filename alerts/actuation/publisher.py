"""Takes commands from the record to the street: each at most once, and never after its time.

waiting ──▶ sending (on disk) ──▶ published ──▶ sent
               │ the run ended here
               └──▶ unknown: it is never sent again, and people are told
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar

from aiomqtt import Message

from alerts.acts import CommandAnswered, CommandSent
from alerts.actuation.broker import Broker, NotSentError, UnsureError
from alerts.actuation.command_state import CommandState, Phase
from alerts.actuation.commands import Commander
from alerts.actuation.outgoing import FAILED, SENDING, SENT, UNKNOWN, WAITING, Outgoing
from alerts.actuation.wire import answers_topic, lasts_s, read_answer
from alerts.record.reading import RecordReader, SentCommand
from alerts.record.record import AlertRecord
from alerts.record.schema import RecordUnavailableError, RecordUnusableError
from ingest.mqtt.options import ConnectionOptions

LOG = logging.getLogger("denyut.alerts")
_Asked = TypeVar("_Asked")
Report = Callable[[CommandSent | CommandAnswered], Awaitable[object]]
"""Into the journal; returns once it is safe there and applied."""
_LOOK_S = 0.5
"""How often it is looked for commands that have waited too long."""
_LAST_WORDS_S = 2.0
_ANSWERS_AT_ONCE = 1000
_RUN_ENDED = "unknown whether it was sent: the run ended"


@dataclass(slots=True)
class Heard:
    """Messages on the topic of answers, by what became of them."""

    taken: int = 0
    repeated: int = 0
    retained: int = 0
    unreadable: int = 0
    unknown: int = 0
    """To no command of ours."""


class Publisher:
    """On the event loop of the run, once everything that was in the journal has been applied."""

    def __init__(
        self,
        sources: Iterable[ConnectionOptions],
        record: AlertRecord,
        reader: RecordReader,
        commander: Commander,
        report: Report,
        now_ns: Callable[[], int],
    ) -> None:
        """`sources`: those whose brokers actuators listen to."""
        self._record = record
        self._outgoing = Outgoing(record, reader)
        self._commander = commander
        self._report = report
        self._now_ns = now_ns
        self._loop = asyncio.get_running_loop()
        answers = answers_topic(record.identity)
        self._brokers = {options.name: Broker(options, answers, self._hear) for options in sources}
        self._news = asyncio.Event()
        self._messages: asyncio.Queue[Message] = asyncio.Queue(_ANSWERS_AT_ONCE)
        self._under_way: set[int] = set()
        """Rows of the record that somebody here sees, or has seen, to."""
        self._sending: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._leaving = asyncio.Event()
        self.heard = Heard()

    @property
    def status(self) -> Mapping[str, object]:
        """For JSON."""
        return {
            "connected": {name: broker.connected.is_set() for name, broker in self._brokers.items()},
            "answers": asdict(self.heard),
        }

    async def run(self, stop: asyncio.Event) -> None:
        """Returns soon after `stop` is set, with what was under way reported."""
        self._record.listen(self._committed)
        connections = [asyncio.create_task(broker.run(self._leaving)) for broker in self._brokers.values()]
        own = [asyncio.create_task(self._work())]
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({stopped, *connections, *own}, return_when=asyncio.FIRST_COMPLETED)
            self._stopping = True
            if self._sending:
                await asyncio.wait(self._sending, timeout=_LAST_WORDS_S)
        finally:
            self._leaving.set()
            for task in (stopped, *own, *self._sending):
                task.cancel()
            ended = await asyncio.gather(*connections, *own, *self._sending, return_exceptions=True)
        for failure in ended:
            if isinstance(failure, Exception):
                raise failure

    async def _work(self) -> None:
        """Waits for as long as the record cannot be written, so the end must not wait for it."""
        await self._take_up()
        await asyncio.gather(self._send_all(), self._judge_answers())

    def _committed(self) -> None:
        """From the record's thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    async def _take_up(self) -> None:
        """What an earlier run left: of what it may have sent, nothing is sent again."""
        decided = self._decided()
        for sent in await self._asked(self._outgoing.left()) or ():
            if sent.state == SENDING:
                await self._outgoing.mark(sent, UNKNOWN, _RUN_ENDED)
            elif not _is_among(decided, sent):
                await self._outgoing.mark(sent, FAILED, "its time was over")
        for number in sorted(decided):
            kept = await self._asked(self._outgoing.newest(number))
            if kept is not None and kept.state != WAITING and _is_among(decided, kept):
                # The run ended between its going out and the entry of the journal that says so.
                error = "" if kept.state == SENT else kept.error
                act = CommandSent(who="denyut", command=number, error=error, unknown=kept.state == UNKNOWN)
                await self._report(act)

    async def _send_all(self) -> None:
        while not self._stopping:
            decided = self._decided()
            self._news.clear()
            if decided:
                for sent in await self._asked(self._outgoing.waiting()) or ():
                    if _is_among(decided, sent) and sent.id not in self._under_way:
                        self._under_way.add(sent.id)
                        task = asyncio.create_task(self._send(sent))
                        self._sending.add(task)
                        task.add_done_callback(self._ended)
            try:
                await asyncio.wait_for(self._news.wait(), _LOOK_S if decided else None)
            except TimeoutError:
                continue

    def _decided(self) -> dict[int, CommandState]:
        """By number: those that may go out."""
        return {state.number: state for state in self._commander.states if state.phase is Phase.DECIDED}

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A mistake of ours must not end the run: the command expires, which people are told."""
        self._sending.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            LOG.error("a command cannot be seen to", exc_info=error)

    async def _send(self, sent: SentCommand) -> None:
        order = sent.order
        broker = self._brokers.get(order.source)
        state, error = FAILED, f"no source {order.source!r} is configured"
        if broker is not None:
            if not await self._connected(broker, sent):
                if self._stopping:
                    return
                error = f"it expired before it could be sent: {broker.last_error or 'there was no connection'}"
            else:
                async with broker.turn:
                    state, error = await self._publish(broker, sent)
        await self._outgoing.mark(sent, state, error, self._now_ns() if state == SENT else None)
        unknown = state == UNKNOWN
        await self._report(CommandSent(who="denyut", command=order.number, error=error, unknown=unknown))

    async def _publish(self, broker: Broker, sent: SentCommand) -> tuple[str, str]:
        """What came of it, and why."""
        await self._outgoing.mark(sent, SENDING)
        left_s = lasts_s(sent.order, self._now_ns())
        if left_s < 1:
            return FAILED, "it expired before it could be sent"
        try:
            await broker.publish(sent.order, self._outgoing.id_of(sent), left_s)
        except NotSentError as error:
            return FAILED, str(error)
        except UnsureError as error:
            return UNKNOWN, str(error)
        return SENT, ""

    async def _connected(self, broker: Broker, sent: SentCommand) -> bool:
        """False: its time is over, or the run's."""
        while not self._stopping and lasts_s(sent.order, self._now_ns()) >= 1:
            if broker.connected.is_set():
                return True
            try:
                await asyncio.wait_for(broker.connected.wait(), _LOOK_S)
            except TimeoutError:
                continue
        return False

    def _hear(self, message: Message) -> None:
        if message.retain:
            # Somebody's answer of some other day.
            self.heard.retained += 1
        elif self._messages.full():
            self.heard.unreadable += 1
        else:
            self._messages.put_nowait(message)

    async def _judge_answers(self) -> None:
        while True:
            message = await self._messages.get()
            correlation = getattr(message.properties, "CorrelationData", None)
            answer = read_answer(message.payload, correlation)
            if answer is None:
                self.heard.unreadable += 1
                continue
            sent = await self._asked(self._outgoing.numbered(answer.id))
            if sent is None:
                self.heard.unknown += 1
                continue
            state = self._commander.state(sent.order.number)
            if state is None or not _is_of(sent, state):
                self.heard.unknown += 1
            elif state.answered_ns or not (state.under_way or state.phase is Phase.EXPIRED):
                self.heard.repeated += 1
            else:
                self.heard.taken += 1
                who, number = sent.order.actuator[:100], sent.order.number
                await self._report(CommandAnswered(who=who, command=number, done=answer.done, why=answer.why))

    async def _asked(self, question: Awaitable[_Asked]) -> _Asked | None:
        """None also where the record cannot be read just now; it says so itself."""
        try:
            return await question
        except (RecordUnavailableError, RecordUnusableError) as error:
            LOG.warning("commands wait: %s", error)
            return None


def _is_among(decided: Mapping[int, CommandState], sent: SentCommand) -> bool:
    state = decided.get(sent.order.number)
    return state is not None and _is_of(sent, state)


def _is_of(sent: SentCommand, state: CommandState) -> bool:
    """A number alone does not tell: a crash before a start with other rules may give it to another command."""
    order = sent.order
    return (order.decided_ns, order.actuator, order.command) == (state.decided_ns, state.actuator, state.command)
