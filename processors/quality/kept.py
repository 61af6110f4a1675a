"""What is kept of one kind of device to judge its readings: a part of the processor's state."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.checkpoints.arrays import Pack, Packed, Unpack
from processors.indicators.memory import Memory
from processors.quality.misread import Misread
from processors.quality.seasons import Seasons


class Joined:
    """Arrays one after the other in one array of bytes, for `Pack`."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.uint8]] = [np.zeros(0, np.uint8)]
        self._size = 0

    def pack(self, array: NDArray[Any], stamp: str | None = None) -> Packed:  # noqa: ARG002 - all of it is written anew
        self._parts.append(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
        self._size += array.nbytes
        return [array.dtype.str, list(array.shape), self._size - array.nbytes]

    def together(self) -> NDArray[np.uint8]:
        return np.concatenate(self._parts)


def _part_of(content: NDArray[np.uint8], saved: Packed) -> NDArray[Any]:
    dtype, shape, begin = saved
    size = np.dtype(dtype).itemsize * int(np.prod(shape))
    return content[begin : begin + size].copy().view(np.dtype(dtype)).reshape(shape)


class Kept:
    def __init__(self) -> None:
        self.step_ns = 0
        """The size of the windows whose numbers stand in `memory`; another size begins anew."""
        self.memory = Memory()
        self.misread = Misread()
        self.seasons: dict[str, Seasons] = {}
        """Quantity -> what is usual of it at each hour, for the first devices of the kind."""

    def begin(self, step_ns: int) -> None:
        if self.step_ns != step_ns:
            self.step_ns, self.memory = step_ns, Memory()

    @property
    def series(self) -> int:
        """Whose usual values are kept."""
        return sum(seasons.places for seasons in self.seasons.values())

    @property
    def nbytes(self) -> int:
        return self.memory.nbytes + sum(seasons.nbytes for seasons in self.seasons.values())

    def describe(self, pack: Pack) -> list[Any]:
        """All columns of `memory` are one array of bytes: each alone would be too small for a file of its own."""
        joined = Joined()
        memory = self.memory.describe(joined.pack)
        seasons = {name: each.describe(pack) for name, each in sorted(self.seasons.items())}
        return [self.step_ns, memory, pack(joined.together()), self.misread.describe(pack), seasons]

    @classmethod
    def restore(cls, saved: list[Any], unpack: Unpack) -> "Kept":
        kept = cls()
        kept.step_ns, memory, together, misread, seasons = saved
        content = unpack(together)
        kept.memory = Memory.restore(memory, lambda part: _part_of(content, part))
        kept.misread = Misread.restore(misread, unpack)
        kept.seasons = {name: Seasons.restore(each, unpack) for name, each in seasons.items()}
        return kept
