from pathlib import Path
from typing import Any

import pytest

from config.durations import UNITS_NS
from config.settings import Device, Settings
from simulators.fleet import Fleet
from simulators.scenario import SHIPPED, Scenario
from simulators.scenario_files import load_scenario
from simulators.scenario_mistakes import in_vain, refused

HOUR = UNITS_NS["h"]
TOWN = Settings(
    devices=(
        Device(id="LL-1", kind="traffic", zone="north", gateway="G-1"),
        Device(id="AQ-1", kind="air", zone="south"),
    )
)


def wrong(*faults: dict[str, Any], settings: Settings = TOWN, **tables: Any) -> list[tuple[str, str]]:
    scenario = Scenario.model_validate({"faults": faults, **tables})
    found = refused(scenario, Fleet(settings).groups, ())
    return [(".".join(map(str, place)), sentence) for place, sentence in found]


def test_faults_that_befall_somebody_are_no_mistake() -> None:
    assert not wrong(
        {"kind": "lost"},
        {"kind": "gateway_death"},
        {"kind": "drift", "quantity": "pm25"},
        {"kind": "dead", "kinds": ["air"], "zones": ["south"], "begin": 59 * HOUR // 60},
        {"kind": "lost", "gateways": ["G-1"]},
    )


@pytest.mark.parametrize(
    ("fault", "place", "sentence"),
    [
        (
            {"kind": "lost", "kinds": ["air"], "zones": ["north"]},
            "faults.0",
            "the lost befalls nobody here: no device has these kinds and zones",
        ),
        (
            {"kind": "gateway_death", "kinds": ["air"]},
            "faults.0",
            "the gateway_death befalls nobody here: no device that it means is heard through a gateway",
        ),
        (
            {"kind": "battery_dies", "kinds": ["traffic"]},
            "faults.0",
            "the battery_dies befalls nobody here: no device that it means has a battery",
        ),
        (
            {"kind": "stuck", "kinds": ["air"], "quantity": "speed"},
            "faults.0.quantity",
            "'speed' is no quantity of air to which a fault comes",
        ),
        (
            {"kind": "spike", "quantity": "pm2.5"},
            "faults.0.quantity",
            "'pm2.5' is no quantity of traffic, air to which a fault comes; did you mean 'pm25'?",
        ),
        ({"kind": "lost", "kinds": ["ar"]}, "faults.0.kinds.0", "'ar' is no kind of device here; did you mean 'air'?"),
        (
            {"kind": "lost", "begin": HOUR},
            "faults.0.begin",
            "begins after 1h, when the scenario is over (lasts = 1h)",
        ),
    ],
)
def test_a_fault_that_would_befall_nobody_is_told(fault: dict[str, Any], place: str, sentence: str) -> None:
    assert wrong(fault) == [(place, sentence)]


def test_an_event_that_begins_when_all_is_over_is_told() -> None:
    rains = [{"amount": 1}, {"amount": 1, "begin": 3 * HOUR}]
    said = "begins after 3h, when the scenario is over (lasts = 2h)"
    assert wrong(rains=rains, lasts=2 * HOUR) == [("rains.1.begin", said)]


def test_a_shipped_scenario_may_befall_nobody() -> None:
    alone = Settings(devices=(Device(id="LL-1", kind="traffic"),))
    scenario, groups = load_scenario("ordinary-day"), Fleet(alone).groups
    assert not refused(scenario, groups, ())
    kinds = {scenario.faults[int(place[1])].kind for place, _ in in_vain(scenario, groups)}
    assert kinds == {"gateway_death", "battery_dies", "drift", "wrong_unit"}


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.toml")))
def test_no_shipped_scenario_begins_anything_too_late(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.is_shipped
    assert not [place for place, _ in refused(scenario, Fleet(TOWN).groups, ()) if place[-1] == "begin"]


def test_a_copy_of_a_shipped_scenario_is_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "ordinary-day.toml"
    file.write_text((SHIPPED / "ordinary-day.toml").read_text())
    groups = Fleet(Settings(devices=(Device(id="LL-1", kind="traffic"),))).groups
    assert len(refused(load_scenario(file), groups, ())) == 4
