"""Rows of a recording that give no reading: counted by reason, the first few kept to be shown."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

SHOWN = 5


class RowReason(StrEnum):
    WRONG_FIELD_COUNT = "wrong_field_count"
    INVALID_JSON = "invalid_json"
    TIME_MISSING = "time_missing"
    TIME_INVALID = "time_invalid"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    RECEIVED_INVALID = "received_invalid"
    DEVICE_MISSING = "device_missing"
    NOT_A_NUMBER = "not_a_number"
    NO_VALUE = "no_value"
    """All its values are missing: nothing was measured."""


ROWS_NOT_TAKEN = (RowReason.WRONG_FIELD_COUNT, RowReason.INVALID_JSON)
"""Reasons for which a row never reaches the columns; every other reason concerns a reading."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    file: Path
    line: int
    reason: str
    value: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}: {self.value!r}"


@dataclass
class Rejections:
    counts: dict[str, int] = field(default_factory=dict)
    """Reason -> readings that were not made; in a wide file one row holds several."""
    first: list[RejectedRow] = field(default_factory=list)

    def add(self, file: Path, line: int, reason: str, value: str) -> None:
        self.counts[reason] = self.counts.get(reason, 0) + 1
        if len(self.first) < SHOWN:
            self.first.append(RejectedRow(file, line, str(reason), value[:80]))
