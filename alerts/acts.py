"""What people and machines do to alerts, as the journal keeps it: state follows from it as it does from readings."""

from typing import Annotated

import msgspec

Who = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Why = Annotated[str, msgspec.Meta(max_length=1000)]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Name = Annotated[str, msgspec.Meta(max_length=200)]
Names = Annotated[tuple[Name, ...], msgspec.Meta(max_length=1000)]
ForNs = Annotated[int, msgspec.Meta(gt=0, le=366 * 86_400 * 10**9)]


class _Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    who: Who
    """Officer, or whoever has the operator's token; "denyut" for what the run itself reports."""
    why: Why = ""


class Acknowledge(_Act, frozen=True, tag="acknowledge"):
    """Somebody has seen it and sees to it."""

    alert: Number


class Assign(_Act, frozen=True, tag="assign"):
    """From now on it is the officer `to` who sees to it."""

    alert: Number
    to: Name


class Comment(_Act, frozen=True, tag="comment"):
    """`why` is what is said."""

    alert: Number


class Snooze(_Act, frozen=True, tag="snooze"):
    """Nobody is told of it for so long; then it climbs on, if it is still firing and not acknowledged."""

    alert: Number
    for_ns: ForNs


class Close(_Act, frozen=True, tag="close"):
    """It is over, whatever was measured last; what still holds fires anew, by another number."""

    alert: Number


class Silence(_Act, frozen=True, tag="silence"):
    """Nobody is told of alerts that fit; what is empty fits all. From `begin_ns` (0: now) for so long."""

    for_ns: ForNs
    rules: Names = ()
    zones: Names = ()
    kinds: Names = ()
    devices: Names = ()
    begin_ns: Annotated[int, msgspec.Meta(ge=0, le=2**62)] = 0


class EndSilence(_Act, frozen=True, tag="end_silence"):
    silence: Number


class SendCommand(_Act, frozen=True, tag="send_command"):
    actuator: Name
    command: Name
    alert: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0
    """On account of which; 0: of none."""
    dry_run: bool = False
    operator: bool = False
    """Whoever took the act in knows that `who` may all that an operator may; never taken from what somebody sends."""


class CommandSent(_Act, frozen=True, tag="command_sent"):
    """The broker has it; with an `error` it has not, or perhaps (`unknown`)."""

    command: Number
    error: Why = ""
    unknown: bool = False


class CommandAnswered(_Act, frozen=True, tag="command_answered"):
    """By the device."""

    command: Number
    done: bool


class RulesChanged(_Act, frozen=True, tag="rules_changed"):
    """A run has begun whose rules are other than those by which some alerts fired: those end."""


class Measured(_Act, frozen=True, tag="measured"):
    """Figures of the backend's own health."""

    figures: dict[Name, float]


Act = (
    Acknowledge
    | Assign
    | Comment
    | Snooze
    | Close
    | Silence
    | EndSilence
    | SendCommand
    | CommandSent
    | CommandAnswered
    | RulesChanged
    | Measured
)
"""Each has a `tag` of its own."""


class NotNowError(Exception):
    """Nothing can be decided at present; one sentence."""


_DECODER = msgspec.json.Decoder(Act)


def encode(act: Act) -> bytes:
    return msgspec.json.encode(act)


def decode(content: bytes) -> Act:
    """Raises ValueError."""
    act: Act = _DECODER.decode(content)
    return act
