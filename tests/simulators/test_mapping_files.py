from pathlib import Path

import pytest

from config.mistakes import ConfigurationError
from simulators.mapping_files import load_mapping, shipped_mappings


def test_eight_recordings_have_a_mapping() -> None:
    assert shipped_mappings() == [
        "air_beijing_pm25",
        "jakarta_water_level",
        "nab",
        "noise_dublin",
        "parking_aarhus",
        "parking_birmingham",
        "traffic_aarhus",
        "traffic_metro_i94",
    ]


@pytest.mark.parametrize("name", shipped_mappings())
def test_a_shipped_mapping_says_the_interval_of_every_kind_and_its_windows(name: str) -> None:
    mapping = load_mapping(name)
    assert mapping.description
    assert mapping.windows is not None
    assert all(kind.every for kind in mapping.kinds.values())
    tables = [mapping.table_for(Path(table["files"].replace("*", "x"))) for table in mapping.tables] or [mapping]
    for table in tables:
        table.require_complete()
        assert table.kind in mapping.kinds


def test_a_mapping_beside_the_data_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('device = "a"\n[time]\ncolumn = "t"\n[values]\nv = "speed"\n')
    assert load_mapping(tmp_path / "mine.toml").device == "a"


def test_a_mistake_is_named_with_file_line_and_value(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('device = "a"\n\n[time]\ncolumn = "t"\nformat = "unix"\n')
    with pytest.raises(ConfigurationError, match=r"mine\.toml:5: time\.format: 'unix' is no time format"):
        load_mapping(file)


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    with pytest.raises(ConfigurationError, match=r"no shipped mapping.*did you mean 'parking_aarhus'"):
        load_mapping("parking_arhus")


def test_a_text_that_is_no_toml_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("device = \n")
    with pytest.raises(ConfigurationError, match=r"mine\.toml.*line 1"):
        load_mapping(tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("device = 5", r':1: device: must be text in quotes or { column = "..." }, not 5'),
        ('device = { colum = "x" }', ":1: device.colum: unknown key 'colum'; did you mean 'column'?"),
        ('delimeter = ";"', ":1: delimeter: unknown key 'delimeter'; did you mean 'delimiter'?"),
        ('decimal = ";"', ":1: decimal: must be '.' or ',', not ';'"),
        ('[values]\nv = { quantiti = "speed" }', ":2: values.v.quantiti: unknown key 'quantiti'; did you mean"),
        ('[kinds.air]\nevry = "1m"', ":2: kinds.air.evry: unknown key 'evry'; did you mean 'every'?"),
        ('[[tables]]\nfils = "a*"', ":2: tables[0].fils: unknown key 'fils'; did you mean 'files'?"),
        ("[[tables]]\nzone = 5", ":2: tables[0].zone: must be text in quotes or {"),
        ("device = ", "this is no TOML: "),
    ],
)
def test_a_mistake_is_told_in_the_words_of_the_file(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_mapping(tmp_path / "mine.toml")
    assert words in str(caught.value)
    assert not any(raw in str(caught.value) for raw in ("Value error", "Input should", "Extra inputs", ".str"))
