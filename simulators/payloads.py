"""Reports as MQTT messages: topic city/<city>/<kind>/<device>, payload one JSON object."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from simulators.fleet import BEHAVIOURS, Fleet, Reports

_NANOSECONDS_A_MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages in order of their event time."""

    topics: list[str]
    payloads: list[bytes]
    time_ns: NDArray[np.int64]
    retain: NDArray[np.bool_] | None = None
    """(n,) the broker is to keep it; None: nothing."""

    def __len__(self) -> int:
        return len(self.topics)


class Encoder:
    """Turns a fleet's reports into messages; each device's topic is written once."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self._topics = {
            kind: [f"city/{fleet.city}/{kind}/{device.id}" for device in group.devices]
            for kind, group in fleet.groups.items()
        }

    def topic(self, kind: str, device: int) -> str:
        """`device`: its index in the kind's `Group`."""
        return self._topics[kind][device]

    def messages(self, start_ns: int, end_ns: int) -> Messages:
        """All messages of [start, end), ordered by time, then by kind."""
        topics: list[str] = []
        payloads: list[bytes] = []
        times = [np.empty(0, dtype=np.int64)]
        for report in self.fleet.reports(start_ns, end_ns):
            known = self._topics[report.kind]
            topics += [known[device] for device in report.device.tolist()]
            payloads += encode_payloads(report)
            times.append(report.time_ns)
        time_ns = np.concatenate(times)
        order = np.argsort(time_ns, kind="stable").tolist()
        return Messages([topics[row] for row in order], [payloads[row] for row in order], np.sort(time_ns))


def encode_payloads(report: Reports) -> list[bytes]:
    """One object a row: `ts` in Unix ms, `seq`, and the quantities that the reading has."""
    decimals = BEHAVIOURS[report.kind].decimals
    columns: dict[str, NDArray[np.generic]] = {
        "ts": report.time_ns // _NANOSECONDS_A_MILLISECOND,
        "seq": report.sequence,
        **report.columns,
    }
    present = np.array([~np.isnan(values.astype(np.float64)) for values in columns.values()])
    payloads: list[bytes] = [b""] * len(report.time_ns)
    for pattern in np.unique(present, axis=1).T:
        rows = np.flatnonzero((pattern == present.T).all(axis=1))
        chosen = {name: values[rows] for (name, values), has in zip(columns.items(), pattern, strict=True) if has}
        for row, payload in zip(rows.tolist(), _fill_in(chosen, decimals), strict=True):
            payloads[row] = payload
    return payloads


def _fill_in(columns: dict[str, NDArray[np.generic]], decimals: dict[str, int]) -> Iterator[bytes]:
    """One template for all rows that have the same quantities."""
    fields = [f"{msgspec.json.encode(name).decode()}:%.{decimals.get(name, 0)}f" for name in columns]
    whole = [field.replace("%.0f", "%d") for field in fields]
    template = "{" + ",".join(whole) + "}"
    for row in zip(*(values.tolist() for values in columns.values()), strict=True):
        yield (template % row).encode()
