from pathlib import Path

import pytest

from config.settings import Device, Zone
from simulators.events.names import UnknownNamesError
from simulators.scenario import Scenario
from simulators.scenario_files import load_scenario, located
from tests.simulators.events.cities import eventful, town

TOWN = town(
    Device(id="LL-001", kind="traffic", zone="centre", gateway="G-1"),
    Device(id="PK-001", kind="parking", zone="centre"),
)

FILE = """
[[accidents]]
device = "LL-01"

[[gatherings]]
devices = ["PK-001", "LL-001"]
zones = ["center"]

[[power_cuts]]
gateways = ["G1"]

[[faults]]
kind = "lost"
devices = ["PK-02"]
kinds = ["trafic"]
"""


def test_each_unknown_name_is_told_with_its_line_and_the_nearest_one(tmp_path: Path) -> None:
    file = tmp_path / "day.toml"
    file.write_text(FILE)
    tables = load_scenario(file)
    with pytest.raises(UnknownNamesError) as caught:
        eventful(TOWN, **{name: getattr(tables, name) for name in tables.model_fields_set})
    assert str(located(UnknownNamesError(caught.value.misnamed, tables.file))).splitlines() == [
        f"{file}:3: accidents[0].device: 'LL-01' is no traffic device here; did you mean 'LL-001'?",
        f"{file}:6: gatherings[0].devices[1]: 'LL-001' is no parking device here; did you mean 'PK-001'?",
        f"{file}:7: gatherings[0].zones[0]: 'center' is no zone here; did you mean 'centre'?",
        f"{file}:10: power_cuts[0].gateways[0]: 'G1' is no gateway of any device here; did you mean 'G-1'?",
        f"{file}:14: faults[0].devices[0]: 'PK-02' is no device here; did you mean 'PK-001'?",
        f"{file}:15: faults[0].kinds[0]: 'trafic' is no kind of device here; did you mean 'traffic'?",
    ]


def test_a_zone_without_devices_may_be_named() -> None:
    settings = TOWN.model_copy(update={"zones": (Zone(id="empty"),)})
    assert len(eventful(settings, hazes=({"amount": 10, "zones": ["empty"]},)).happenings()) == 1


def test_mistakes_of_a_scenario_that_stands_in_no_file_have_no_line() -> None:
    with pytest.raises(UnknownNamesError) as caught:
        eventful(TOWN, accidents=({"device": "LL-9"},))
    assert str(located(caught.value)).startswith("scenario: accidents[0].device: 'LL-9' is no traffic device here")
    assert Scenario().file is None
