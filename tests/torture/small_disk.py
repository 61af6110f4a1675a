"""A disk of a few MiB, seen only by what is started in it: a tmpfs in a mount namespace of its own, without root."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.torture.denyut_run import ROOT

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class SmallDisk:
    within: list[str]
    """The command that starts another one where the disk is mounted."""
    path: Path
    """Of the disk, for what is started within."""
    seen_from_here: Path

    @property
    def _ballast(self) -> Path:
        return self.seen_from_here / "ballast"

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("wb", buffering=0) as file:
            for size in (_MIB, 4096, 1):
                try:
                    while file.write(b"\0" * size) == size:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self._ballast.unlink()

    def free_mib(self) -> float:
        facts = os.statvfs(self.seen_from_here)
        return facts.f_bavail * facts.f_frsize / _MIB


@contextmanager
def small_disk(path: Path, mib: int) -> Iterator[SmallDisk]:
    if not (shutil.which("unshare") and shutil.which("nsenter")):
        pytest.skip("unshare and nsenter are not on PATH")
    path.mkdir()
    mount = f'mount -t tmpfs -o size={mib}m denyut "$0" && echo mounted && exec cat'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stderr is not None
        if holder.stdout.readline() != b"mounted\n":
            pytest.skip(f"a disk can be mounted here only as root: {holder.stderr.read().decode().strip()}")
        within = ["nsenter", f"--target={holder.pid}", "--user", "--mount", "--preserve-credentials", f"--wd={ROOT}"]
        yield SmallDisk([*within, "--"], path, Path(f"/proc/{holder.pid}/root{path}"))
        holder.stdin.close()
