from pathlib import Path

import pytest

from config.load import LARGEST_FILE, load_settings
from config.mistakes import ConfigurationError
from config.settings import Settings


@pytest.fixture
def write(tmp_path):
    def writer(text, name="city.toml"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return writer


def mistakes_of(file):
    """Each as "LINE: place: message"; of other files with their name in front."""
    with pytest.raises(ConfigurationError) as raised:
        load_settings(file)
    return [line.removeprefix(f"{file}:").replace(f"{file.parent}/", "") for line in str(raised.value).splitlines()]


def test_without_a_file_the_defaults_hold():
    assert load_settings(None) == Settings()


def test_an_empty_file_gives_the_defaults(write):
    assert load_settings(write("# nothing yet\n")) == Settings()


def test_settings_are_read(write):
    settings = load_settings(
        write("""
[[sources]]
name = "river"
broker = "mqtts://broker.example:8884"
topics = ["sda/+/tma"]
topic = "sda/{device}/tma"
kind = "water"
fields = { tinggi = "level_cm" }
[windows]
sizes = [{ size = "1m" }, { size = "1h", hop = "15m", kinds = ["water"] }]
lateness = "0s"
[kinds.water.quantities.level_cm]
unit = "cm"
min = -100
max = 2000
percentiles = [50]
""")
    )
    (source,) = settings.sources
    assert (source.kind, source.topic, source.fields) == ("water", "sda/{device}/tma", {"tinggi": "level_cm"})
    assert [(window.size, window.hop) for window in settings.windows.sizes] == [
        (60_000_000_000, None),
        (3_600_000_000_000, 900_000_000_000),
    ]
    assert settings.windows.lateness == 0
    assert settings.kinds["water"].quantities["level_cm"].max == 2000


def test_a_plain_number_in_a_file_is_seconds(write):
    assert load_settings(write("windows.delay = 1.5\nwindows.ahead = 30\n")).windows.model_dump(
        include={"delay", "ahead"}
    ) == {"delay": 1_500_000_000, "ahead": 30_000_000_000}


def test_every_mistake_is_named_at_once(write):
    file = write("""\
[city]
timezone = "Asia/Jakart"
nmae = "Bojonegoro"
[[windows.sizes]]
size = "1m"
hop = "7s"
[[windows.sizes]]
size = "ten seconds"
hop = "20s"
[[sources]]
qos = 3
topics = ["kota/#"]
[kinds.traffic.quantities.speed]
kind = "gage"
min = 30
max = 10
[[zones]]
name = "Dander"
[[devices]]
id = "P1"
kind = "parking"
zone = "dander"
latitude = 95
""")
    assert mistakes_of(file) == [
        "2: city.timezone: 'Asia/Jakart' is no time zone; write a name such as Asia/Jakarta; did you mean "
        "'Asia/Jakarta' or 'Asia/Qatar'?",
        "3: city.nmae: unknown key 'nmae'; did you mean 'name'?",
        "6: windows.sizes[0].hop: size 1m must be a multiple of hop 7s",
        "8: windows.sizes[1].size: 'ten seconds' is no duration; write a number and a unit, such as 10s, 15m, 24h "
        "or 7d",
        "11: sources[0].qos: must be 0, 1 or 2, not 3",
        "12: sources[0].topics[0]: no topic that 'kota/#' subscribes to can fit the template "
        "'city/{city}/{kind}/{device}/#'",
        "14: kinds.traffic.quantities.speed.kind: must be 'gauge', 'counter', 'state', 'angle' or 'level', not "
        "'gage'; did you mean 'gauge' or 'angle'?",
        "15: kinds.traffic.quantities.speed.min: min 30 must be less than max 10",
        "17: zones[0].id: 'id' is missing",
        "23: devices[0].latitude: must be less than or equal to 90, not 95",
    ]


def test_who_names_a_rule_that_is_wrong_itself_is_not_blamed_for_it(write):
    file = write("""\
[[rules]]
id = 7
[[inhibitions]]
id = "wet"
source = ["flood"]
[[maintenance]]
id = "pump"
begin = 2026-03-03T04:00:00
end = 2026-03-02T22:00:00
rules = ["full"]
""")
    assert mistakes_of(file) == [
        "2: rules[0].id: must be text in quotes, not 7",
        "8: maintenance[0].begin: begin 2026-03-03 04:00 must be before end 2026-03-02 22:00",
    ]


def test_a_shipped_inhibition_is_no_mistake_where_there_is_no_gateway(write):
    settings = load_settings(write('shipped_rules = ["device-silent"]\n'))
    assert [each.id for each in settings.inhibitions] == ["dead-gateway"]


def test_what_keeps_alerts_quiet_names_rules_that_there_are(write):
    assert mistakes_of(write('[[inhibitions]]\nid = "wet"\nsource = ["flood"]\n')) == [
        "3: inhibitions[0].source[0]: there is no rule 'flood'"
    ]


def test_an_unknown_key_far_from_any_other_lists_what_is_known(write):
    assert mistakes_of(write("[tls]\n")) == [
        "1: tls: unknown key 'tls'; known here: city, sources, kinds, windows, scores, zones, offices, devices, "
        "devices_csv, rules, shipped_rules, calendar, officers, shifts, ladders, routes, inhibitions, maintenance, "
        "notification, channels, actuators, store, mirrors, retention, journal, checkpoint, outbox, dead_letters, "
        "limits, http, log"
    ]


def test_a_section_of_the_wrong_shape_is_said_plainly(write):
    assert mistakes_of(write('city = "Bojonegoro"\nsources = 3\n[kinds]\nair = 1\n[windows]\nsizes = ["1m"]\n')) == [
        "1: city: must be a table, not 'Bojonegoro'",
        "2: sources: must be a list, not 3",
        "4: kinds.air: must be a table, not 1",
        "6: windows.sizes[0]: must be a table, not '1m'",
    ]


def test_a_mistake_behind_one_that_was_set_aside_keeps_its_index_and_line(write):
    text = "[[windows.sizes]]\nsize = 'x'\n[[windows.sizes]]\nsize = '1m'\n[[windows.sizes]]\nsize = '1m'\nhop = '2m'\n"
    assert mistakes_of(write(text)) == [
        "2: windows.sizes[0].size: 'x' is no duration; write a number and a unit, such as 10s, 15m, 24h or 7d",
        "6: windows.sizes[2].size: 1m is windows.sizes[1].size (line 4) too, for the same kinds; points are "
        "told apart by their size, so one of the two must go",
        "7: windows.sizes[2].hop: hop 2m must not exceed size 1m: readings between two windows would be lost",
    ]


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_a_limit_is_a_finite_number(write, number):
    (mistake,) = mistakes_of(write(f"[kinds.air.quantities.pm25]\nmin = {number}\n"))
    assert mistake == f"2: kinds.air.quantities.pm25.min: must be a finite number, not {number}"


@pytest.mark.parametrize(
    "text",
    [
        "[[sources]]\npassword = {geheim = 1}\n",
        "[[sources]]\npassword = 814721\n",
        "[sources]\npassword = 'geheim'\n",
        "[[sources]]\nbroker = 'mqtt://user:geheim@h:1'\n",
        "[store]\nkind = 'influxdb2'\ntoken = 'geheim'\ntoken_env = 'TOKEN'\n",
        "[store]\ntoken = 'geheim'\n",
        "[store]\npasswort = 'geheim'\n",
    ],
)
def test_no_message_repeats_a_secret(write, text):
    shown = "\n".join(mistakes_of(write(text)))
    assert "geheim" not in shown
    assert "814721" not in shown


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[city\n", "1: this is no TOML: Expected ']' at the end of a table declaration"),
        ("a = 1\nb = \n", "2: this is no TOML: Invalid value"),
        ("[city]\nid = 'x'\nid = 'y'\n", "3: this is no TOML: Cannot overwrite a value"),
        ("a = [1,\n2", "2: this is no TOML: Unclosed array"),
    ],
)
def test_what_is_no_toml_is_named_with_its_line(write, text, mistake):
    assert mistakes_of(write(text)) == [mistake]


