"""How far faults have moved the figures of a city: what a run said against what is said of the true city."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from config.durations import UNITS_NS
from storage.store import Query, Row, Store

_SPAN_NS = UNITS_NS["h"]
"""Rows of so much time are held at once."""
_OWN = "denyut_"
"""What a run says of itself; recorded data has none."""


@dataclass(frozen=True, slots=True)
class FigureScore:
    """Of one indicator. Errors are relative to the true value, or to the median one but 0 where that is larger."""

    figures: int
    """In both."""
    missing: int
    """The true city has a value, and the run has none."""
    median_error: float
    p95_error: float


def score_figures(run: Store, true: Store, city: str, from_ns: int, until_ns: int) -> dict[str, FigureScore]:
    """By indicator, of all sizes and zones. May raise StoreError."""
    pairs: dict[str, list[tuple[float, float]]] = {}
    for said, truly in _spans(run, true, "indicator", (("city", city),), from_ns, until_ns):
        for key, row in truly.items():
            value = row.fields.get("value", np.nan)
            if np.isfinite(value):
                got = said[key].fields.get("value", np.nan) if key in said else np.nan
                pairs.setdefault(row.tags["indicator"], []).append((value, got))
    return {name: _score(np.array(values)) for name, values in sorted(pairs.items())}


@dataclass(slots=True)
class Agreement:
    """What a run wrote against what its own journal gives again; all of it should agree."""

    rows: int = 0
    different: int = 0
    missing: int = 0
    unexpected: int = 0
    example: str = ""

    @property
    def holds(self) -> bool:
        return not (self.different or self.missing or self.unexpected)


def compare(run: Store, again: Store, measurement: str, city: str, from_ns: int, until_ns: int) -> Agreement:
    """Every field of every row. May raise StoreError."""
    found = Agreement()
    for said, replayed in _spans(run, again, measurement, (("city", city),), from_ns, until_ns):
        for key in said.keys() | replayed.keys():
            found.rows += key in replayed
            if key not in said:
                found.missing += 1
            elif key not in replayed:
                found.unexpected += 1
            elif said[key].fields != replayed[key].fields:
                found.different += 1
            else:
                continue
            found.example = found.example or f"{measurement} {dict(key[1])}"
    return found


Key = tuple[int, tuple[tuple[str, str], ...]]


def _spans(
    one: Store, other: Store, measurement: str, where: tuple[tuple[str, str], ...], from_ns: int, until_ns: int
) -> Iterator[tuple[dict[Key, Row], dict[Key, Row]]]:
    """The first span is all from before `from_ns`: what devices said whose clocks are behind."""
    starts = range(from_ns, until_ns + 1, _SPAN_NS)
    for start_ns, end_ns in zip((None, *starts), (*starts, until_ns + 1), strict=True):
        query = Query(measurement, where, from_ns=start_ns, to_ns=end_ns)
        yield _by_key(one, query), _by_key(other, query)


def _by_key(store: Store, query: Query) -> dict[Key, Row]:
    rows = ((row.time_ns, tuple(sorted(row.tags.items())), row) for row in store.query(query))
    return {(time_ns, tags): row for time_ns, tags, row in rows if not _is_own(row)}


def _is_own(row: Row) -> bool:
    return row.tags.get("indicator", "").startswith(_OWN)


def _score(pairs: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> FigureScore:
    true, said = pairs.T
    both = np.isfinite(said)
    usual = float(np.median(np.abs(true[true != 0]))) if true.any() else 1.0
    errors = np.abs(said[both] - true[both]) / np.maximum(np.abs(true[both]), usual)
    median, p95 = np.quantile(errors, [0.5, 0.95]).tolist() if len(errors) else (0.0, 0.0)
    return FigureScore(int(both.sum()), int((~both).sum()), median, p95)
