"""The ways in which devices may write a reading, all of which ingest reads."""

from dataclasses import dataclass, field
from typing import Literal

from config.settings import Source

TimeSpelling = Literal["s", "ms", "us", "ns", "iso", "none"]


@dataclass(frozen=True, slots=True)
class Spelling:
    time: TimeSpelling = "ms"
    """Unix time in this unit, or ISO 8601 with the offset of the city; none: it is received when it is measured."""
    numbered: bool = True
    nested: bool = False
    """Quantities stand in an object of their own, which gives them other names."""
    booleans: bool = False
    """What is either 0 or 1 is written as false or true."""
    wordy: bool = False
    """With texts, a list and a null, which are no quantities."""
    deeper: bool = False
    """The topic goes on below the device."""
    gathered: bool = False
    """Several readings come in one list."""


SPELLINGS = {
    "flat": Spelling(),
    "seconds": Spelling(time="s"),
    "microseconds": Spelling(time="us"),
    "nanoseconds": Spelling(time="ns"),
    "iso": Spelling(time="iso"),
    "untimed": Spelling(time="none"),
    "unnumbered": Spelling(numbered=False),
    "boolean": Spelling(booleans=True),
    "wordy": Spelling(wordy=True),
    "deeper": Spelling(deeper=True),
    "list": Spelling(gathered=True),
    "nested": Spelling(nested=True),
}
FLAT = SPELLINGS["flat"]
MIXED = "mixed"
"""Each device has its own of `SAME_READINGS`."""
SAME_READINGS = tuple(name for name in SPELLINGS if name not in ("untimed", "nested"))
"""Those that say the same times of the same quantities."""
NESTED_IN = "data"


@dataclass(frozen=True, slots=True)
class FieldNames:
    """How a source wants the fields called."""

    time: str = "ts"
    sequence: str = "seq"
    _fields: dict[str, str] = field(default_factory=dict)
    """Quantity -> field, where the names differ."""
    _unsaid: frozenset[str] = frozenset()
    """Names that would be taken for something else."""

    @classmethod
    def of_source(cls, source: Source) -> "FieldNames":
        own = {source.time_field, source.sequence_field, *source.ignore}
        fields: dict[str, str] = {}
        for name, quantity in source.fields.items():
            if name not in own:
                fields.setdefault(quantity, name)
        return cls(source.time_field, source.sequence_field, fields, frozenset(own.union(source.fields)))

    def of(self, quantity: str, *, nested: bool = False) -> str | None:
        """The field that feeds the quantity, with a dot between the names of objects; None: no field can."""
        if quantity in self._fields:
            return self._fields[quantity]
        name = f"{NESTED_IN}.{quantity}" if nested else quantity
        return None if name in self._unsaid else name
