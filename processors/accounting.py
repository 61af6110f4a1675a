"""What became of each message of a batch, entered in the ledger, and which of them become dead letters."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.decoding import DecodedBatch
from ingest.ledger import Count, Ledger, Numbered
from ingest.readings import ReadingBatch
from ingest.reasons import Reason
from processors.outcomes import REJECTING, Outcome, Outcomes
from processors.sequences import Sequences

_NONE = 255
_UNKNOWN_DEVICE = -1


def account(ledger: Ledger, size: int, decoded: DecodedBatch, outcomes: Sequence[Outcomes]) -> list[tuple[int, Reason]]:
    """Enter a batch of `size` messages; returns (message, reason) of each one, or part of one, to keep aside.

    A message counts once: as the best that became of its readings. One accepted reading accepts its message.
    """
    best = np.full(size, _NONE, np.uint8)
    device = np.full(size, _UNKNOWN_DEVICE, np.int32)
    for readings, became in zip(decoded.readings, outcomes, strict=True):
        ledger.readings += _enter_readings(ledger, readings, became)
        np.minimum.at(best, readings.message, became)
        device[readings.message] = readings.device
    best[decoded.repeated] = Outcome.DUPLICATE
    device[decoded.repeated] = decoded.repeated_device
    aside = _enter_undecoded(ledger, decoded, best, device)
    for readings, became in zip(decoded.readings, outcomes, strict=True):
        aside += _enter_lost_parts(ledger, readings, became, best)
    ledger.received += size
    ledger.add(Count.RECEIVED, device[device >= 0])
    _enter_taken(ledger, best, device)
    aside += _enter_rejected(ledger, best, device)
    ledger.check()
    return aside


def account_unread(ledger: Ledger, reason: Reason, device: NDArray[np.int32]) -> None:
    """Messages that were rejected unread: (n,) their devices, -1 where the topic names none."""
    ledger.received += len(device)
    ledger.add(Count.RECEIVED, device[device >= 0])
    ledger.reject(reason, device)
    ledger.check()


def account_numbers(ledger: Ledger, sequences: dict[str, Sequences], readings: Iterable[ReadingBatch]) -> None:
    """What the devices' own counters tell of messages that never came; `sequences` by source."""
    for batch in readings:
        followed = sequences.get(batch.source)
        if followed is None:
            followed = sequences[batch.source] = Sequences()
        for counted in followed.observe(batch):
            ledger.published += int(counted.published.sum())
            ledger.missing += int(counted.missing.sum())
            ledger.restarts += int(counted.restarts.sum())
            ledger.count_numbers(Numbered.PUBLISHED, counted.device, counted.published)
            # Seldom anything, so the counts of a million devices are not touched for nothing.
            for count, amount in ((Numbered.MISSING, counted.missing), (Numbered.RESTARTS, counted.restarts)):
                chosen = np.flatnonzero(amount)
                ledger.count_numbers(count, counted.device[chosen], amount[chosen])


def _enter_taken(ledger: Ledger, best: NDArray[np.uint8], device: NDArray[np.int32]) -> None:
    for name, count in (
        ("accepted", best <= Outcome.LATE),
        ("late", best == Outcome.LATE),
        ("duplicate", best == Outcome.DUPLICATE),
    ):
        number = int(np.count_nonzero(count))
        setattr(ledger, name, getattr(ledger, name) + number)
        if number:
            counted = device[count]
            ledger.add(Count[name.upper()], counted[counted >= 0])


def _enter_rejected(ledger: Ledger, best: NDArray[np.uint8], device: NDArray[np.int32]) -> Iterator[tuple[int, Reason]]:
    rejected = np.flatnonzero((best > Outcome.DUPLICATE) & (best != _NONE))
    if not len(rejected):
        return
    became = best[rejected]
    for outcome in np.unique(became).tolist():
        ledger.reject(REJECTING[Outcome(outcome)], device[rejected[became == outcome]])
    for message, outcome in zip(rejected.tolist(), became.tolist(), strict=True):
        yield message, REJECTING[Outcome(outcome)]


def _enter_lost_parts(
    ledger: Ledger, readings: ReadingBatch, became: Outcomes, best: NDArray[np.uint8]
) -> Iterator[tuple[int, Reason]]:
    """Elements that were rejected although their message was not: each counts, their message is kept aside once."""
    lost = np.flatnonzero(became > Outcome.DUPLICATE)
    lost = lost[best[readings.message[lost]] <= Outcome.DUPLICATE]
    reasons = [REJECTING[Outcome(outcome)] for outcome in became[lost].tolist()]
    ledger.parts_rejected.update(reasons)
    yield from dict.fromkeys(zip(readings.message[lost].tolist(), reasons, strict=True))


def _enter_readings(ledger: Ledger, readings: ReadingBatch, became: Outcomes) -> int:
    accepted = became <= Outcome.LATE
    taken: NDArray[np.int32] = readings.device if accepted.all() else readings.device[accepted]
    ledger.add(Count.READINGS, taken)
    return len(taken)


def _enter_undecoded(
    ledger: Ledger, decoded: DecodedBatch, best: NDArray[np.uint8], device: NDArray[np.int32]
) -> list[tuple[int, Reason]]:
    """Messages that gave no reading at all, once each, and the bad parts of those that gave some."""
    aside: list[tuple[int, Reason]] = []
    entered: set[int] = set()
    rejected: dict[Reason, list[int]] = {}
    for rejection in decoded.rejections:
        if best[rejection.message] != _NONE:
            ledger.parts_rejected[rejection.reason] += 1
        elif rejection.message not in entered:
            entered.add(rejection.message)
            rejected.setdefault(rejection.reason, []).append(rejection.device)
            device[rejection.message] = rejection.device
        else:
            continue
        if rejection.reason is not Reason.RETAINED:
            aside.append((rejection.message, rejection.reason))
    for reason, devices in rejected.items():
        ledger.reject(reason, np.array(devices, np.int32))
    return aside
