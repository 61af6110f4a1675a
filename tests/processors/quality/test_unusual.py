"""How many labelled anomalies the score finds, and how many alarms are false: the table of docs/data-quality.md.

`python -m pytest -s tests/processors/quality/test_unusual.py` prints it. The recordings are those of the
Numenta Anomaly Benchmark; all settings are those of no configuration, the same for all files.
"""

import csv
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.quality_rules import QualityRules
from tests.processors.batches import SECOND_NS, Fed, Row, windows
from tests.simulators.recordings import whole

DOCS = Path(__file__).parents[3] / "docs" / "data-quality.md"
HEADER = "| series | windows | scored | periods | found | alarms | true | precision | recall |"
STEP_NS = 900 * SECOND_NS
AT_ONCE = 50


@dataclass(frozen=True)
class Result:
    """Windows are those of 15 minutes."""

    windows: int
    scored: int
    periods: int
    found: int
    """Labelled periods with at least one window beyond the limit."""
    alarms: int
    true: int
    """Alarms within a labelled period."""
    labelled: int
    """Scored windows within a labelled period."""

    def row(self, name: str) -> str:
        precision = f"{self.true / self.alarms:.2f}" if self.alarms else "-"
        recall = f"{self.true / self.labelled:.2f}" if self.labelled else "-"
        counts = (self.windows, self.scored, self.periods, self.found, self.alarms, self.true)
        return f"| {name} | {' | '.join(map(str, counts))} | {precision} | {recall} |"


def at(time: str) -> int:
    return int(datetime.fromisoformat(time).replace(tzinfo=UTC).timestamp()) * SECOND_NS


def scores_of(file: Path) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(n,) ends and scores of the windows of 15 minutes, NaN where there is no score."""
    with file.open(newline="", encoding="utf-8") as lines:
        rows = sorted((at(row["timestamp"]), float(row["value"])) for row in csv.DictReader(lines))
    fed = Fed(windows("1m", "15m", lateness="15m"), time_base="event", kind="recorded", devices=1)
    for first in range(0, len(rows), AT_ONCE):
        fed.take(*(Row(0, time_ns, {"value": value}) for time_ns, value in rows[first : first + AT_ONCE]))
        fed.advance()
    fed.finish()
    found = [
        (end, fields.get("value_anomaly", np.nan)) for (size, end, _), fields in fed.final.items() if size == STEP_NS
    ]
    return np.array([end for end, _ in found], np.int64), np.array([score for _, score in found])


def judged(file: Path, periods: list[list[str]]) -> Result:
    end_ns, score = scores_of(file)
    inside = [(end_ns > at(begin)) & (end_ns - STEP_NS <= at(end)) for begin, end in periods]
    labelled = np.logical_or.reduce([np.zeros(len(end_ns), np.bool_), *inside])
    scored = np.isfinite(score)
    alarm = score >= QualityRules().anomaly
    return Result(
        windows=len(end_ns),
        scored=int(scored.sum()),
        periods=len(periods),
        found=sum(bool((alarm & within).any()) for within in inside),
        alarms=int(alarm.sum()),
        true=int((alarm & labelled).sum()),
        labelled=int((scored & labelled).sum()),
    )


@cache
def results() -> dict[str, Result]:
    folder = whole("nab")
    labels = json.loads((folder / "labels_combined_windows.json").read_text(encoding="utf-8"))
    found = {Path(name).stem: judged(folder / name, periods) for name, periods in sorted(labels.items())}
    fields = list(Result.__dataclass_fields__)
    found["all"] = Result(*(sum(getattr(each, name) for each in found.values()) for name in fields))
    return found


def test_the_documented_table_is_what_comes_out() -> None:
    rows = [f"`{name}`" if name != "all" else name for name in results()]
    table = [HEADER, "|---" * 9 + "|", *(each.row(name) for name, each in zip(rows, results().values(), strict=True))]
    print("", *table, sep="\n")
    documented = re.findall(r"^\| (?:series|`\w+`|all) \|.*recall \|$|^\| (?:`\w+`|all) \|(?: [\d.-]+ \|){8}$",
                            DOCS.read_text(encoding="utf-8"), re.MULTILINE)  # fmt: skip
    assert documented == [line for line in table if "---" not in line]


def test_more_than_half_of_the_labelled_periods_are_found() -> None:
    assert results()["all"].found > results()["all"].periods / 2
