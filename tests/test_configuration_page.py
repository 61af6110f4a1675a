"""docs/configuration.md is held against the settings themselves."""

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from pydantic_core import PydanticUndefined

from config.actuators import Actuator, Command, Interlock, Order, Proof
from config.alert_rules import Rule, Words
from config.calendar import Calendar, Holiday, Hours
from config.channels import Channel
from config.default_kinds import DEFAULT_KINDS
from config.durability import Checkpoints, DeadLetterKeeping, JournalSettings, Limits, OutboxSettings
from config.duty import (
    Budget,
    Contact,
    Flapping,
    Inhibition,
    Ladder,
    Maintenance,
    Notification,
    Office,
    Officer,
    Route,
    Shift,
    Step,
)
from config.indicator_rules import IndicatorRules
from config.noise_limits import LIMITS
from config.pillars import Pillar, ScoreInput, Scores
from config.quality_rules import QualityRules
from config.section import Section
from config.service import Http, Log
from config.settings import (
    City,
    Device,
    Kind,
    Mirror,
    Quantity,
    Retention,
    Settings,
    Source,
    StoreSettings,
    Tls,
    Window,
    Windows,
    Zone,
)

TEXT = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text(encoding="utf-8")
SECTIONS: dict[str, type[Section]] = {
    "The whole file": Settings,
    "city": City,
    "sources": Source,
    "tls": Tls,
    "kinds": Kind,
    "quantities": Quantity,
    "quality": QualityRules,
    "indicators": IndicatorRules,
    "windows": Windows,
    "sizes": Window,
    "scores": Scores,
    "pillars": Pillar,
    "scored indicators": ScoreInput,
    "zones": Zone,
    "offices": Office,
    "officers": Officer,
    "contacts": Contact,
    "shifts": Shift,
    "ladders": Ladder,
    "steps": Step,
    "routes": Route,
    "devices": Device,
    "rules": Rule,
    "texts in two languages": Words,
    "hours": Hours,
    "calendar": Calendar,
    "holidays": Holiday,
    "inhibitions": Inhibition,
    "maintenance": Maintenance,
    "notification": Notification,
    "channels": Channel,
    "flapping": Flapping,
    "budget": Budget,
    "actuators": Actuator,
    "commands": Command,
    "interlocks": Interlock,
    "proofs": Proof,
    "orders": Order,
    "store": StoreSettings,
    "retention": Retention,
    "journal": JournalSettings,
    "checkpoint": Checkpoints,
    "outbox": OutboxSettings,
    "dead_letters": DeadLetterKeeping,
    "limits": Limits,
    "http": Http,
    "log": Log,
}
TABLES = (
    *("city", "sources", "windows", "scores", "calendar", "notification", "store", "retention"),
    *("journal", "checkpoint", "outbox", "dead_letters", "limits", "http", "log"),
)
DOCUMENTED_DEFAULTS = [
    (heading, name)
    for heading, section in SECTIONS.items()
    for name in section.model_fields
    if (heading, name) not in {("The whole file", name) for name in TABLES}
]


def rows(heading):
    """Setting -> (type, default, meaning) of the table below a heading."""
    (chapter,) = re.findall(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in chapter.splitlines() if line.startswith("| `")
    ]
    return {name.strip("`"): tuple(rest) for name, *rest in lines}


def subsections(section):
    """Every section of settings that is reachable from `section`."""
    annotations = [field.annotation for field in section.model_fields.values()]
    while annotations:
        annotation = annotations.pop()
        annotations += get_args(annotation)
        if isinstance(annotation, type) and issubclass(annotation, Section):
            yield annotation
            yield from subsections(annotation)


def test_every_section_is_documented():
    assert {Settings, *subsections(Settings)} == {*SECTIONS.values(), Mirror}


def test_a_mirror_is_documented_as_a_store_with_a_name():
    own = {name: rows("mirrors")[name] for name in Mirror.model_fields.keys() - StoreSettings.model_fields.keys()}
    assert own == rows("mirrors") == {"name": ("text", "needed", "Stands in logs and counters.")}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_setting_is_documented_with_type_and_meaning_and_no_other(heading):
    documented = rows(heading)
    fields = SECTIONS[heading].model_fields
    assert set(documented) == {field.alias or name for name, field in fields.items()}
    assert all(kind and meaning for kind, _, meaning in documented.values())


@pytest.mark.parametrize(("heading", "name"), DOCUMENTED_DEFAULTS)
def test_the_documented_default_is_the_real_one(heading, name):
    section = SECTIONS[heading]
    default = section.model_fields[name].default
    setting = section.model_fields[name].alias or name
    written = rows(heading)[setting][1]
    if default is PydanticUndefined:
        assert written == "needed"
    elif written == "none":
        assert default is None
    else:
        document = tomllib.loads(f"{setting} = {written.strip('`')}")
        needed = {"size": "1m", "id": "x", "kind": "gauge", "enter": 1, "day": "2026-10-20"}
        needed |= {"indicator": "x", "points": [[0, 0], [1, 100]], "source": ["x"]}
        needed |= {"office": "x", "officers": ["x"], "channel": "x", "to": ["shift"], "steps": [{"to": ["shift"]}]}
        needed |= {"topic": "x", "commands": {"x": {}}, "value": 1.0, "actuator": "x", "command": "x"}
        needed |= {"kind": "mqtt"} if section is Channel else {}
        others = {key: needed[key] for key, field in section.model_fields.items() if field.is_required()}
        read = section.model_validate(others | document, context={"folder": "."})
        assert getattr(read, name) == default


def test_the_limits_of_noise_are_listed_by_land_use():
    listed = re.findall(r"`([\w-]+)` (\d+)[,.]", TEXT)
    assert {name: float(limit) for name, limit in listed} == LIMITS


def test_the_quantities_known_without_configuration_are_listed_with_unit_and_kind():
    listed = re.findall(r"^\| (\w+) \| `(\w+)` \| ([^|]*) \| (\w+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
    assert [row[:4] for row in listed] == [
        (kind, name, quantity.unit, quantity.kind)
        for kind, entry in DEFAULT_KINDS.items()
        for name, quantity in entry.quantities.items()
    ]
    for kind, name, _, _, written in listed:
        quantity = DEFAULT_KINDS[kind].quantities[name]
        limits = [f"{limit:g}" for limit in (quantity.min, quantity.max) if limit is not None]
        assert re.findall(r"-?\d[\d.e+]*", written) == limits
