"""Lines that are longer than the terminal is wide, broken at blanks only."""

import textwrap
from collections.abc import Iterable, Sequence


def fold(lines: Iterable[str], width: int | None) -> list[str]:
    """What does not fit goes on below, two more blanks in. A longer word stays whole; width None: nothing is broken."""
    if width is None:
        return list(lines)
    return [part for line in lines for part in _parts(line, width)]


def _parts(line: str, width: int) -> list[str]:
    text = line.lstrip()
    indent = line[: len(line) - len(text)]
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def fold_command(parts: Sequence[str], width: int | None) -> list[str]:
    """A command of a shell: its parts (an option with its value is one), on further lines after a backslash."""
    lines = [f"  {parts[0]}"]
    for part in parts[1:]:
        # Two columns are kept for the backslash.
        if width is not None and len(lines[-1]) + 1 + len(part) > width - 2:
            lines[-1] += " \\"
            lines.append(f"    {part}")
        else:
            lines[-1] += f" {part}"
    return lines
