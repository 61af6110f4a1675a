"""Why something came as it did, as a code with the names and figures that belong to it: each reader is told in their
own language (`alerts.texts.causes`), and other systems get it as it is.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

Fact = str | float | int
Facts = Mapping[str, Fact]
"""Lengths of time end in `_ns`."""


class Code(StrEnum):
    """Beside these the names of `Denied`: why a command was refused."""

    NOT_SENT = "not_sent"
    NOT_DONE = "not_done"
    """The device says so; `said`: in its own words."""
    UNCONFIRMED = "unconfirmed"
    UNKNOWN_WHETHER_SENT = "unknown_whether_sent"
    """And nothing confirmed it."""
    UNPROVEN = "unproven"
    """Confirmed, and `indicator` is not as it should be by now; `figure`: how it is, absent: unknown."""
    PROOF_GONE = "proof_gone"
    """Confirmed, and the configuration says no more how to prove it."""
    OUTSIDE_HOURS = "outside_hours"
    """Of an alert that ended because the hours of its rule did."""
    CLOSED = "closed"
    """By `who`, who may have said `why`."""
    RULE_CHANGED = "rule_changed"
    """The rule by which it fired is another one now, or gone."""


class Cause(msgspec.Struct, frozen=True):
    code: str
    """A `Code`, or the name of a reason by which commands are refused."""
    facts: dict[str, Fact] = {}
    """Of a command: `command` and `actuator`, and what the code says of others."""
