"""The fields of many points as the text of line protocol, `key=value,key=value`."""

import re
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from storage.line_names import field_key

# Names that stand for themselves in line protocol and in JSON alike.
_PLAIN_NAME = re.compile(r'[^\x00-\x20\x7f,=\\"{}:]+')
_JSON_TO_FIELDS = bytes.maketrans(b":", b"=")
_NUMBERED_KEY = re.compile(rb'"(\d+)":')
_JSON = msgspec.json.Encoder()
_POINTS_ALIKE = 64
"""That many must lack the same fields, on average, for writing them together to be worth it."""
_SHAPES = 500
"""Sets of fields that are remembered; each costs a class of its own."""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class FieldTexts:
    """Remembers the shape of each set of fields; the names must be ones that can be written."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, ...], _FieldShape] = {}

    def of(self, names: tuple[str, ...], values: Floats, present: Flags) -> list[bytes]:
        """Of each of the n points; `values` and `present` are (fields, n)."""
        if present.all():
            return self._shape(names).encode(values)
        lacks, of_point = _what_points_lack(present)
        if len(lacks) * _POINTS_ALIKE > values.shape[1] or len(self._shapes) > _SHAPES:
            return self._shape(names).encode_some(values, present)
        # Points that lack the same fields are written together, as if nobody had these fields: no value is tested.
        texts: list[bytes] = []
        for number, first in enumerate(lacks):
            has = np.flatnonzero(present[:, first])
            alike = np.flatnonzero(of_point == number)
            texts += self._shape(tuple(names[at] for at in has)).encode(values[np.ix_(has, alike)])
        place = np.empty(len(texts), dtype=np.intp)
        place[np.argsort(of_point, kind="stable")] = np.arange(len(texts))
        return list(map(texts.__getitem__, place.tolist()))

    def _shape(self, names: tuple[str, ...]) -> "_FieldShape":
        shape = self._shapes.get(names)
        if shape is None:
            shape = self._shapes[names] = _FieldShape(names)
        return shape


def _what_points_lack(present: Flags) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each set of fields that points share, the first of them; and (n,) which set each point has."""
    fields, points = present.shape
    words = np.zeros((points, -(-fields // 64) * 8), dtype=np.uint8)
    words[:, : -(-fields // 8)] = np.packbits(present, axis=0).T
    sets = words.view(np.uint64)
    of_point, first = np.zeros(points, dtype=np.intp), np.zeros(1, dtype=np.intp)
    for word in sets.T:
        _, of_word = np.unique(word, return_inverse=True)
        _, first, of_point = np.unique(of_point * points + of_word, return_index=True, return_inverse=True)
    return first, of_point


class _FieldShape:
    """Formats rows of the same field names. The JSON encoder of msgspec writes shortest round-trip floats about eight
    times faster than repr(), so a row travels as a JSON object whose punctuation is then exchanged.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._keys = [field_key(name) or b"" for name in names]
        self._plain = all(_PLAIN_NAME.fullmatch(name) for name in names)
        members: list[tuple[str, Any, Any]] = [(f"f{i}", float | UnsetType, UNSET) for i in range(len(names))]
        written = names if self._plain else [str(i) for i in range(len(names))]
        rename = {f"f{i}": name for i, name in enumerate(written)}
        self._struct: Any = msgspec.defstruct("Fields", members, rename=rename, gc=False)

    def encode(self, values: Floats) -> list[bytes]:
        """`values` are (fields, n); the fields of each of the n points as `key=value,key=value`."""
        return self._encode(values.tolist())

    def encode_some(self, values: Floats, present: Flags) -> list[bytes]:
        """The same with those fields only that are `present`, (fields, n); each point has one."""
        cells = values.astype(object)
        cells[~present] = UNSET
        return self._encode(cells.tolist())

    def _encode(self, columns: list[list[Any]]) -> list[bytes]:
        if not columns or not columns[0]:
            return []
        text = _JSON.encode_lines(list(map(self._struct, *columns)))
        if self._plain:
            return text.translate(_JSON_TO_FIELDS, b'{}"').split(b"\n")[:-1]
        numbered = text.translate(None, b"{}")
        return _NUMBERED_KEY.sub(lambda match: self._keys[int(match[1])] + b"=", numbered).split(b"\n")[:-1]
