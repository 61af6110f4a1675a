"""Rows of text as aligned columns, numbers to the right."""

from collections.abc import Sequence
from typing import IO


def write_aligned(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], out: IO[str]) -> None:
    """`right`: for each column, whether it holds numbers. Texts are printed as they are."""
    widths = widths_of(header, rows)
    for line in (header, *rows):
        padded = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        )
        out.write("  ".join(padded).rstrip() + "\n")


def widths_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(header, *rows, strict=True)]
