"""docs/alerts.md holds: its example is a configuration, and what it says of texts is what texts are."""

import hashlib
import hmac
import json
import re
from dataclasses import fields
from pathlib import Path

from alerts.consequences import Card, Notice, Reason
from alerts.delivery import message
from alerts.delivery.channel import Telling
from alerts.delivery.signature import signature
from alerts.texts.checking import template_mistakes
from alerts.texts.plain import plain
from alerts.texts.rendering import Texts, context_of
from alerts.texts.shown import ShownAlert, ShownCount, Words
from config.language import open_language
from config.load import load_settings
from config.settings import Settings
from config.shipped_rules import shipped_ids
from processors.indicators.catalogue import UNITS

PAGE = (Path(__file__).parents[1] / "docs" / "alerts.md").read_text()
CHANNELS = PAGE.partition("## Channels")[2].partition("\n## ")[0]
TEXTS = PAGE.partition("## Texts")[2].partition("\n## ")[0]
FIRED_NS = 1_795_331_100 * 10**9
"""2026-11-22 14:05 in Jakarta."""
CARD = Card(
    number=7,
    rule="full",
    severity="critical",
    zone="bojonegoro",
    zone_name="Bojonegoro",
    figure="parking_occupancy",
    value=0.973,
    when=">",
    limit=0.95,
    coverage=0.88,
    fired_ns=FIRED_NS,
    learned_ns=FIRED_NS,
    link="https://denyut.example.go.id/alerts/7",
)
NOTICE = Notice(
    number=1, at_ns=FIRED_NS, reason=Reason.FIRING, severity="critical", channel="x", language="id", cards=(CARD,)
)
CITY = Settings.model_validate(
    {"rules": [{"id": "full", "indicator": "parking_occupancy", "size": "1m", "enter": 0.95}]}
)


def first_cells(table: str) -> list[str]:
    return [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]


def test_the_example_is_a_configuration_without_mistakes(tmp_path: Path) -> None:
    (example,) = re.findall(r"<!-- a city that tells somebody -->\n```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "city.toml").write_text(example)
    settings = load_settings(tmp_path / "city.toml", UNITS)
    assert [officer.id for officer in settings.officers] == ["ayu", "kepala-dishub"]
    assert len(settings.rules) > 10
    assert template_mistakes(settings) == []


def test_the_text_that_is_shown_is_the_one_that_is_told() -> None:
    text = Texts(CITY).render(NOTICE)
    shown = [line.removeprefix("    ") for line in TEXTS.splitlines() if line.startswith("    ")]
    assert shown == [text.title, *text.body.splitlines()]


def test_every_reason_is_explained_and_no_other() -> None:
    reasons = TEXTS.partition("| reason |")[2].partition("\n\n")[0]
    assert [re.findall(r"`(\w+)`", cell)[0] for cell in first_cells(reasons)] == [reason.value for reason in Reason]


def test_all_that_a_template_knows_is_listed_and_nothing_else() -> None:
    names = TEXTS.partition("| name |")[2].partition("\n\n")[0]
    listed = set(re.findall(r"`(?:alert)?\.?(\w+)`", "".join(first_cells(names))))
    knows = set(context_of(Words(CITY, open_language("id")).shown(NOTICE)))
    inner = {field.name for field in fields(ShownAlert)}
    assert listed == (knows | inner) - {"alerts", "count"}
    assert {field.name for field in fields(ShownCount)} <= set(re.findall(r"`(\w+)`", names))


def test_another_system_gets_what_the_page_shows() -> None:
    (block,) = re.findall(r"^    \{\n(?:    .*\n)+?    \}$", CHANNELS, flags=re.MULTILINE)
    shown = json.loads(block)
    told = json.loads(message.encode(Telling("9f3c-19a1f2b3c4d-12", NOTICE, Texts(CITY).render(NOTICE))))
    assert list(told) == list(shown)
    assert list(told["cards"][0]) == list(shown["cards"][0])


def test_the_signature_is_made_as_the_page_says() -> None:
    (recipe,) = re.findall(r"^    expected = (.+)$", CHANNELS, flags=re.MULTILINE)
    assert recipe == 'hmac.new(secret, f"{t}.".encode() + body, hashlib.sha256).hexdigest()'
    secret, body, t = b"of 112", b'{"key": "9f3c-12"}', 1_795_331_102
    expected = hmac.new(secret, f"{t}.".encode() + body, hashlib.sha256).hexdigest()
    assert signature(secret, body, t) == f"t={t},v1={expected}"


def test_the_hostile_name_is_told_as_the_page_says() -> None:
    hostile, told = re.findall(r"the device\n`(.+)` is told as `(.+)`", TEXTS)[0]
    assert plain(hostile, 100) == told


def test_the_example_of_each_way_to_watch_is_right(tmp_path: Path) -> None:
    (example,) = re.findall(r"<!-- a rule for each way to watch -->\n```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "city.toml").write_text(example)
    rules = load_settings(tmp_path / "city.toml", UNITS).rules
    assert len(rules) == 9
    assert {way for rule in rules for way in rule.ways} == {"indicator", "field", "quantity", "all"}


def test_every_shipped_rule_is_listed_and_no_other() -> None:
    chapter = PAGE.partition("### Rules that ship")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"`([\w-]+)`", "".join(first_cells(chapter)))) == sorted(shipped_ids())
