"""A score as people read it."""

from collections.abc import Iterator, Mapping
from typing import IO

from denyut.aligned_columns import TextColumns, write_aligned
from denyut.scoring.coverage import TOLERANCE, CoverageScore
from denyut.scoring.messages import MessageScore
from denyut.scoring.score import Score
from denyut.scoring.windows import WindowScore
from denyut.terminal_text import visible

_MOST_MOVED = 12
_OF_SENSORS = ("freshness_", "sensors_", "data_quality")
"""In names of indicators that speak of the devices themselves, on which faults are meant to show."""


def write_words(score: Score, stream: IO[str]) -> None:
    for line in _lines(score):
        stream.write(visible(line) + "\n")
    if score.figures:
        stream.write(
            f"\nFigures that faults have moved most, of {len(score.figures)} indicators; errors are relative:\n"
        )
        _table(_figures(score), stream)
    if score.alerts:
        stream.write("\nAlerts, against those of the true city:\n")
        _table(_alerts(score), stream)
    if score.events:
        stream.write("\nEvents, and the first alert that noticed each:\n")
        _table(_events(score), stream)
    stream.write(("\n" if score.figures or score.alerts else "") + _verdict(score) + "\n")


def _lines(score: Score) -> Iterator[str]:
    yield from _messages(score.messages)
    yield f"readings with faults: {_counts(score.readings) or 'none'}"
    for size, windows in score.windows.items():
        yield from _windows(size, windows)
    yield f"clock faults contained: {_yes(score.clocks_contained)}"
    yield _coverage(score.coverage)
    if score.unjudged:
        yield f"stored windows, indicators and alerts are not judged: {score.unjudged}"
    elif score.again is None:
        yield "stored indicators and alerts were not compared with what arrived"
    else:
        for name, each in score.again.items():
            wrong = f"{each.different:,} different, {each.missing:,} missing, {each.unexpected:,} unexpected"
            yield f"{name}s as the journal gives them again: {'all' if each.holds else wrong} of {each.rows:,}"
            if each.example:
                yield f"  such as {each.example}"


def _coverage(found: CoverageScore) -> str:
    if not found.figures:
        return "coverage: nothing to judge"
    return (
        f"coverage honest: {_yes(found.holds)} ({found.within:,} of {found.figures:,} within {TOLERANCE:g} of "
        f"the share that came, {found.boasting:,} above it{f', {found.missing:,} missing' if found.missing else ''})"
    )


def _verdict(score: Score) -> str:
    if not score.holds:
        return "the run does not hold"
    if score.quick:
        return "the run holds, as far as --quick looks"
    return "the run holds" + (", as far as can be said without a journal" if score.again is None else "")


def _messages(found: MessageScore) -> Iterator[str]:
    yield (
        f"messages: {found.sent:,} sent, {found.received:,} received, {found.lost:,} lost, {found.double:,} double, "
        f"{found.misjudged:,} misjudged"
    )
    if found.again:
        yield f"  {found.again:,} came again"
    if found.ghosts:
        yield f"  {found.ghosts:,} that the broker had kept"
    for name, (count, least, most) in found.outcomes.items():
        expected = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        yield f"  {name}: {count:,}, of truth {expected}"


def _windows(size: str, found: WindowScore) -> Iterator[str]:
    wrong = _counts(
        {
            "missing": found.missing,
            "with a wrong count": found.wrong_count,
            "with a wrong value": found.wrong_value,
            "unexpected": found.unexpected,
        }
    )
    yield f"windows of {size}: {found.exact:,} of {found.expected:,} exact{', ' + wrong if wrong else ''}" + (
        f" ({found.uncertain:,} not judged)" if found.uncertain else ""
    )
    for example in found.examples:
        yield f"  {example}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)


def _figures(score: Score) -> TextColumns:
    of_the_city = [each for each in score.figures.items() if not any(part in each[0] for part in _OF_SENSORS)]
    moved = sorted(of_the_city, key=lambda each: (-each[1].p95_error, each[0]))[:_MOST_MOVED]
    rows = [
        [name, f"{each.figures:,}", f"{each.missing:,}", f"{each.median_error:.3f}", f"{each.p95_error:.3f}"]
        for name, each in moved
    ]
    return _columns(["indicator", "figures", "missing", "median", "p95"], rows)


def _alerts(score: Score) -> TextColumns:
    rows = [
        [
            *(name, f"{each.said:,}", f"{each.true:,}", f"{each.right:,}", f"{each.of_faults:,}"),
            *(_share(each.precision), _share(each.recall), _delay(each.delay_s), _delay(each.p95_delay_s)),
        ]
        for name, each in score.alerts.items()
    ]
    header = ["rule", "said", "true", "right", "of faults", "precision", "recall", "delay", "p95"]
    return _columns(header, rows)


def _events(score: Score) -> TextColumns:
    rows = [[each.kind, each.title, each.rule or "no alert", _delay(each.delay_s)] for each in score.events]
    return TextColumns(["event", "title", "rule", "delay"], rows, [False, False, False, True], frozenset({"title"}))


def _columns(header: list[str], rows: list[list[str]]) -> TextColumns:
    return TextColumns(header, rows, [place > 0 for place in range(len(header))], frozenset({header[0]}))


def _table(columns: TextColumns, stream: IO[str]) -> None:
    write_aligned(columns, stream)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _delay(delay_s: float | None) -> str:
    if delay_s is None:
        return "-"
    # What is added makes 0 of -0.
    return f"{round(delay_s, 1) + 0.0:.1f}s"


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
