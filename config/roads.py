"""Roads as the Indonesian manuals (MKJI 1997, PKJI 2023) divide them, and limits that fall from best to worst."""

from itertools import pairwise
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator

Road = Literal["2/2-UD", "2/2-UD-narrow", "4/2-UD", "2/1", "3/1", "4/2-D", "6/2-D", "freeway"]
"""Lanes / directions, D divided or UD undivided; narrow: a carriageway of at most 6 m."""

ROADS: tuple[Road, ...] = get_args(Road)


def _descending(edges: tuple[float, ...]) -> tuple[float, ...]:
    if any(high <= low for high, low in pairwise(edges)):
        raise ValueError(f"{list(edges)} must descend")
    return edges


FallingEdges = Annotated[tuple[float, float, float, float, float], AfterValidator(_descending)]