def test_a_number_of_thousands_of_digits_is_a_mistake(write):
    (mistake,) = mistakes_of(write(f"a = {'9' * 5000}\n"))
    assert "this is no TOML" in mistake


def test_brackets_without_end_are_a_mistake(write):
    assert mistakes_of(write(f"a = {'[' * 100_000}"))[0].endswith("is nested too deeply")


def test_a_file_may_begin_with_a_byte_order_mark_and_end_lines_as_windows_does(tmp_path):
    file = tmp_path / "city.toml"
    file.write_bytes(b"\xef\xbb\xbf[city]\r\nid = 'bojonegoro'\r\n\r\n[windows]\r\ndelay = 'x'\r\n")
    assert mistakes_of(file)[0].startswith("5: windows.delay: 'x' is no duration")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[city]\nname = '\xff'\n", "2: byte 0xff is not UTF-8"),
        ("[city]".encode("utf-16"), " is written in UTF-16; save it as UTF-8"),
        (b"#" * (LARGEST_FILE + 1), " is bigger than 16 MiB"),
    ],
)
def test_what_is_no_text_is_said_in_a_sentence(tmp_path, content, reason):
    file = tmp_path / "city.toml"
    file.write_bytes(content)
    assert mistakes_of(file)[0].startswith(reason)


