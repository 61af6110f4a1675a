"""Event time over wall time as a value of a command's option."""

import math
from typing import Any

import click


class SpeedType(click.FloatRange):
    """A finite number above 0; a wrong one is wrong use."""

    name = "speed"

    def __init__(self, most: float | None = None) -> None:
        super().__init__(0, most, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        speed: float = super().convert(value, param, ctx)
        if not math.isfinite(speed):
            self.fail(f"{value!r} is no speed; write a number such as 60", param, ctx)
        return speed
