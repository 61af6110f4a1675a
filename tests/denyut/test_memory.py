import subprocess
import sys
from pathlib import Path

import psutil

from denyut.memory import FreedMemory

MIB = 1 << 20


def resident() -> int:
    return int(psutil.Process().memory_info().rss)


def fragmented() -> list[bytes]:
    """Some 120 MB were taken; what is kept lies between all that was freed."""
    taken = [bytes(3000) for _ in range(40_000)]
    return taken[::50]


def test_memory_between_what_is_kept_goes_back_when_many_windows_have_closed() -> None:
    freed = FreedMemory()
    kept = fragmented()
    before = resident()
    freed.give_back(1000)
    assert resident() > before - 10 * MIB, "few windows closed: not worth the time"
    freed.give_back(70_000)
    assert resident() < before - 40 * MIB
    assert len(kept) == 800


def test_large_arrays_are_asked_for_without_huge_pages() -> None:
    script = (
        "from denyut.memory import return_large_blocks\n"
        "return_large_blocks()\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('THP_enabled')))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["THP_enabled:", "0"]
    assert "THP_enabled:\t1" in Path("/proc/self/status").read_text(encoding="utf-8"), "only of that process"
