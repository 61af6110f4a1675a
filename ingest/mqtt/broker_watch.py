"""What a broker says of itself under $SYS: above all how many messages it has dropped, which no client notices.

The topics are Mosquitto's (its manual page, "Broker status"). A broker that has others, or lets nobody read them, is
asked again once an hour.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from hashlib import blake2b

from aiomqtt import Client, MqttError
from aiomqtt.exceptions import MqttCodeError, MqttConnectError

from ingest.mqtt.backoff import Backoff
from ingest.mqtt.options import ConnectionOptions

DROPPED = "$SYS/broker/publish/messages/dropped"
GAUGES = {
    "$SYS/broker/store/messages/count": "stored",
    "$SYS/broker/messages/stored": "stored",
    "$SYS/broker/clients/connected": "clients",
    "$SYS/broker/heap/current": "heap_bytes",
}
"""The second is what the first was called before Mosquitto 1.5."""
VERSION = "$SYS/broker/version"
TOPICS = (DROPPED, *GAUGES, VERSION)

SILENCE_S = 60.0
"""These topics are retained, so a broker that lets us read them answers at once."""
FORBIDDEN_RETRY_S = 3600.0
_REFUSED_FROM = 0x80
_PASSING = {3, 136}
"""The server is unavailable: CONNACK of MQTT 3.1.1, table 3.1, and as paho names it. Others need somebody to act."""
_ANSWER_S = 5.0
_GOODBYE_S = 1.0
_QUEUED = 1000

LOG = logging.getLogger("denyut")
_OF_PAHO = logging.getLogger("denyut.broker_watch")
_OF_PAHO.setLevel(logging.CRITICAL)


class _ForbiddenError(Exception):
    """Trying again soon would not help."""


@dataclass(slots=True)
class BrokerFigures:
    """Absent (None) where the broker does not say."""

    dropped: int | None = None
    """Messages dropped since we first asked, over restarts of the broker and of ourselves."""
    stored: int | None = None
    clients: int | None = None
    heap_bytes: int | None = None
    version: str | None = None
    last_dropped: int | None = None
    """By the count of the broker itself; before it has told us, what an earlier run heard."""

    def told(self, topic: str, payload: bytes) -> None:
        """What cannot be understood is passed over: it is about the broker, not from the city."""
        if topic == VERSION:
            self.version = payload.decode("utf-8", "replace")[:100]
        elif payload.isdigit() and len(payload) < 20:
            if topic == DROPPED:
                self._count_dropped(int(payload))
            elif topic in GAUGES:
                setattr(self, GAUGES[topic], int(payload))

    def _count_dropped(self, total: int) -> None:
        before = self.last_dropped
        # The broker counts from 0 again after its restart, so what it says then is new as a whole.
        self.dropped = (self.dropped or 0) + (0 if before is None else total - before if total >= before else total)
        self.last_dropped = total

    def as_status(self) -> dict[str, int | str | None]:
        return {
            "dropped": self.dropped,
            "stored": self.stored,
            "clients": self.clients,
            "heap_bytes": self.heap_bytes,
            "version": self.version,
        }


class BrokerWatch:
    """A connection of its own for each broker: $SYS must not stand in the queue behind a city's messages."""

    def __init__(self, options: ConnectionOptions) -> None:
        self.figures = BrokerFigures()
        self.name = options.name
        self.address = f"{options.host}:{options.port}"
        self._options = replace(options, client_id=_client_id(options.client_id))
        self._backoff = Backoff()
        self._said = False
        self._begun = asyncio.Event()

    def begin(self) -> None:
        """To be called when the source is subscribed: nothing is asked of a broker before that."""
        self._begun.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Returns soon after `stop` is set; says nothing of a broker that is away, since its source does."""
        stopped = asyncio.ensure_future(stop.wait())
        begun = asyncio.ensure_future(self._begun.wait())
        try:
            await asyncio.wait({begun, stopped}, return_when=asyncio.FIRST_COMPLETED)
            while not stop.is_set():
                listening = asyncio.ensure_future(self._listen())
                await asyncio.wait({listening, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not listening.done():
                    listening.cancel()
                    await asyncio.wait({listening}, timeout=_GOODBYE_S)
                    return
                await asyncio.wait({stopped}, timeout=self._delay_after(listening.exception()))
        finally:
            begun.cancel()
            stopped.cancel()

    def _delay_after(self, error: BaseException | None) -> float:
        if isinstance(error, _ForbiddenError):
            if not self._said:
                LOG.info("%s: the broker tells nothing of itself (%s): %s", self.name, "$SYS", error)
                self._said = True
            return FORBIDDEN_RETRY_S
        if error is not None and not isinstance(error, MqttError | OSError):
            raise error
        return self._backoff.delay_s()

    async def _listen(self) -> None:
        """Ends by MqttError where the connection does."""
        client = self._client()
        try:
            async with client:
                await self._subscribe(client)
                async with asyncio.timeout(SILENCE_S) as silence:
                    async for message in client.messages:
                        silence.reschedule(None)
                        self._backoff.reset()
                        if isinstance(message.payload, bytes):
                            self._hear(message.topic.value, message.payload)
        except MqttConnectError as error:
            if _code(error) not in _PASSING:
                raise _ForbiddenError(str(error)) from None
            raise
        except TimeoutError:
            raise _ForbiddenError(f"nothing has come within {SILENCE_S:.0f} s") from None
        finally:
            _forget_its_end(client)

    def _hear(self, topic: str, payload: bytes) -> None:
        unknown = self.figures.dropped is None
        self.figures.told(topic, payload)
        if unknown and self.figures.dropped:
            LOG.warning(
                "%s: the broker has dropped %d messages since the last run heard its count: they are lost. Its queues "
                "were too short for the time that a client was away; for Mosquitto, set max_queued_messages 0",
                self.name,
                self.figures.dropped,
            )

    def _client(self) -> Client:
        options = self._options
        return Client(
            options.host,
            options.port,
            username=options.username,
            # Paho encodes text as UTF-8 only; bytes pass through untouched.
            password=options.password,  # type: ignore[arg-type]
            identifier=options.client_id,
            tls_context=options.tls,
            timeout=_ANSWER_S,
            clean_session=True,
            max_queued_incoming_messages=_QUEUED,
            logger=_OF_PAHO,
        )

    async def _subscribe(self, client: Client) -> None:
        codes = await client.subscribe([(topic, 0) for topic in TOPICS])
        if all((code if isinstance(code, int) else code.value) >= _REFUSED_FROM for code in codes):
            raise _ForbiddenError("it refuses the topics")


def watches_of(sources: list[ConnectionOptions]) -> list[BrokerWatch]:
    """One for each broker: sources that share it are watched under the name of the first."""
    first: dict[tuple[str, int, str | None], ConnectionOptions] = {}
    for options in sources:
        first.setdefault((options.host, options.port, options.username), options)
    return [BrokerWatch(options) for options in first.values()]


def _forget_its_end(client: Client) -> None:
    """A connection lost while we leave is an exception that aiomqtt never looks at, and asyncio would log it."""
    ended: asyncio.Future[None] = client._disconnected
    if ended.done() and not ended.cancelled():
        ended.exception()


def _client_id(of_source: str) -> str:
    # 23 characters are all that an MQTT 3.1.1 broker must take.
    return f"denyut-{blake2b(f'{of_source} watch'.encode(), digest_size=8).hexdigest()}"


def _code(error: MqttCodeError) -> int | None:
    return error.rc if isinstance(error.rc, int) or error.rc is None else error.rc.value
