"""Points as the embedded store keeps them: the fields of a point as packed float64, NaN where absent."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from storage.points import PointBatch

CELL = np.dtype("<f8")


def pack(batch: PointBatch) -> tuple[NDArray[np.bool_], list[bytes]]:
    """(n,) whether a point has a finite field, and the packed cells of those that have one."""
    cells = np.array(list(batch.fields.values()), dtype=CELL).reshape(len(batch.fields), len(batch)).T
    cells = np.where(np.isfinite(cells), cells, np.nan)
    kept: NDArray[np.bool_] = np.any(~np.isnan(cells), axis=1)
    packed = np.ascontiguousarray(cells[kept]).tobytes()
    width = CELL.itemsize * len(batch.fields)
    return kept, [packed[at : at + width] for at in range(0, len(packed), width or 1)]


def unpack(cells: Sequence[bytes], fields: int) -> NDArray[np.float64]:
    """(n, fields), NaN where absent."""
    return np.frombuffer(b"".join(cells), dtype=CELL).reshape(len(cells), fields)


def merge(
    old_names: Sequence[str], old_cells: bytes, new_names: Sequence[str], new_cells: bytes
) -> tuple[tuple[str, ...], bytes]:
    """The fields of the new point over those of the old one."""
    point = dict(zip(old_names, np.frombuffer(old_cells, dtype=CELL).tolist(), strict=True))
    new = zip(new_names, np.frombuffer(new_cells, dtype=CELL).tolist(), strict=True)
    point.update((name, value) for name, value in new if value == value or name not in point)
    return tuple(point), np.array(list(point.values()), dtype=CELL).tobytes()


def merge_cells(old: bytes, new: bytes) -> bytes:
    """`merge` of two points with the same fields; SQLite calls it where a point is written again."""
    replacing = np.frombuffer(new, dtype=CELL)
    absent = np.isnan(replacing)
    return np.where(absent, np.frombuffer(old, dtype=CELL), replacing).tobytes() if absent.any() else new
