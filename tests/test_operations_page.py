"""docs/operations.md and the files in deploy/ are held against what Denyut answers and takes."""

import asyncio
import configparser
import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from config.service import Http
from dashboard.http.app import pages
from dashboard.http.device_lines import DEVICE_FAMILIES
from dashboard.http.exposition import Exposition
from dashboard.http.families import FAMILIES
from dashboard.http.openapi import PATH as DESCRIPTION
from denyut.cli import main
from tests.dashboard.http.serving import sources
from tests.flow.test_run import running, status_of, wait_for
from tests.servers.free_ports import free_port

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
UNIT = configparser.ConfigParser(strict=False, interpolation=None)
UNIT.optionxform = str  # type: ignore[assignment, method-assign] # keys of systemd have capitals
UNIT.read(ROOT / "deploy/systemd/denyut.service")
PROMETHEUS = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
RULES = [
    rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text())["groups"]
    for rule in group["rules"]
]
Row = tuple[str, str, tuple[str, ...]]


def documented(prefix: str) -> set[Row]:
    """(metric, type, labels) of the tables, of the metrics that begin so."""
    rows = re.findall(rf"^\| `({prefix}\w+)` \| (\w+) \| ([^|]*) \| [^|]+ \|$", TEXT, re.MULTILINE)
    return {(name, kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def announced(text: str) -> dict[str, str]:
    """Metric -> type, as the server really announces them."""
    return dict(re.findall(r"^# TYPE (denyut_\w+) (\w+)$", text, re.MULTILINE))


def test_every_metric_is_documented_with_type_and_labels_and_no_other() -> None:
    of_devices = {family.name for family in DEVICE_FAMILIES}
    rows = {row for row in documented("denyut_") if row[0] not in of_devices}
    assert rows == {(family.name, family.kind, family.labels) for family in FAMILIES}
    real = announced(Exposition(dict, "1.2.3").text().decode())
    assert real.pop("denyut_build_info") == "gauge"
    assert {name: kind for name, kind, _ in rows} == real


def test_every_key_of_the_status_is_documented_and_no_other(tmp_path: Path) -> None:
    with running(tmp_path / "data", free_port()):
        wait_for(lambda: status_of(tmp_path / "data")["state"] == "running", "the run")
        keys = set(status_of(tmp_path / "data"))
    table = TEXT.split("| in the status | what it says |")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)))) == keys


def test_every_metric_of_a_device_is_documented_too() -> None:
    async def text() -> str:
        return "".join([part async for part in sources().devices.stream()])

    rows = {row for row in documented("denyut_device_") if row[0] in {family.name for family in DEVICE_FAMILIES}}
    assert {name: kind for name, kind, _ in rows} == announced(asyncio.run(text()))
    assert {labels for _, _, labels in rows} == {(), ("outcome",), ("reason",)}


def test_every_path_is_documented_with_its_role() -> None:
    """Those of alerts have a page of their own."""
    rows = re.findall(r"^\| `(/[\w/]+)` \| (\w+) \|", TEXT, re.MULTILINE)
    own = [page for page in pages(sources(), "1.2.3") if page.path != DESCRIPTION]
    assert sorted(rows) == sorted((page.path, page.role.value) for page in own)


def test_prometheus_asks_where_denyut_listens_without_configuration() -> None:
    (job,) = PROMETHEUS["scrape_configs"]
    assert job["static_configs"] == [{"targets": [Http().listen]}]
    assert [name for name in PROMETHEUS["rule_files"] if not (ROOT / "deploy/prometheus" / name).exists()] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_asks_for_a_metric_that_exists_and_names_labels_that_it_has(rule: dict[str, object]) -> None:
    labels = {family.name: set(family.labels) for family in FAMILIES} | {"up": {"job"}}
    expression, annotations = str(rule["expr"]), str(rule["annotations"])
    asked = set(re.findall(r"\b(denyut_\w+|up)\b(?!\")", expression))
    assert len(asked) == 1
    named = set(re.findall(r"(\w+)=\"", expression)) | set(re.findall(r"\$labels\.(\w+)", annotations))
    assert named <= labels.get(asked.pop(), set())


def test_the_service_starts_denyut_with_words_that_it_takes() -> None:
    program, name, *arguments = shlex.split(UNIT["Service"]["ExecStart"])
    assert program == "/opt/denyut/bin/denyut"
    command = main.get_command(click.Context(main), name)
    assert command is not None
    given = command.make_context(name, arguments).params
    assert str(given["data_dir"]) == f"/var/lib/{UNIT['Service']['StateDirectory']}"
    assert str(given["config"]) in TEXT


def test_the_service_comes_back_whatever_ended_it_and_has_time_to_stop() -> None:
    service = UNIT["Service"]
    assert (service["Restart"], service["Type"], UNIT["Unit"]["StartLimitIntervalSec"]) == ("always", "notify", "0")
    assert int(service["TimeoutStopSec"]) > 10
    assert int(service["WatchdogSec"]) > 10


def test_the_service_has_no_rights_that_it_does_not_need() -> None:
    service = UNIT["Service"]
    assert service["CapabilityBoundingSet"] == ""
    hardened = {"DynamicUser", "NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictNamespaces"}
    assert {key for key in hardened if service[key] != "yes"} == set()
    assert service["ProtectSystem"] == "strict"
