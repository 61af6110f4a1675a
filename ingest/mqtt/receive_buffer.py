"""The one buffer a connection reads into: it grows for a large packet and shrinks again."""

CAPACITY = 1024 * 1024


class ReceiveBuffer:
    """Bytes not consumed yet lie at the head. No view of `space` may be held across a call of another method."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._usual = capacity
        self._memory = memoryview(bytearray(capacity))
        self.size = 0
        """Bytes received and not consumed."""

    @property
    def capacity(self) -> int:
        return len(self._memory)

    def space(self) -> memoryview:
        """Where the next bytes go; never empty."""
        if self.size == self.capacity:
            self._resize(2 * self.capacity)
        return self._memory[self.size :]

    def filled(self, n: int) -> None:
        self.size += n

    def unread(self) -> bytes:
        return bytes(self._memory[: self.size])

    def consume(self, n: int, awaiting: int) -> None:
        """Drops the first `n` bytes and makes room for a frame of `awaiting` bytes."""
        rest = bytes(self._memory[n : self.size])
        self.size = len(rest)
        wanted = max(self._usual, awaiting)
        if wanted > self.capacity or (self.capacity > self._usual and self.size <= self._usual >= awaiting):
            self._memory = memoryview(bytearray(wanted))
        self._memory[: self.size] = rest

    def _resize(self, capacity: int) -> None:
        larger = memoryview(bytearray(capacity))
        larger[: self.size] = self._memory[: self.size]
        self._memory = larger
