from xml.etree import ElementTree

import numpy as np

from benchmarks.day_profiles import Profile
from benchmarks.likeness_picture import Line, Panel, draw

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*panels: Panel) -> ElementTree.Element:
    return ElementTree.fromstring(draw("Days & nights", panels))


def paths(root: ElementTree.Element, style: str) -> list[str]:
    return [path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("class") == style]


def words(root: ElementTree.Element) -> list[str | None]:
    return [text.text for text in root.iter(f"{SVG}text")]


def test_a_line_goes_through_the_middle_of_each_part_of_the_day_and_breaks_where_nothing_is_known() -> None:
    values = np.array([0.0, 1.2, np.nan, 0.6])
    root = drawn(Panel("A road", [Line("a <day>", values)]))
    assert root.get("aria-label") == "Days & nights"
    # Left 40, 428 wide, a quarter of it each; 132 high for values up to 1.2, below the key and the title.
    assert paths(root, "own")[1] == "M93.5 204L200.5 72M414.5 138"
    assert "a <day>" in words(root)


def test_what_lies_above_the_picture_is_drawn_at_its_edge() -> None:
    root = drawn(Panel("A road", [Line("day", np.array([9.0]))]))
    assert paths(root, "own")[1] == "M254 72"


def test_the_key_stands_once_for_panels_with_the_same_lines() -> None:
    day = np.ones(24)
    one = Panel("first", [Line("a day", day, Profile(day, day, day)), Line("another", day)])
    root = drawn(one, Panel("second", one.lines), Panel("third", [Line("a third", day)]))
    assert words(root).count("a day") == 1
    assert [title for title in words(root) if title in {"first", "second", "third"}] == ["first", "second", "third"]
    assert len(paths(root, "band")) == 2
