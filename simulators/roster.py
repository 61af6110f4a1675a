"""The devices of one kind: those that are registered, and made ones, which become objects only when asked for."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from config.settings import Device
from simulators.draws import FloatArray

_DEVICE = Device(id="-", kind="-")


class Roster(Sequence[Device]):
    """A million made devices are their numbers; a made device has an id, a zone and a gateway, and no more."""

    def __init__(
        self,
        kind: str,
        registered: Sequence[Device],
        numbers: NDArray[np.int64] | Sequence[int] = (),
        zones: Sequence[str] = ("",),
        of_gateway: int = 1,
    ) -> None:
        """`numbers`: of the made devices, dealt out over the zones.

        `of_gateway`: so many numbers in turn share a gateway in each zone.
        """
        self.kind = kind
        self.registered = tuple(registered)
        self._numbers = np.asarray(numbers, dtype=np.int64)
        self._zones = tuple(zones)
        self._of_gateway = of_gateway

    def __len__(self) -> int:
        return len(self.registered) + len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Device: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Device]: ...
    def __getitem__(self, index: int | slice) -> Device | Sequence[Device]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        if at < len(self.registered):
            return self.registered[at]
        return self._made(int(self._numbers[at - len(self.registered)]))

    def __iter__(self) -> Iterator[Device]:
        yield from self.registered
        yield from map(self._made, self._numbers.tolist())

    @cached_property
    def ids(self) -> list[str]:
        return [device.id for device in self.registered] + [made_id(self.kind, n) for n in self._numbers.tolist()]

    @cached_property
    def zones(self) -> list[str]:
        """Of each device."""
        return [device.zone for device in self.registered] + list(map(self._zone, self._numbers.tolist()))

    @cached_property
    def gateways(self) -> list[str]:
        """Of each device; "" for none."""
        return [device.gateway for device in self.registered] + list(map(self._gateway, self._numbers.tolist()))

    def each(
        self, said: Callable[[Device], float | int | bool | None], otherwise: FloatArray | float = np.nan
    ) -> FloatArray:
        """(d,) what is registered of each device, and of all that say nothing, such as made ones, the other."""
        found = np.full(len(self), np.nan)
        found[: len(self.registered)] = [
            np.nan if value is None else float(value) for value in map(said, self.registered)
        ]
        return np.where(np.isnan(found), otherwise, found)

    def _made(self, number: int) -> Device:
        said = {"id": made_id(self.kind, number), "kind": self.kind, "zone": self._zone(number)}
        return _DEVICE.model_copy(update={**said, "gateway": self._gateway(number)})

    def _gateway(self, number: int) -> str:
        return f"gateway-{self._zone(number)}-{(number - 1) // self._of_gateway + 1}"

    def _zone(self, number: int) -> str:
        return self._zones[number % len(self._zones)]


def made_id(kind: str, number: int) -> str:
    return f"{kind}-{number:04}"
