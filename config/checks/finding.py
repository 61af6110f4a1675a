"""What a check returns."""

from typing import NamedTuple

from config.locate import Path

OTHER = "{other}"


class Finding(NamedTuple):
    """Settings that do not fit each other."""

    message: str
    """`OTHER` in it stands for the place of the last path; only the reader of the file knows indices and lines."""
    paths: tuple[Path, ...]
    """The setting to change first, then those it conflicts with. Where one of them is wrong by itself, the finding
    is dropped: it would only repeat that mistake. ("rules",) alone stands for all ids of that list."""
