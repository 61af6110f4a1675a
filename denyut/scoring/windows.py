"""How the windows that a run wrote stand to those that the truth gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.default_kinds import effective_kinds
from config.durations import format_duration
from config.iso_times import iso_utc
from config.settings import Settings
from denyut.scoring.expected_windows import Expected, Place, closing_of, expected_windows
from denyut.scoring.truth import Truth
from storage.store import Query, Store

WRONG_CLOCKS = ("clock_offset", "clock_drift", "clock_jump")
_EXACT = frozenset({"count", "min", "max", "first", "last"})
_SHOWN = 5
_TOLERANCE = 1e-9
"""Relative, of a mean: sums are taken in another order."""
_TOLERANCE_OF_SPREAD = 1e-6
"""Of a standard deviation, against the largest value: a difference of squares has lost digits."""


@dataclass(slots=True)
class WindowScore:
    """Of the windows of devices whose clocks are right: nobody else's clock may have touched them."""

    expected: int = 0
    exact: int = 0
    missing: int = 0
    wrong_count: int = 0
    wrong_value: int = 0
    unexpected: int = 0
    """There is a window in which nothing was sent."""
    uncertain: int = 0
    """Not judged: a reading came when the window was about to go."""
    worst: float = 0.0
    """Largest relative error of a mean."""
    examples: list[str] = field(default_factory=list)
    """The first that are not exact: device, end, and what is wrong."""

    @property
    def holds(self) -> bool:
        return self.exact == self.expected and not self.unexpected


def score_windows(
    truth: Truth, store: Store, settings: Settings, until_ns: int, slack_ns: int
) -> dict[str, WindowScore]:
    """By size, of the windows that end until `until_ns`. May raise StoreError."""
    kinds = effective_kinds(settings)
    scores: dict[str, WindowScore] = {}
    for window in settings.windows.sizes:
        if window.hop not in (None, window.size):
            continue
        size = format_duration(window.size)
        judged = scores.setdefault(size, WindowScore())
        for readings in truth.kinds:
            if not window.kinds or readings.kind in window.kinds:
                quantities = kinds[readings.kind].quantities if readings.kind in kinds else {}
                closing = closing_of(settings, readings.kind, slack_ns, until_ns)
                expected = expected_windows(readings, window.size, closing, quantities)
                where = (("city", str(truth.about["city"])), ("kind", readings.kind), ("size", size))
                rows = store.query(Query("window", where, from_ns=truth.start_ns, to_ns=until_ns + 1))
                found = {(row.tags["device"], row.time_ns): row.fields for row in rows}
                _judge(expected, found, readings.devices_with(*WRONG_CLOCKS), judged)
    return scores


def _judge(
    expected: Expected, found: Mapping[Place, Mapping[str, float]], wrong: set[str], judged: WindowScore
) -> None:
    for place, fields in expected.fields.items():
        if place[0] in wrong:
            continue
        judged.expected += 1
        if place in found:
            _compare(place, fields, found[place], judged)
        else:
            judged.missing += 1
            _show(judged, place, "missing")
    strangers = [place for place in found if place not in expected.possible and place[0] not in wrong]
    judged.unexpected += len(strangers)
    judged.uncertain += sum(place[0] not in wrong for place in expected.uncertain)
    for place in strangers[:1]:
        _show(judged, place, "unexpected")


def _compare(place: Place, fields: Mapping[str, float], found: Mapping[str, float], judged: WindowScore) -> None:
    counts = [name for name, value in fields.items() if name.endswith("_count") and found.get(name) != value]
    values = [name for name, value in fields.items() if not _agrees(name, value, found, judged)]
    judged.wrong_count += bool(counts)
    judged.wrong_value += bool(values and not counts)
    judged.exact += not values
    for name in (counts or values)[:1]:
        _show(judged, place, f"{name} is {found.get(name)}, not {fields[name]}")


def _agrees(name: str, value: float, found: Mapping[str, float], judged: WindowScore) -> bool:
    got = found.get(name)
    if got is None:
        return False
    quantity, _, statistic = name.rpartition("_")
    if statistic in _EXACT:
        return got == value
    if statistic == "std":
        scale = max(abs(found.get(f"{quantity}_{side}", 0.0)) for side in ("min", "max"))
        return abs(got - value) <= _TOLERANCE_OF_SPREAD * max(scale, 1.0)
    error = abs(got - value) / max(abs(value), 1.0)
    judged.worst = max(judged.worst, error)
    return error <= _TOLERANCE


def _show(judged: WindowScore, place: Place, what: str) -> None:
    if len(judged.examples) < _SHOWN:
        judged.examples.append(f"{place[0]} {iso_utc(place[1])}: {what}")
