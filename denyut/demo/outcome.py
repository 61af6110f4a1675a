"""Whether the demo did its job: what was sent is accounted for, and figures stand in the store."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.language import Language
from dashboard.live.alert_scene import AlertScene
from dashboard.live.ledger import Ledger


@dataclass(frozen=True)
class Sent:
    messages: int
    """Acknowledged by the broker."""
    uncertain: int = 0
    """Came due without a connection, or were cut off at the end: the broker may or may not have them."""


@dataclass(frozen=True)
class Outcome:
    ledger: Ledger | None
    """The last report of `denyut run`."""
    sent: Sent | None
    """None: the simulator did not say."""
    window_points: bool
    indicator_points: bool
    alert_points: bool = False
    figures_size: str = "10s"
    """Of the windows that were shown last."""
    alerts: AlertScene | None = None
    """As they stood at the end."""
    scores_ahead: bool = False
    """It ended before the first whole step of the city's scores."""


_SUMMARY = re.compile(r"([\d,]+) messages sent in .*?(?:, ([\d,]+) not sent|$|:)")


def read_sent(lines: Iterable[str]) -> Sent | None:
    """What `denyut simulate` says it sent, from the lines it printed."""
    for line in lines:
        if found := _SUMMARY.match(line):
            return Sent(_number(found[1]), _number(found[2] or "0"))
    return None


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def failures(outcome: Outcome, language: Language) -> list[str]:
    """Why the demo failed, one sentence each; empty when all went well."""
    return list(_failures(outcome, language))


def _failures(outcome: Outcome, language: Language) -> Iterator[str]:
    _ = language.gettext
    ledger = outcome.ledger
    if ledger is None:
        yield _("denyut run left no status report")
        return
    if ledger.received == 0:
        yield _("no message was received")
    if ledger.unexplained:
        yield _("the ledger does not agree: {count} of {received} messages have no outcome").format(
            count=language.number(ledger.unexplained), received=language.number(ledger.received)
        )
    if outcome.sent is None:
        yield _("the simulated city did not say how many messages it sent")
    elif not 0 <= ledger.received - outcome.sent.messages <= outcome.sent.uncertain:
        yield _("the simulated city sent {sent} messages, {received} were received").format(
            sent=language.number(outcome.sent.messages), received=language.number(ledger.received)
        )
    if ledger.points_pending:
        yield _("{count} points were not written: {error}").format(
            count=language.number(ledger.points_pending), error=ledger.store_error
        )
    yield from _missing_points(outcome, language)


def _missing_points(outcome: Outcome, language: Language) -> Iterator[str]:
    if not outcome.window_points:
        yield language.gettext("no window is in the store: it ended before the first one closed")
    if not outcome.indicator_points:
        yield language.gettext("no indicator is in the store")
