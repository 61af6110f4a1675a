"""Facts about the machine and the libraries that a figure belongs to."""

import os
import platform
import resource
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

PACKAGES = ("denyut", "numpy", "msgspec", "paho-mqtt", "polars", "duckdb", "pandas", "influxdb-client", "uvloop")


def processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def package_versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


class Company:
    """How much of the machine others use while a benchmark runs; a figure measured in company is worth less."""

    def __init__(self) -> None:
        self._busy, self._idle, self._own = self._now()

    def share(self) -> float:
        """Of all cores since the start, 0 to 1; true when our own children have ended."""
        busy, idle, own = self._now()
        foreign = (busy - self._busy) - (own - self._own)
        passed = (busy - self._busy) + (idle - self._idle)
        return max(0.0, foreign / passed) if passed > 0 else 0.0

    @staticmethod
    def _now() -> tuple[float, float, float]:
        times = psutil.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(times) - idle, idle, sum(usage.ru_utime + usage.ru_stime for usage in own)


def machine_facts() -> dict[str, object]:
    """Processor, memory, load at the start and versions; what somebody needs to judge a figure."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": processor_name(),
        "cores": os.cpu_count() or 1,
        "memory_mib": psutil.virtual_memory().total // 2**20,
        "load_1m_at_start": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": package_versions(),
    }
