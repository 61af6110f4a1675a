import csv
import io
import json

from denyut.point_tables import write_csv, write_json, write_json_lines, write_table
from storage.store import Row

T = 1_763_778_600_000_000_000
ROWS = [
    Row(T, {"device": "a", "zone": "kota"}, {"x_mean": 0.1 + 0.2, "x_count": 12.0}),
    Row(T + 10**9, {"device": "b, the second"}, {"x_mean": 1e-7, "y": -1234567.5}),
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(write: object, rows: list[Row], out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    assert callable(write)
    write(rows, out)
    return out.getvalue()


def test_a_pipe_gets_plain_aligned_columns() -> None:
    assert written(write_table, ROWS).splitlines() == [
        "time                  device         zone  x_count  x_mean           y",
        "2025-11-22T02:30:00Z  a              kota       12     0.3",
        "2025-11-22T02:30:01Z  b, the second                  1e-07  -1234567.5",
    ]


def test_a_field_that_is_expected_is_shown_where_no_row_has_it() -> None:
    rows = [Row(T, {"zone": "kota"}, {"coverage": 0.0}), Row(T, {"zone": "dander"}, {"value": 41.5, "coverage": 1.0})]

    def table(rows: list[Row]) -> list[str]:
        out = io.StringIO()
        write_table(rows, out, expected=["value"])
        return [line.partition("  ")[2].lstrip() for line in out.getvalue().splitlines()]

    assert table(rows[:1]) == ["zone  value  coverage", "kota  -             0"]
    assert table(rows) == ["zone    value  coverage", "kota        -         0", "dander   41.5         1"]


def test_on_a_narrow_terminal_an_expected_field_is_shown_too() -> None:
    out = Terminal()
    tags = {f"tag{number}": "x" * 40 for number in range(5)}
    write_table([Row(T, tags, {"coverage": 0.0})], out, expected=["value"])
    assert "value -   coverage 0" in out.getvalue()


def test_csv_keeps_every_digit_and_leaves_absent_cells_empty() -> None:
    assert list(csv.DictReader(io.StringIO(written(write_csv, ROWS)))) == [
        {
            "time": "2025-11-22T02:30:00Z", "device": "a", "zone": "kota", "x_mean": "0.30000000000000004",
            "x_count": "12.0", "y": "",
        },
        {
            "time": "2025-11-22T02:30:01Z", "device": "b, the second", "zone": "", "x_mean": "1e-07", "x_count": "",
            "y": "-1234567.5",
        },
    ]  # fmt: skip


def test_json_and_json_lines_say_the_same() -> None:
    objects = json.loads(written(write_json, ROWS))
    assert [json.loads(line) for line in written(write_json_lines, ROWS).splitlines()] == objects
    assert objects[0] == {
        "time": "2025-11-22T02:30:00Z", "device": "a", "zone": "kota", "x_mean": 0.1 + 0.2, "x_count": 12.0,
    }  # fmt: skip


def test_the_order_of_fields_does_not_depend_on_the_first_row() -> None:
    early = Row(T, {"zone": "kota"}, {"revision": 2.0, "aqi": 5.0, "coverage": 0.5, "value": 41.5})
    late = Row(T + 10**9, {"zone": "kota"}, {"value": 1.0, "zebra": 3.0, "quality": 1.0, "aqi": 6.0})
    header = "time,zone,value,coverage,quality,aqi,zebra,revision"
    for rows in ([early, late], [late, early]):
        lines = written(write_csv, rows).splitlines()
        assert lines[0] == header
        assert "2025-11-22T02:30:00Z,kota,41.5,0.5,,5.0,,2" in lines
        assert written(write_table, rows).split("\n")[0].split() == header.split(",")
    assert list(json.loads(written(write_json_lines, [early]))) == [
        "time", "zone", "value", "coverage", "aqi", "revision",
    ]  # fmt: skip


def test_a_revision_is_a_whole_number_unless_it_is_a_mean_of_several() -> None:
    rows = [Row(T, {}, {"revision": 1.0}), Row(T + 10**9, {}, {"revision": 1.5})]
    assert [line.split('"revision": ')[1] for line in written(write_json_lines, rows).splitlines()] == ["1}", "1.5}"]


def test_a_field_with_the_name_of_a_tag_stays_beside_it() -> None:
    row = Row(T, {"zone": "kota"}, {"zone": 1.0, "time": 2.0})
    assert json.loads(written(write_json, [row])) == [
        {"time": "2025-11-22T02:30:00Z", "zone": "kota", "zone_1": 1.0, "time_1": 2.0}
    ]
    assert written(write_csv, [row]).splitlines()[0] == "time,zone,time_1,zone_1"


def test_a_control_sequence_in_a_name_never_reaches_the_terminal() -> None:
    row = Row(T, {"device": "\x1b[31mred\nnext"}, {"\x1b[32mgreen\n": 1.0})
    for write, out in ((write_table, io.StringIO()), (write_table, Terminal()), (write_csv, Terminal())):
        text = written(write, [row], out)
        assert "\x1b[3" not in text
        assert "\\x1b[31mred\\nnext" in text
        assert "\\x1b[32mgreen\\n" in text


def test_json_holds_no_character_a_terminal_acts_on_and_says_the_same() -> None:
    name = "\x1b[31m \x9b31m \x7f \u202e \u2028 é"
    text = written(write_json_lines, [Row(T, {"device": name}, {"x": 1.0})])
    assert json.loads(text)["device"] == name
    assert text == (
        '{"time": "2025-11-22T02:30:00Z", "device": "\\u001b[31m \\u009b31m \\u007f \\u202e \\u2028 é", "x": 1.0}\n'
    )


def test_a_terminal_gets_a_table_and_a_narrow_one_a_paragraph_for_each_point() -> None:
    assert "│ a      │ kota │" in written(write_table, [ROWS[0]], Terminal())
    wide = Row(T, {"device": "a"}, {f"quantity_{at}": at + 0.5 for at in range(30)})
    text = written(write_table, [wide], Terminal())
    assert "2025-11-22T02:30:00Z  device=a" in text
    assert "quantity_29 29.5" in text
