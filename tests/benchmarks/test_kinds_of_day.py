from pathlib import Path

from benchmarks.kinds_of_day import kinds_of_day
from benchmarks.likeness_picture import draw

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "kinds-of-day.svg"


def test_the_picture_in_the_documentation_is_that_of_the_days_as_they_are() -> None:
    # Made again by: python -m benchmarks.likeness
    assert draw("Days of the simulated city", list(kinds_of_day())) == PICTURE.read_text(encoding="utf-8")
