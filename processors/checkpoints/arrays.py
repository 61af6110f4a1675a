"""Arrays inside a saved document: [dtype, shape, content]."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Packed = list[Any]
"""[numpy dtype string, [dimensions], the bytes in C order, or the name of the piece that holds them]."""


class Pack(Protocol):
    def __call__(self, array: NDArray[Any], stamp: str | None = None) -> Packed:
        """Arrays with one stamp and one shape have the same content; None: nothing is known."""


class Unpack(Protocol):
    def __call__(self, saved: Packed) -> NDArray[Any]:
        """An array of its own, writable. Raises ValueError, TypeError or LookupError where it is damaged."""


def pack_inline(array: NDArray[Any], stamp: str | None = None) -> Packed:  # noqa: ARG001 - nothing is left out here
    return [array.dtype.str, list(array.shape), array.tobytes()]


def unpack_inline(saved: Packed) -> NDArray[Any]:
    dtype, shape, content = saved
    return np.frombuffer(content, np.dtype(dtype)).reshape(shape).copy()
