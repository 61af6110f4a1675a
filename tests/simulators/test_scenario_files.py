from pathlib import Path

import pytest

from config.mistakes import ConfigurationError
from simulators.faults.fault import FAULT_KINDS
from simulators.scenario_files import load_scenario, shipped_scenarios


@pytest.mark.parametrize(("name", "hours"), [("ordinary-day", 24), ("bad-hour", 1)])
def test_an_ordinary_day_and_a_bad_hour_have_every_kind_of_fault_but_death(name: str, hours: int) -> None:
    scenario = load_scenario(name)
    assert scenario.lasts == hours * 3_600_000_000_000
    assert set(FAULT_KINDS) - {fault.kind for fault in scenario.faults} == {"dead"}


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_shipped_scenario_bears_the_name_of_its_file(name: str) -> None:
    assert load_scenario(name).name == name


def test_every_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "odd.toml"
    file.write_text('[[faults]]\nkind = "lots"\nshare = 2\n[[faults]]\nkind = "lost"\nshares = 0.1\n')
    with pytest.raises(ConfigurationError) as error:
        load_scenario(file)
    lines = str(error.value).splitlines()
    assert [line.split(": ")[0].rpartition(":")[2] for line in lines] == ["2", "3", "6"]
    assert "not 'lots'" in lines[0]
    assert "unknown key 'shares'" in lines[2]


def test_an_unknown_name_offers_those_that_ship(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no shipped scenario \(bad-hour, .*\); did you mean 'ordinary-day'"):
        load_scenario("ordinary_day")
