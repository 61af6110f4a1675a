import pytest

from config.checks.windows import check_quantities, check_windows
from config.settings import Kind, Quantity, Settings, Window, Windows

SECOND = 1_000_000_000


def windows(*sizes):
    return [finding.message for finding in check_windows(Settings(windows=Windows(sizes=sizes)))]


def quantity(**settings):
    kinds = {"traffic": Kind(quantities={"speed": Quantity(**settings)})}
    return [finding.message for finding in check_quantities(Settings(kinds=kinds))]


def test_the_default_windows_fit_each_other():
    assert list(check_windows(Settings())) == []


def test_a_hop_divides_its_size():
    assert windows(Window(size=60 * SECOND, hop=10 * SECOND)) == []
    assert windows(Window(size=60 * SECOND, hop=60 * SECOND)) == []
    assert windows(Window(size=60 * SECOND, hop=7 * SECOND)) == ["size 1m must be a multiple of hop 7s"]
    assert windows(Window(size=60 * SECOND, hop=120 * SECOND)) == [
        "hop 2m must not exceed size 1m: readings between two windows would be lost"
    ]


def test_a_reading_belongs_to_a_bounded_number_of_windows():
    day = 86_400 * SECOND
    assert windows(Window(size=day, hop=60 * SECOND)) == []
    assert windows(Window(size=day, hop=SECOND)) == [
        "with hop 1s and size 24h each reading belongs to 86400 windows; at most 1440"
    ]


def test_two_windows_of_one_size_are_told_apart_by_their_kinds():
    minute = 60 * SECOND
    assert windows(Window(size=minute, kinds=("air",)), Window(size=minute, kinds=("noise",))) == []
    assert len(windows(Window(size=minute, kinds=("air",)), Window(size=minute, kinds=("noise", "air")))) == 1
    assert len(windows(Window(size=minute), Window(size=minute, hop=10 * SECOND, kinds=("noise",)))) == 1


def test_hours_of_the_clock_and_a_window_of_an_hour_are_called_the_same_but_not_a_day():
    sizes = (Window(size=3600 * SECOND), Window(size=86_400 * SECOND), Window(size=7 * 86_400 * SECOND))
    both = Settings(windows=Windows(sizes=sizes, civil=("hour", "day", "week", "month")))
    (finding,) = check_windows(both)
    assert finding.paths == (("windows", "sizes", 0, "size"), ("windows", "civil"))
    assert finding.message.startswith("the hours of windows.civil are called 1h too")
    assert list(check_windows(Settings(windows=Windows(sizes=sizes, civil=("day", "week", "month"))))) == []


@pytest.mark.parametrize(
    ("settings", "messages"),
    [
        ({"min": 0, "max": 250, "percentiles": (85,), "harmonic": True}, []),
        ({"min": 3, "max": 3}, ["min 3 must be less than max 3"]),
        ({"min": 1e-3, "max": -2.5}, ["min 0.001 must be less than max -2.5"]),
        (
            {"max": 9, "percentiles": (50, 99.9)},
            ["percentiles 50, 99.9 need min and max, the range of their histogram; min is missing"],
        ),
        (
            {"percentiles": (50,)},
            ["percentiles 50 need min and max, the range of their histogram; min and max is missing"],
        ),
        ({"kind": "level", "harmonic": True}, ["harmonic = true needs kind 'gauge', not 'level'"]),
        (
            {"kind": "angle", "min": 0, "max": 360, "percentiles": (50,)},
            ["percentiles need kind 'gauge' or 'level', not 'angle'"],
        ),
    ],
)
def test_a_quantity_fits_its_kind_and_range(settings, messages):
    assert quantity(**settings) == messages
