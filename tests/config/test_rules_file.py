from pathlib import Path

import pytest

from config.mistakes import ConfigurationError
from config.rules_file import load_with_rules

CONFIG = """\
windows.sizes = [{ size = "1m" }]

[[rules]]
id = "full"
indicator = "parking_occupancy"
size = "1m"
enter = 0.9

[[rules]]
id = "low"
kind = "bin"
field = "battery_last"
size = "1m"
when = "<"
enter = 3.3
"""
FULL = '[[rules]]\nid = "full"\nindicator = "parking_occupancy"\nsize = "1m"\nenter = 0.95\n'
KNOWN = ("parking_occupancy",)


def written(folder: Path, rules: str) -> tuple[Path, Path]:
    (folder / "city.toml").write_text(CONFIG)
    (folder / "rules.toml").write_text(rules)
    return folder / "city.toml", folder / "rules.toml"


def mistakes(folder: Path, rules: str) -> list[str]:
    with pytest.raises(ConfigurationError) as found:
        load_with_rules(*written(folder, rules), KNOWN)
    return [line.removeprefix(f"{folder}/") for line in str(found.value).splitlines()]


def test_rules_of_a_file_take_the_place_of_those_with_the_same_id(tmp_path: Path) -> None:
    settings, names = load_with_rules(*written(tmp_path, FULL), KNOWN)
    assert names == ("full",)
    assert [(rule.id, rule.enter) for rule in settings.rules] == [("full", 0.95), ("low", 3.3)]


def test_every_mistake_is_named_with_the_file_and_the_line_on_which_it_stands(tmp_path: Path) -> None:
    found = mistakes(tmp_path, FULL + "exit = 0.97\n" + FULL.replace("full", "fuller").replace("parking_o", "parkin_o"))
    assert found == [
        "rules.toml:6: rules[0].exit: an alert that begins > 0.95 cannot end at 0.97, where it holds",
        "rules.toml:9: rules[1].indicator: there is no indicator 'parkin_occupancy'; did you mean 'parking_occupancy'?",
    ]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("", "rules.toml: there are no [[rules]] in it"),
        ("rules = 5", "rules.toml: there are no [[rules]] in it"),
        (
            "[[rule]]\nid = 1",
            "rules.toml:1: rule: a file of rules holds [[rules]] and nothing else, not 'rule'; did you",
        ),
        ("[[rules]]\nid = 7", "rules.toml:2: rules[0].id: "),
        ("[[rules]", "rules.toml:1: this is no TOML: "),
    ],
)
def test_what_is_no_file_of_rules_is_refused_in_a_sentence(tmp_path: Path, rules: str, said: str) -> None:
    assert mistakes(tmp_path, rules)[0].startswith(said)
