"""Quantities whose true value an instrument does not tell, even where no fault befalls it."""

from simulators.draws import FloatArray

TRUE = "true_"
"""Before the name of such a quantity."""


def apart(columns: dict[str, FloatArray]) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """What devices say, and by the same names what is true where that is something else."""
    said = {name: values for name, values in columns.items() if not name.startswith(TRUE)}
    true = {name.removeprefix(TRUE): values for name, values in columns.items() if name.startswith(TRUE)}
    return said, true
