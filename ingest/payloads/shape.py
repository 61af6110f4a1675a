"""The shape that messages of one kind of device were seen to have, and the fast decoder made from it.

The shape only makes decoding fast; what a message means is defined in `one_message`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ingest.payloads.one_message import MAX_FIELDS, FieldRules, Path

ABSENT = float("nan")
"""Default of every number: JSON cannot write NaN, so it always means that the field is not there."""
MAX_NAME = 1024
"""Characters of a field's dotted name; a longer one is no reason to keep it in memory."""

Roles = frozenset[type]
"""The JSON types a field was seen with: float (any number), bool, str, list, type(None)."""
_ROLES = Roles((float, bool, str, list, type(None)))
_UNHOLDABLE = re.compile(r'["\\\x00-\x1f]')
"""Characters msgspec takes in no field name."""


@dataclass(frozen=True, slots=True)
class Leaf:
    path: Path
    attributes: str
    """Dotted attribute path in the decoded structure."""
    quantity: str | None
    roles: Roles


@dataclass(slots=True)
class Shape:
    rules: FieldRules
    roles: dict[Path, set[type]] = field(default_factory=dict)
    _met: set[tuple[Path, type]] = field(default_factory=set)
    """Fields seen once: a name made up for one message shall not widen the structure of all."""
    _names: set[str] = field(default_factory=set)
    _outer: set[Path] = field(default_factory=set)
    """Paths of objects."""

    def learn(self, leaves: Mapping[Path, object]) -> bool:
        """Take in the fields of one message, at their second sight; True when they change the shape.

        A message that does not fit beside those before is passed over: such ones are always read by themselves.
        """
        roles = {path: float if type(value) is int else type(value) for path, value in leaves.items()}
        new = {path: role for path, role in roles.items() if role not in self.roles.get(path, ())}
        if not new or not self._has_met(new) or not self._fits(new):
            return False
        for path, role in new.items():
            self.roles.setdefault(path, set()).add(role)
            self._names.add(".".join(path))
            self._outer.update(_outer(path))
        return True

    def build(self) -> tuple[type[msgspec.Struct], list[Leaf]]:
        """The structure to decode into and where each leaf stands in it; the time field, if any, comes first."""
        paths = sorted(self.roles, key=lambda path: (".".join(path) != self.rules.time_field, len(path)))
        leaves: list[Leaf] = []
        return self._structure(paths, (), "", leaves), leaves

    def _has_met(self, new: Mapping[Path, type]) -> bool:
        known = self._met.issuperset(new.items())
        if not known:
            if len(self._met) > 4 * MAX_FIELDS:
                self._met.clear()
            self._met.update(entry for entry in list(new.items())[:MAX_FIELDS] if len(".".join(entry[0])) <= MAX_NAME)
        return known

    def _fits(self, new: Mapping[Path, type]) -> bool:
        paths = new.keys() - self.roles.keys()
        names = {".".join(path) for path in paths}
        outer = self._outer.union(*map(_outer, paths))
        return (
            _ROLES.issuperset(new.values())
            and len(self.roles) + len(paths) <= MAX_FIELDS
            and all(len(name) <= MAX_NAME and not _UNHOLDABLE.search(name) for name in names)
            # {"a": {"b": 1}} of one device and {"a.b": 1} of another
            and self._names.isdisjoint(names)
            # a value here and an object there
            and outer.isdisjoint(paths)
            and outer.isdisjoint(self.roles)
        )

    def _structure(
        self, paths: Iterable[Path], prefix: Path, attributes: str, leaves: list[Leaf]
    ) -> type[msgspec.Struct]:
        depth = len(prefix)
        heads = dict.fromkeys(path[depth] for path in paths)
        fields: list[tuple[str, Any, Any]] = []
        for number, head in enumerate(heads):
            name = f"f{number}"
            inner = [path for path in paths if path[depth] == head and len(path) > depth + 1]
            if inner:
                nested = self._structure(inner, (*prefix, head), f"{attributes}{name}.", leaves)
                fields.append((name, nested, msgspec.field(default_factory=nested)))
                continue
            leaf = self._leaf((*prefix, head), f"{attributes}{name}")
            leaves.append(leaf)
            fields.append((name, *self._annotation(leaf)))
        return msgspec.defstruct(
            "Message", fields, gc=False, rename={f"f{number}": head for number, head in enumerate(heads)}
        )

    def _leaf(self, path: Path, attributes: str) -> Leaf:
        roles = frozenset(self.roles[path])
        quantity = self.rules.quantity(path) if roles & {float, bool} else None
        return Leaf(path, attributes, quantity, roles)

    def _annotation(self, leaf: Leaf) -> tuple[Any, Any]:
        name = ".".join(leaf.path)
        if name == self.rules.time_field:
            return int | float | str | None, None
        if name == self.rules.sequence_field:
            return float, ABSENT
        # Only what was seen: a number where there was text so far must be learned before it can be a quantity.
        first, *others = leaf.roles
        annotation: Any = first
        for role in others:
            annotation = annotation | role
        return annotation, ABSENT


def _outer(path: Path) -> set[Path]:
    return {path[:depth] for depth in range(1, len(path))}
