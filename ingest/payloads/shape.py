"""The shape that messages of one kind of device were seen to have, and the fast decoder made from it.

The shape only makes decoding fast; what a message means is defined in `one_message`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ingest.payloads.one_message import MAX_FIELDS, FieldRules, Path

ABSENT = float("nan")
"""Default of every number: JSON cannot write NaN, so it always means that the field is not there."""

Roles = frozenset[type]
"""The JSON types a field was seen with: float (any number), bool, str, type(None)."""


class UnfitShapeError(ValueError):
    """The fields cannot stand in a fast decoder; each message is then read by itself."""


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

    def learn(self, leaves: Mapping[Path, object]) -> bool:
        """Take in the fields of one message; True when they change the shape.

        Raises UnfitShapeError on a list or too many fields.
        """
        changed = False
        for path, value in leaves.items():
            role = float if isinstance(value, int) and not isinstance(value, bool) else type(value)
            if role not in (float, bool, str, type(None)):
                raise UnfitShapeError(f"{'.'.join(path)} is a list")
            seen = self.roles.setdefault(path, set())
            if role not in seen:
                seen.add(role)
                changed = True
        if len(self.roles) > MAX_FIELDS:
            raise UnfitShapeError(f"more than {MAX_FIELDS} fields")
        return changed

    def build(self) -> tuple[type[msgspec.Struct], list[Leaf]]:
        """The structure to decode into and where each leaf stands in it; the time field, if any, comes first.

        Raises UnfitShapeError for names msgspec cannot hold, or for a field that is an object in one message and a
        value in another.
        """
        paths = sorted(self.roles, key=lambda path: (".".join(path) != self.rules.time_field, len(path)))
        leaves: list[Leaf] = []
        try:
            structure = self._structure(paths, (), "", leaves)
        except (ValueError, TypeError) as error:
            raise UnfitShapeError(str(error)) from error
        quantities = [leaf.quantity for leaf in leaves if leaf.quantity is not None]
        if len(set(quantities)) != len(quantities):
            raise UnfitShapeError("two fields feed one quantity")
        return structure, leaves

    def _structure(
        self, paths: Iterable[Path], prefix: Path, attributes: str, leaves: list[Leaf]
    ) -> type[msgspec.Struct]:
        depth = len(prefix)
        heads = dict.fromkeys(path[depth] for path in paths)
        fields: list[tuple[str, Any, Any]] = []
        for number, head in enumerate(heads):
            name = f"f{number}"
            below = [path for path in paths if path[depth] == head]
            inner = [path for path in below if len(path) > depth + 1]
            if inner and len(inner) < len(below):
                raise ValueError(f"{'.'.join((*prefix, head))} is a value here and an object there")
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
        annotation: Any = float
        for role in leaf.roles - {float}:
            annotation = annotation | role
        return annotation, ABSENT
