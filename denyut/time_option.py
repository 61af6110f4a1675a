"""A moment as a value of a command's option."""

import time

import click

from config.iso_times import parse_time


class TimeType(click.ParamType[int]):
    """Nanoseconds UTC of an ISO 8601 time or of a duration back from now; a wrong one is wrong use."""

    name = "time"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return parse_time(value, now_ns())
        except ValueError as error:
            self.fail(str(error), param, ctx)


def now_ns() -> int:
    return time.time_ns()
