"""How long the tests of this folder go on: short in every run of the tests, long for `make torture`."""

import os
import time

LONG = os.environ.get("DENYUT_TORTURE") == "1"


def either(short: float, long: float) -> float:
    return long if LONG else short


def seed() -> int:
    """Another one each time, printed, unless DENYUT_SEED asks for one again."""
    chosen = int(os.environ.get("DENYUT_SEED", "0")) or time.time_ns() % 1_000_000
    print(f"DENYUT_SEED={chosen}")
    return chosen
