"""A duration as a value of a command's option."""

import click

from config.durations import parse_duration


class DurationType(click.ParamType[int]):
    """Integer nanoseconds of "20s", "15m"; a wrong one is wrong use."""

    name = "duration"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
