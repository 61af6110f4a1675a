from pathlib import Path

import pytest

from config.mistakes import ConfigurationError
from simulators.faults.fault import FAULT_KINDS
from simulators.scenario_files import load_scenario, shipped_scenarios


def test_the_shipped_ordinary_day_has_a_fault_of_nearly_every_kind() -> None:
    assert {"dam-opens", "ordinary-day"} <= {*shipped_scenarios()}
    kinds = {fault.kind for fault in load_scenario("ordinary-day").faults}
    assert set(FAULT_KINDS) - kinds == {"dead"}


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
    with pytest.raises(ConfigurationError, match=r"no shipped scenario \(dam-opens, .*\); did you mean 'ordinary-day'"):
        load_scenario("ordinary_day")