def test_a_file_that_is_absent_or_a_directory_is_said_in_a_sentence(tmp_path):
    with pytest.raises(ConfigurationError, match=r"city.toml: there is no such file$"):
        load_settings(tmp_path / "city.toml")
    with pytest.raises(ConfigurationError, match="this is a directory, not a file"):
        load_settings(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read: embedded null byte"):
        load_settings(Path("a\0b"))


def test_devices_of_the_file_and_of_csv_files_beside_it_are_one_list(write):
    write("id,kind,capacity\nP2,parking,40\n", "parking.csv")
    write("kind,id,every\nair,A1,1m\n", "air.csv")
    settings = load_settings(
        write('devices_csv = ["parking.csv", "air.csv"]\n[[devices]]\nid = "P1"\nkind = "parking"\n')
    )
    assert [(device.id, device.capacity, device.every) for device in settings.devices] == [
        ("P1", None, None),
        ("P2", 40.0, None),
        ("A1", None, 60_000_000_000),
    ]


def test_a_device_listed_twice_is_named_with_both_places(write):
    write("id,kind\nP2,parking\nP1,parking\nP1,air\nP2,parking\n", "d.csv")
    file = write('devices_csv = ["d.csv"]\n\n[[devices]]\nid = "P1"\nkind = "parking"\n')
    assert mistakes_of(file) == [
        "d.csv:3: id: parking device 'P1' is listed twice; also in city.toml:3",
        "d.csv:5: id: parking device 'P2' is listed twice; also in d.csv:2",
    ]


def test_a_device_in_an_unknown_zone_or_office_is_named_with_the_nearest(write):
    write("id,kind,zone,office\nP1,parking,dander,dlh\nP2,parking,,\nP3,parking,kapas,dishb\n", "d.csv")
    file = write(
        'devices_csv = ["d.csv"]\n[[zones]]\nid = "kapas"\n[[offices]]\nid = "dishub"\n'
        '[[devices]]\nid = "P4"\nkind = "parking"\nzone = "kaps"\n'
    )
    assert mistakes_of(file) == [
        "6: devices[0].zone: there is no zone 'kaps'; did you mean 'kapas'?",
        "d.csv:2: zone: there is no zone 'dander'; there is kapas",
        "d.csv:2: office: there is no office 'dlh'; there is dishub",
        "d.csv:4: office: there is no office 'dishb'; did you mean 'dishub'?",
    ]


def test_without_zones_any_zone_of_a_device_is_taken(write):
    settings = load_settings(write('[[devices]]\nid = "P1"\nkind = "parking"\nzone = "anywhere"\n'))
    assert settings.devices[0].zone == "anywhere"


def test_a_device_is_not_blamed_for_a_zone_whose_id_is_wrong(write):
    text = '[[zones]]\nid = 3\n[[zones]]\nid = "a"\n[[devices]]\nid = "P1"\nkind = "parking"\nzone = "b"\n'
    assert mistakes_of(write(text)) == ["2: zones[0].id: must be text in quotes, not 3"]


def test_a_csv_file_that_is_absent_is_a_mistake_where_it_is_named(write):
    file = write('[city]\nid = "x"\n')
    file.write_text('devices_csv = [\n"absent.csv",\n]\n')
    assert mistakes_of(file) == ["2: devices_csv[0]: absent.csv: there is no such file"]


def test_files_are_looked_for_beside_the_configuration(write):
    secret = write("rahasia", "secret.txt")
    settings = load_settings(write('[[sources]]\nusername = "u"\npassword_file = "secret.txt"\n'))
    assert settings.sources[0].password_file == secret


def test_the_home_of_nobody_is_a_mistake(write):
    assert mistakes_of(write('devices_csv = ["~no-such-user/devices.csv"]\n')) == [
        "1: devices_csv[0]: '~no-such-user/devices.csv': there is no such user on this machine"
    ]


def test_every_mistake_in_the_scores_is_told_at_once(write):
    file = write("""
[scores]
every = "7m"
min_coverage = 2
[scores.goverment]
weight = 1
[scores.living]
weight = 0
indicators = [
  { indicator = "trafic_speed", points = [[0, 0], [40, 100]] },
  { indicator = "heat_risk", points = [[4, 0], [0, 100]] },
  { indicator = "score_city", points = [[0, 0], [100, 100]] },
]
[scores.society]
indicators = [
  { indicator = "water_siaga", points = [[1, 0], [4, 100]] },
  { indicator = "water_siaga", points = [[1, 0], [4, 100]], weigth = 2 },
  { points = [[1, 0], [4, 120]] },
]
[[scores.environment.indicators]]
indicator = "ispu"
points = [[0, 100], [300, 0]]
[[scores.environment.indicators]]
indicator = "ispu"
points = [[0, 100], [300, 0]]
""")
    with pytest.raises(ConfigurationError) as raised:
        load_settings(file, ["traffic_speed", "heat_risk", "water_siaga", "ispu", "score_city"])
    assert [line.removeprefix(f"{file}:") for line in str(raised.value).splitlines()] == [
        "3: scores.every: 7m is no step of the scores: a quarter of an hour must be a whole number of them, each at "
        'least 10s; write "15m", "5m" or "1m"',
        "4: scores.min_coverage: must be less than or equal to 1, not 2",
        "5: scores.goverment: unknown key 'goverment'; did you mean 'governance' or 'environment'?",
        "8: scores.living.weight: must be greater than 0, not 0",
        "10: scores.living.indicators[0].indicator: there is no indicator 'trafic_speed'; did you mean "
        "'traffic_speed'?",
        "11: scores.living.indicators[1].points: the values of a scale must ascend; 0 follows 4",
        "12: scores.living.indicators[2].indicator: 'score_city' is a score itself; a pillar is made of other "
        "indicators",
        "17: scores.society.indicators[1].weigth: unknown key 'weigth'; did you mean 'weight'?",
        "17: scores.society.indicators[1].indicator: 'water_siaga' is scores.society.indicators[0].indicator (line 16) "
        "too; give it one weight",
        "18: scores.society.indicators[2].indicator: 'indicator' is missing",
        "18: scores.society.indicators[2].points: a score lies from 0 to 100, not 120 (at 4)",
        "24: scores.environment.indicators[1].indicator: 'ispu' is scores.environment.indicators[0].indicator "
        "(line 21) too; give it one weight",
    ]
