"""Mappings by name, or from a TOML file beside the data."""

from pathlib import Path

from simulators.mapping import Mapping
from simulators.mapping_mistakes import mapping_failures
from simulators.shipped_files import load_named, names_in

SHIPPED = Path(__file__).parent / "mappings"


def shipped_mappings() -> list[str]:
    """Names that `load_mapping` knows."""
    return names_in(SHIPPED)


def load_mapping(name_or_path: str | Path) -> Mapping:
    """The shipped mapping of that name, or the one in that file.

    Raises ConfigurationError with every mistake, its line and the value found.
    """
    return load_named(name_or_path, SHIPPED, Mapping, "mapping", mapping_failures)
