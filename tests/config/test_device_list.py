import pytest

from config.device_list import read_devices
from config.mistakes import ConfigurationError


@pytest.fixture
def read(tmp_path):
    def reader(content):
        file = tmp_path / "devices.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        result = read_devices(file)
        return result, [str(mistake).removeprefix(f"{file}:").lstrip() for mistake in result.mistakes]

    return reader


def test_values_are_typed_as_in_the_configuration(read):
    result, mistakes = read(
        "id,kind,zone,name,latitude,longitude,capacity,every,office\n"
        'P-1,parking,dander,"Pasar ""Baru"", timur",-7.25,111.83,48,30s,dishub\n'
    )
    (device,) = result.devices
    assert mistakes == []
    assert device.name == 'Pasar "Baru", timur'
    assert (device.latitude, device.longitude, device.capacity, device.every) == (-7.25, 111.83, 48.0, 30_000_000_000)


def test_an_empty_cell_a_short_row_and_a_blank_line_are_absent_values(read):
    result, mistakes = read("id,kind,zone,capacity\n P1 , parking ,,\n\n,,,\nP2,parking\n")
    assert mistakes == []
    assert [(device.id, device.zone, device.capacity) for device in result.devices] == [
        ("P1", "", None),
        ("P2", "", None),
    ]
    assert result.lines == [2, 5]


def test_every_wrong_cell_is_named_and_the_other_rows_stay(read):
    result, mistakes = read(
        "id,kind,latitude,capacity,every\n"
        "P1,parking,95,0,30\n"
        "P2,parking,7.1,10,30s\n"
        '"P\n3",parking,"7,1",10,30s\n'
        ",parking,nan,10,30s\n"
        "P5,parking,7,10,30s,x\n"
    )
    assert mistakes == [
        "7: 6 cells, but the header has 5 columns",
        "2: latitude (column 3): must be less than or equal to 90, not '95'",
        "2: capacity (column 4): must be greater than 0, not '0'",
        "2: every (column 5): '30' is no duration; write a number and a unit, such as 10s, 15m, 24h or 7d",
        "4: latitude (column 3): must be a valid number, unable to parse string as a number, not '7,1'",
        "6: id (column 1): 'id' is missing",
        "6: latitude (column 3): must be a finite number, not 'nan'",
    ]
    assert [device.id for device in result.devices] == ["P2"]
    assert result.lines == [3]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("id,knd\n", ["1: column 2: unknown key 'knd'; did you mean 'kind'?", "1: the column 'kind' is missing"]),
        ("id,kind,id\n", ["1: column 3: 'id' is the name of column 1 too"]),
        ("id;kind;zone\n", ["1: columns are parted by commas, not by semicolons: 'id;kind;zone'"]),
        ("", ["the file is empty; its first line names the columns, such as id,kind,zone"]),
        ("\n \n", ["the file is empty; its first line names the columns, such as id,kind,zone"]),
    ],
)
def test_a_header_that_cannot_be_used_is_named(read, header, expected):
    assert read(header)[1] == expected


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(read):
    _, mistakes = read('id,kind\nP1,parking\n"P2,parking\nP3,parking\n')
    assert mistakes == ["3: this is no CSV: unexpected end of data"]


def test_a_byte_order_mark_is_left_out(read):
    result, mistakes = read(b"\xef\xbb\xbfid,kind\r\nP1,parking\r\n")
    assert (mistakes, [device.id for device in result.devices]) == ([], ["P1"])


def test_what_is_not_utf_8_is_said_with_its_line(read):
    with pytest.raises(ConfigurationError, match=r"devices.csv:3: byte 0xe9 is not UTF-8"):
        read("id,kind\nP1,parking\nP\xe9,parking\n".encode("latin-1"))


def test_fifty_thousand_rows_are_read(read):
    rows = "".join(f"D{number},traffic,{number / 1000:.3f},30s\n" for number in range(50_000))
    result, mistakes = read(f"id,kind,longitude,every\n{rows}")
    assert mistakes == []
    assert len(result.devices) == 50_000
    assert result.devices[49_999].longitude == 49.999
    assert result.lines[-1] == 50_001
