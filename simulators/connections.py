"""The connections over which a city speaks: each device over one of them, those that share a gateway side by side."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress

import aiomqtt
import numpy as np

from simulators.faults.sent import Mask
from simulators.fleet import Fleet
from simulators.payloads import Messages

_WORKERS = 8
"""Publishes of one connection that wait for their PUBACK at the same time; aiomqtt warns from ten on."""


class Routes:
    """Which connection each device speaks over, as many over each. One alone costs nothing for a million devices."""

    def __init__(self, fleet: Fleet, topic: Callable[[str, int], str], count: int) -> None:
        """`topic`: of a device, by its kind and its index there."""
        self.count = count
        self._number: dict[str, int] = {}
        self._of_kind = {kind: np.zeros(len(group.devices), np.int64) for kind, group in fleet.groups.items()}
        if count == 1:
            return
        places = [
            (device.gateway, kind, place)
            for kind, group in fleet.groups.items()
            for place, device in enumerate(group.devices)
        ]
        for rank, (_, kind, place) in enumerate(sorted(places)):
            number = rank * count // len(places)
            self._of_kind[kind][place] = number
            self._number[topic(kind, place)] = number

    def number(self, topic: str) -> int:
        return self._number.get(topic, 0)

    def idle(self, away: Mapping[str, Mask]) -> set[int]:
        """Connections of which every device is away."""
        if not away:
            return set()
        devices, gone = np.zeros(self.count, np.int64), np.zeros(self.count, np.int64)
        for kind, numbers in self._of_kind.items():
            devices += np.bincount(numbers, minlength=self.count)
            if kind in away:
                gone += np.bincount(numbers[away[kind]], minlength=self.count)
        return set(np.flatnonzero((devices > 0) & (gone == devices)).tolist())


class Connections:
    """Those of one try: the first is there from the beginning, all end with it. Everything may raise MqttError."""

    def __init__(self, first: aiomqtt.Client, another: Callable[[], aiomqtt.Client], routes: Routes) -> None:
        """`first` is connected, and the caller's."""
        self._first = first
        self._another = another
        self._routes = routes
        self._clients = {0: first}
        self.opened = 1
        """In all: how often one was made."""

    async def open(self, idle: Collection[int]) -> None:
        """Those that are not there, all at once, but for the idle ones."""
        missing = [number for number in range(self._routes.count) if number not in self._clients and number not in idle]
        if missing:
            clients = [self._another() for _ in missing]
            results = await asyncio.gather(*(client.__aenter__() for client in clients), return_exceptions=True)
            entered = [not isinstance(result, BaseException) for result in results]
            self._clients |= {
                number: client for number, client, there in zip(missing, clients, entered, strict=True) if there
            }
            self.opened += sum(entered)
            _raise_first(results, f"{len(self._clients)} of {self._routes.count} connections, the next one: ")

    async def close(self, idle: Collection[int]) -> None:
        """They are gone until `open` finds them no longer idle."""
        leaving = [self._clients.pop(number) for number in idle if number in self._clients]
        _raise_first(await asyncio.gather(*map(_left, leaving), return_exceptions=True))

    async def close_all(self) -> None:
        """All but the first of the beginning, which its caller closes; what does not close any more is no matter."""
        clients, self._clients = self._clients, {}
        with suppress(aiomqtt.MqttError):
            others = [client for client in clients.values() if client is not self._first]
            _raise_first(await asyncio.gather(*map(_left, others), return_exceptions=True))

    async def publish(self, messages: Messages, qos: int, sent: Callable[[str], None]) -> None:
        """`sent` is told the topic of each that went out."""
        by_connection: dict[int, list[int]] = defaultdict(list)
        for row, topic in enumerate(messages.topics):
            by_connection[self._routes.number(topic)].append(row)
        await self.open(set(range(self._routes.count)) - by_connection.keys())
        workers = 1 if qos == 0 else max(1, _WORKERS // len(by_connection)) if by_connection else 0
        jobs = []
        for number, rows in by_connection.items():
            remaining = iter(rows)
            jobs += [_publish(self._clients[number], messages, remaining, qos, sent) for _ in range(workers)]
        _raise_first(await asyncio.gather(*jobs, return_exceptions=True))


async def _publish(
    client: aiomqtt.Client, messages: Messages, rows: Iterator[int], qos: int, sent: Callable[[str], None]
) -> None:
    retain = messages.retain
    for row in rows:
        kept = retain is not None and bool(retain[row])
        await client.publish(messages.topics[row], messages.payloads[row], qos=qos, retain=kept)
        sent(messages.topics[row])


async def _left(client: aiomqtt.Client) -> None:
    await client.__aexit__(None, None, None)


def _raise_first(results: Collection[object], before: str = "") -> None:
    for result in results:
        if isinstance(result, aiomqtt.MqttError) and before:
            raise aiomqtt.MqttError(f"{before}{result}") from result
        if isinstance(result, BaseException):
            raise result
