from typing import Any

import pytest

from config.checks.actuators import check_actuators
from config.load import load_settings
from config.mistakes import ConfigurationError
from config.settings import Settings
from processors.indicators.catalogue import UNITS

SIREN: dict[str, Any] = {"id": "siren", "topic": "street/siren", "commands": {"on": {}, "off": {}}}
BARRIER: dict[str, Any] = {"id": "barrier", "topic": "street/barrier", "commands": {"open": {}, "close": {}}}
PROOF: dict[str, Any] = {"indicator": "parking_occupancy", "value": 0.5, "when": "<"}


def said(*actuators: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    """(setting, sentence) of each finding."""
    people = {"offices": [{"id": "bpbd"}], "officers": [{"id": "budi", "office": "bpbd"}]}
    usual = {"zones": [{"id": "kota"}], **people, "actuators": list(actuators)}
    found = check_actuators(Settings.model_validate(usual | more, context={"folder": "."}), UNITS)
    return [(".".join(map(str, finding.paths[0])), finding.message) for finding in found]


def of_siren(**more: Any) -> list[tuple[str, str]]:
    return [(place.removeprefix("actuators.0."), sentence) for place, sentence in said(SIREN | more, BARRIER)]


def locked(**interlock: Any) -> list[tuple[str, str]]:
    found = of_siren(interlocks=[interlock])
    return [(place.removeprefix("interlocks.0."), sentence) for place, sentence in found]


def proven(**proof: Any) -> list[tuple[str, str]]:
    found = of_siren(commands={"on": {"proof": PROOF | proof}})
    return [(place.removeprefix("commands.on.proof."), sentence) for place, sentence in found]


def test_what_fits_passes() -> None:
    names = {"zone": "kota", "office": "bpbd", "offices": ["bpbd"], "officers": ["budi"], "source": "mqtt"}
    assert of_siren(**names) == []
    assert locked(actuator="barrier", not_in=["open"], commands=["on"]) == []
    assert locked(indicator="parking_occupancy", zone="all", when="<", value=0.5) == []
    assert locked(indicator="denyut_journal_lag_s", zone="denyut", when="<", value=5) == []
    assert proven() == proven(zone="kota", size="15m", within="16m") == []


def test_an_id_stands_once() -> None:
    assert said(SIREN, SIREN) == [("actuators.1.id", "'siren' is {other} too; ids stand once")]


@pytest.mark.parametrize(
    ("topic", "sentence"),
    [
        ("street/+/siren", "'street/+/siren' holds +: a command goes to one topic"),
        ("street/+/#", "'street/+/#' holds # and +: a command goes to one topic"),
        ("$SYS/siren", "'$SYS/siren': topics that begin with $ are the broker's own"),
        ("denyut/siren", "'denyut/siren': answers to Denyut come below denyut/; commands need another topic"),
        ("street\0siren", "'street\\x00siren' holds the character U+0000, which MQTT forbids"),
    ],
)
def test_a_command_goes_to_one_topic_of_the_street(topic: str, sentence: str) -> None:
    assert of_siren(topic=topic) == [("topic", sentence)]


@pytest.mark.parametrize(
    ("settings", "place", "sentence"),
    [
        ({"source": "mqqt"}, "source", "there is no source 'mqqt'; did you mean 'mqtt'?"),
        ({"zone": "kotta"}, "zone", "there is no zone 'kotta'; did you mean 'kota'?"),
        ({"office": "bpdb"}, "office", "there is no office 'bpdb'; did you mean 'bpbd'?"),
        ({"offices": ["bpbd", "xyz"]}, "offices.1", "there is no office 'xyz'"),
        ({"officers": ["bude"]}, "officers.0", "there is no officer 'bude'; did you mean 'budi'?"),
    ],
)
def test_what_it_names_exists(settings: dict[str, Any], place: str, sentence: str) -> None:
    assert of_siren(**settings) == [(place, sentence)]


def test_an_interlock_asks_for_something_that_there_is() -> None:
    assert locked() == [
        ("interlocks.0", "an interlock asks for another actuator's state, or for a figure of an indicator")
    ]
    assert locked(actuator="barier", not_in=["open"]) == [
        ("actuator", "there is no actuator 'barier'; did you mean 'barrier'?")
    ]
    assert locked(actuator="barrier", not_in=["opened"]) == [
        ("not_in.0", "actuator 'barrier' has no command 'opened'; did you mean 'open'?")
    ]
    assert locked(actuator="barrier") == [
        ("actuator", "not_in is missing: which commands must 'barrier' not have carried out?")
    ]
    assert locked(indicator="parking_occupancy", not_in=["open"]) == [
        ("not_in", "not_in says nothing without the actuator that must not have done it")
    ]
    assert locked(actuator="barrier", not_in=["open"], commands=["wail"]) == [
        ("commands.0", "actuator 'siren' has no command 'wail'; it knows on, off")
    ]


def test_a_figure_is_one_that_is_made() -> None:
    assert locked(indicator="water_siagaheld") == [
        ("indicator", "there is no indicator 'water_siagaheld'; did you mean 'water_siaga_held' or 'water_siaga'?")
    ]
    assert locked(indicator="parking_occupancy", zone="kotta") == [
        ("zone", "there is no zone 'kotta'; did you mean 'kota'?")
    ]
    assert locked(indicator="parking_occupancy", size="5m") == [
        ("size", "there are no windows of 5m; there are 10s, 1m, 15m")
    ]
    assert locked(indicator="ispu_provisional", size="1m") == [
        ("size", "ispu_provisional is not made in windows of 1m; it is in those of 15m")
    ]


def test_a_proof_can_come_in_time() -> None:
    assert proven(size="15m", within="10m") == [
        ("within", "figures of 15m windows need 902s to tell of it, more than within 10m")
    ]


def test_what_is_added_to_a_payload_is_not_given() -> None:
    assert of_siren(commands={"on": {"payload": {"id": 7, "tone": "wail"}}}) == [
        ("commands.on.payload.id", "'id' is added to each command, with a value of its own")
    ]
    assert of_siren(commands={"on": {"payload": {"level": [1.0, float("nan")]}}}) == [
        ("commands.on.payload", "the payload holds nan or inf, which JSON cannot say")
    ]


def test_commands_so_far_apart_never_reach_the_limit() -> None:
    assert of_siren(apart="2h") == [("apart", "commands that are 2h apart are never 6 within 1h")]


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path: Any) -> None:
    file = tmp_path / "city.toml"
    file.write_text(
        """\
[[actuators]]
id = "siren"
topic = "street/#"
source = "mqqt"
expires = "1s"
commands = { on = {} }

[[rules]]
id = "hot"
indicator = "parking_occupancy"
size = "1m"
enter = 0.9
orders = [{ actuator = "siren", command = "onn" }, { actuator = "sirene", command = "on" }]
"""
    )
    with pytest.raises(ConfigurationError) as error:
        load_settings(file, UNITS)
    assert [f"{mistake.line}: {mistake.place}: {mistake.message}" for mistake in error.value.mistakes] == [
        "3: actuators[0].topic: 'street/#' holds #: a command goes to one topic",
        "4: actuators[0].source: there is no source 'mqqt'; did you mean 'mqtt'?",
        "5: actuators[0].expires: must be at least 2s, not 1s",
        "13: rules[0].orders[0].command: actuator 'siren' has no command 'onn'; did you mean 'on'?",
        "13: rules[0].orders[1].actuator: there is no actuator 'sirene'; did you mean 'siren'?",
    ]
