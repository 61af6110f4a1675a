import io

import pytest

from denyut.aligned_columns import TextColumns, write_aligned

DEVICES = TextColumns(
    header=["city", "device", "received", "rejected", "seen"],
    rows=[
        ["bojonegoro", "sensor-at-the-old-market-hall", "12", "too_late 3, invalid_json 100", "10:00:00"],
        ["bojonegoro", "s2", "5", "0", "-"],
    ],
    right=[False, False, True, False, False],
    elastic=frozenset({"device", "rejected"}),
    dispensable=("city", "seen"),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(out: io.StringIO) -> list[str]:
    return out.getvalue().splitlines()


def test_a_pipe_gets_all_of_it() -> None:
    out = io.StringIO()
    assert write_aligned(DEVICES, out) == []
    assert lines(out) == [
        "city        device                         received  rejected                      seen",
        "bojonegoro  sensor-at-the-old-market-hall        12  too_late 3, invalid_json 100  10:00:00",
        "bojonegoro  s2                                    5  0                             -",
    ]


@pytest.mark.parametrize(
    ("width", "left_out", "first"),
    [
        (91, [], "bojonegoro  sensor-at-the-old-market-hall        12  too_late 3, invalid_json 100  10:00:00"),
        (80, [], "bojonegoro  sensor-at-the-old-mark…        12  too_late 3, invalid_js…  10:00:00"),
        (66, ["city"], "sensor-at-the-old-mar…        12  too_late 3, invalid_j…  10:00:00"),
        (52, ["city", "seen"], "sensor-at-the-old-…        12  too_late 3, invalid_…"),
        (30, ["city", "seen"], "sensor-…        12  too_late …"),
        (5, ["city", "seen"], "senso…        12  too_lat…"),
    ],
)
def test_a_terminal_gets_what_it_has_room_for(
    width: int, left_out: list[str], first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = Terminal()
    assert write_aligned(DEVICES, out) == left_out
    assert lines(out)[1] == first
    assert all(len(line) <= max(width, 30) for line in lines(out))
