"""The faults of a scenario: which kinds there are, whom they befall, and what can be said of each."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from config.durations import SECOND_NS
from config.section import Duration, Name
from simulators.faults.malformed import Sort
from simulators.time_line import Timed

FaultKind = Literal[
    "lost",
    "duplicated",
    "delayed",
    "reordered",
    "offline",
    "dead",
    "gateway_death",
    "reconnect_storm",
    "battery_dies",
    "clock_offset",
    "clock_drift",
    "clock_jump",
    "stuck",
    "spike",
    "drift",
    "wrong_unit",
    "malformed",
    "changed_shape",
    "retained_ghost",
]
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
"""What each does stands in docs/scenarios.md."""
USES: dict[FaultKind, frozenset[str]] = {
    "lost": frozenset(),
    "duplicated": frozenset(),
    "delayed": frozenset({"time"}),
    "reordered": frozenset({"time"}),
    "offline": frozenset({"time"}),
    "dead": frozenset(),
    "gateway_death": frozenset({"time", "buffered"}),
    "reconnect_storm": frozenset({"time", "within"}),
    "battery_dies": frozenset({"time"}),
    "clock_offset": frozenset({"time"}),
    "clock_drift": frozenset({"amount"}),
    "clock_jump": frozenset({"time"}),
    "stuck": frozenset({"quantity"}),
    "spike": frozenset({"quantity", "amount"}),
    "drift": frozenset({"quantity", "amount"}),
    "wrong_unit": frozenset({"quantity", "amount"}),
    "malformed": frozenset({"sorts"}),
    "changed_shape": frozenset(),
    "retained_ghost": frozenset({"time"}),
}
"""What may be said of a fault beside whom it befalls and when."""
_LARGEST: dict[str, float] = {"clock_drift": 3600.0}
"""Of `amount`, either way: the clock runs twice as fast, or stands still."""
_LARGEST_VALUE = 1e9
_SPECIAL = frozenset[str]().union(*USES.values())


class Fault(Timed):
    """Of a `share` of the readings, or with faults that last, of the devices; targets that are empty mean all."""

    kind: FaultKind
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    kinds: tuple[Name, ...] = ()
    zones: tuple[Name, ...] = ()
    devices: tuple[Name, ...] = ()
    gateways: tuple[Name, ...] = ()
    time: Duration | None = None
    """delayed: mean delay; reordered: how late at most; offline, reconnect_storm, gateway_death: how long they are
    away; battery_dies: how long it takes; clock_offset, clock_jump: how far at most, either way; retained_ghost: for
    how long it sends such readings. Absent: 30 s, for a gateway_death until `end`."""
    within: Duration = SECOND_NS
    """reconnect_storm: all come back within it."""
    buffered: bool = False
    """gateway_death: what was measured meanwhile is uploaded afterwards."""
    quantity: str = ""
    """stuck, spike, drift, wrong_unit: of which; empty: each."""
    amount: float = 10.0
    """spike, wrong_unit: factor; drift: what is added each hour; clock_drift: seconds each hour."""
    sorts: tuple[Sort, ...] = ()
    """malformed: in which ways; empty: each."""

    @property
    def time_ns(self) -> int:
        return 30 * SECOND_NS if self.time is None else self.time

    @model_validator(mode="after")
    def _says_what_it_uses(self) -> Self:
        unused = sorted((self.model_fields_set & _SPECIAL) - USES[self.kind])
        if unused:
            raise ValueError(f"a fault of kind {self.kind!r} has no {' and no '.join(map(repr, unused))}")
        largest = _LARGEST.get(self.kind, _LARGEST_VALUE)
        if abs(self.amount) > largest:
            least, most, found = f"{-largest:,.0f}", f"{largest:,.0f}", f"{self.amount:g}"
            raise ValueError(f"the `amount` of a {self.kind} must be from {least} to {most}, not {found}")
        if self.buffered and self.time is None:
            raise ValueError("what is buffered is uploaded after `time`, which is missing")
        return self
