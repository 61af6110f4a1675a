"""A password or token may be written in the file, or named by an environment variable or a file: in one way only."""

from collections.abc import Iterator
from pathlib import Path as FilePath

from config.checks.finding import Finding
from config.locate import Path
from config.section import Section


def ways_to_give(section: Section, secret: str) -> list[str]:
    """Which of `secret`, `secret`_env and `secret`_file the section gives."""
    names = (secret, f"{secret}_env", f"{secret}_file")
    return [name for name in names if getattr(section, name) is not None]


def check_secret(section: Section, secret: str, path: Path) -> Iterator[Finding]:
    given = ways_to_give(section, secret)
    if len(given) > 1:
        yield Finding(
            f"the {secret} is given {len(given)} times, as {' and '.join(given)}; keep one of them",
            tuple((*path, name) for name in reversed(given)),
        )
    yield from check_file(section, f"{secret}_file", path)


def check_file(section: Section, name: str, path: Path) -> Iterator[Finding]:
    """A file that is named must be there; one that may not be looked at is left to the start."""
    file: FilePath | None = getattr(section, name)
    try:
        absent = file is not None and not file.is_file()
    except OSError:
        return
    if absent:
        yield Finding(f"there is no file {str(file)!r}", ((*path, name),))
