"""Where recorded files lie: slices beside the tests, whole recordings beside the repository."""

from pathlib import Path

import pytest

SLICES = Path(__file__).parents[1] / "recordings"
WHOLE = Path(__file__).parents[2].parent / "shared" / "data"


def whole(name: str) -> Path:
    """The directory of a whole recording; skips the test where there is none."""
    if not (WHOLE / name).is_dir():
        pytest.skip(f"the whole recording {name} is not at hand")
    return WHOLE / name
