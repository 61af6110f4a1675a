"""The cities that come with Denyut."""

from pathlib import Path

_HERE = Path(__file__).parent


def shipped_cities() -> list[str]:
    """Names of the cities, sorted."""
    return sorted(file.parent.name for file in _HERE.glob("*/city.toml"))


def shipped_city(name: str) -> Path:
    """The configuration file of a city that comes with Denyut.

    Raises ValueError where there is none of this name.
    """
    if name not in shipped_cities():
        raise ValueError(f"no city {name!r} comes with Denyut; there is {', '.join(shipped_cities())}")
    return _HERE / name / "city.toml"
