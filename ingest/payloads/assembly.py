"""Columns of one batch of messages that were decoded into one structure, and which of them to trust."""

from collections.abc import Sequence
from types import NoneType
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ingest.event_time import LATEST_NS, event_time_ns, from_floats, from_integers
from ingest.payloads.columns import columns_of
from ingest.payloads.one_message import MAX_SEQUENCE, FieldRules
from ingest.payloads.shape import Leaf
from ingest.readings import NO_SEQUENCE
from ingest.reasons import Reason

_BEYOND = LATEST_NS + 1
"""Stands for every whole time that is out of range, also for those that no int64 holds."""

Column = NDArray[Any] | list[Any]


class Assembly:
    """`plain` tells which of the `n` messages the columns say everything about.

    The others must be read by themselves: a time or sequence that needs a named reason, one quantity from two fields,
    or no quantity at all. A quantity that no message has is no column.
    """

    def __init__(self, messages: Sequence[msgspec.Struct], leaves: Sequence[Leaf], rules: FieldRules) -> None:
        count = len(messages)
        self.columns: dict[str, NDArray[np.float64]] = {}
        self.time_ns = np.zeros(count, np.int64)
        self.timed = np.zeros(count, np.bool_)
        self.sequence = np.full(count, NO_SEQUENCE, np.int64)
        self.plain = np.ones(count, np.bool_)
        self._valued = np.zeros(count, np.bool_)
        self._strings = np.zeros(count, np.int64)
        self._present: dict[tuple[str, ...], NDArray[np.bool_]] = {}
        for leaf, column in zip(leaves, columns_of(messages, leaves), strict=True):
            self._add(leaf, column, rules)
        self.plain &= self._valued

    @property
    def quotes(self) -> NDArray[np.int64]:
        """(n,) the quotation marks of a payload whose keys are all known, with none there twice and none escaped:
        two for each key, two for each text. Any other payload has more.
        """
        marks = self._strings.copy()
        for present in self._present.values():
            marks += present
        return 2 * marks

    @property
    def quotes_in_all(self) -> int:
        """The sum of `quotes`."""
        return 2 * int(self._strings.sum() + sum(map(np.count_nonzero, self._present.values())))

    @property
    def is_sparse(self) -> bool:
        """Whether most fields stand in no message: names that were made up, or devices that are gone."""
        return 4 * sum(bool(present.any()) for present in self._present.values()) < len(self._present)

    def _add(self, leaf: Leaf, column: Column, rules: FieldRules) -> None:
        name = ".".join(leaf.path)
        if name == rules.time_field:
            present = self._add_time(column)
        elif name == rules.sequence_field:
            present = self._add_sequence(column)
        else:
            present = self._add_field(leaf, column)
        for depth in range(1, len(leaf.path) + 1):
            known = self._present.get(leaf.path[:depth])
            self._present[leaf.path[:depth]] = present if known is None else known | present

    def _add_time(self, column: Column) -> NDArray[np.bool_]:
        if isinstance(column, list):
            self.timed = np.array([value is not None for value in column], np.bool_)
            kinds = set(map(type, column))
            if kinds <= {int, NoneType}:
                column = np.array([max(-_BEYOND, min(value or 0, _BEYOND)) for value in column], np.int64)
            elif kinds <= {float, NoneType}:
                column = np.array([value or 0.0 for value in column], np.float64)
        else:
            self.timed[:] = True
        if isinstance(column, np.ndarray):
            self._read_numbers(column)
        else:
            self._read_mixed(column)
        # A time of null is a key that is there; such a payload is read by itself, with the same result.
        return self.timed

    def _read_numbers(self, column: NDArray[Any]) -> None:
        if column.dtype.kind == "f":
            self.time_ns, in_range = from_floats(column)
        else:
            if column.dtype == np.uint64:
                column = np.minimum(column, _BEYOND)
            self.time_ns, in_range = from_integers(column.astype(np.int64))
        self.plain &= in_range

    def _read_mixed(self, column: Sequence[object]) -> None:
        times = [0 if value is None else event_time_ns(value) for value in column]
        self.plain &= np.array([not isinstance(time, Reason) for time in times], np.bool_)
        self.time_ns = np.array([0 if isinstance(time, Reason) else time for time in times], np.int64)
        self._strings += np.array([isinstance(value, str) for value in column], np.bool_)

    def _add_sequence(self, column: Column) -> NDArray[np.bool_]:
        numbers = np.asarray(column, np.float64)
        present = ~np.isnan(numbers)
        with np.errstate(invalid="ignore"):
            whole = (numbers >= 0) & (numbers < MAX_SEQUENCE) & (numbers == np.floor(numbers))
        self.plain &= whole | ~present
        self.sequence = np.where(whole, np.where(whole, numbers, 0).astype(np.int64), NO_SEQUENCE)
        return present

    def _add_field(self, leaf: Leaf, column: Column) -> NDArray[np.bool_]:
        if isinstance(column, list):
            present = np.array([value == value for value in column], np.bool_)
            if list in leaf.roles:
                self._read_lists([value if isinstance(value, list) else () for value in column])
                column = [np.nan if isinstance(value, list) else value for value in column]
            if str in leaf.roles:
                texts = [isinstance(value, str) for value in column]
                self._strings += np.array(texts, np.bool_)
                column = [np.nan if text else value for text, value in zip(texts, column, strict=True)]
            numbers = np.array(column, np.float64)
        else:
            numbers = column
            present = numbers == numbers
        if leaf.quantity is not None:
            self._add_quantity(leaf.quantity, numbers, numbers == numbers if isinstance(column, list) else present)
        return present

    def _read_lists(self, lists: Sequence[Sequence[object]]) -> None:
        """A list of anything but numbers and text is not plain: a key in it may stand twice."""
        self._strings += [sum(isinstance(element, str) for element in elements) for elements in lists]
        self.plain &= [not any(isinstance(element, dict | list) for element in elements) for elements in lists]

    def _add_quantity(self, quantity: str, numbers: NDArray[np.float64], has: NDArray[np.bool_]) -> None:
        if not has.any():
            return
        other = self.columns.get(quantity)
        if other is not None:
            had = other == other
            self.plain &= ~(had & has)
            numbers = np.where(had, other, numbers)
        self._valued |= has
        self.columns[quantity] = numbers
