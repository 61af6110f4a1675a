"""The files for containers: valid by their schemas, consistent with each other and with what Denyut reads."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from config.settings import Settings
from processors.indicators.catalogue import UNITS

ROOT = Path(__file__).parents[1]
DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboards/city.json").read_text())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
EXAMPLE_ENVIRONMENT = (ROOT / ".env.example").read_text()
VARIABLE = re.compile(r"\$\{(\w+)(?::?([-?])([^}]*))?\}")

TARGET = {
    "type": "object",
    "required": ["refId", "datasource", "rawQuery", "query", "resultFormat"],
    "properties": {"query": {"type": "string", "pattern": r"^SELECT .* FROM .*\$timeFilter"}},
}
PANEL = {
    "type": "object",
    "required": ["id", "type", "title", "description", "datasource", "gridPos", "fieldConfig", "options", "targets"],
    "properties": {
        "type": {"enum": ["stat", "timeseries", "bargauge"]},
        "title": {"type": "string", "minLength": 1},
        "targets": {"type": "array", "minItems": 1, "items": TARGET},
        "gridPos": {
            "type": "object",
            "required": ["h", "w", "x", "y"],
            "properties": {"w": {"minimum": 1, "maximum": 24}, "x": {"minimum": 0, "maximum": 23}},
            "additionalProperties": {"type": "integer"},
        },
    },
}
DASHBOARD_SCHEMA = {
    "type": "object",
    "required": ["uid", "title", "schemaVersion", "time", "refresh", "templating", "panels"],
    "properties": {"schemaVersion": {"type": "integer"}, "panels": {"type": "array", "minItems": 1, "items": PANEL}},
}


def compose_mistakes(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_compose_file_is_valid_by_the_schema_of_compose() -> None:
    finished = compose_mistakes(ROOT / "docker-compose.yml")
    assert finished.returncode == 0, finished.stdout


def test_the_schema_of_compose_refuses_a_misspelt_key(tmp_path: Path) -> None:
    wrong = (ROOT / "docker-compose.yml").read_text().replace("healthcheck:", "healthchek:", 1)
    (tmp_path / "docker-compose.yml").write_text(wrong)
    finished = compose_mistakes(tmp_path / "docker-compose.yml")
    assert finished.returncode != 0
    assert "healthchek" in finished.stdout


def test_ports_are_published_on_this_machine_alone() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_tells_its_health_names_its_version_and_gains_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert ("healthcheck" in service) != ("build" in service), "what is built here brings the check of its image"
    assert re.search(r":\d[\w.]*$", service["image"]), "a tag that moves is no version"
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_a_service_waits_until_what_it_needs_is_healthy() -> None:
    waits = {name: service["depends_on"] for name, service in SERVICES.items() if "depends_on" in service}
    healthy = {"condition": "service_healthy"}
    assert waits == {"denyut": {"mosquitto": healthy, "influxdb": healthy}, "grafana": {"influxdb": healthy}}


def test_every_secret_comes_from_the_environment_and_is_demanded() -> None:
    secrets = {
        (name, key): value
        for name, service in SERVICES.items()
        for key, value in service.get("environment", {}).items()
        if "PASSWORD" in key or "TOKEN" in key
    }
    assert len(secrets) == 8
    assert [place for place, value in secrets.items() if not re.fullmatch(r"\$\{\w+:\?set it in \.env\}", value)] == []


def test_the_example_environment_names_every_variable_and_holds_no_secret() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    used = {name for name, _, _ in VARIABLE.findall(text)}
    given = dict(line.split("=", 1) for line in EXAMPLE_ENVIRONMENT.splitlines() if re.match(r"\w+=", line))
    assert set(given) == used
    assert {name: value for name, value in given.items() if value} == {
        "DENYUT_MQTT_PORT": "1883",
        "DENYUT_GRAFANA_PORT": "3000",
    }


def test_every_named_volume_is_declared_and_every_mounted_file_exists() -> None:
    sources = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])]
    assert {source for source in sources if not source.startswith("./")} == set(COMPOSE["volumes"])
    assert [source for source in sources if source.startswith("./") and not (ROOT / source).exists()] == []


def test_denyut_reads_its_configuration_and_meets_the_other_services() -> None:
    settings = Settings.model_validate(tomllib.loads((ROOT / "deploy/denyut.toml").read_text()))
    influxdb, denyut = SERVICES["influxdb"]["environment"], SERVICES["denyut"]["environment"]
    assert settings.sources[0].broker == "mqtt://mosquitto:1883"
    assert settings.sources[0].password_env in denyut
    assert (settings.store.kind, settings.store.url) == ("influxdb2", "http://influxdb:8086")
    assert settings.store.database == influxdb["DOCKER_INFLUXDB_INIT_BUCKET"]
    assert settings.store.org == influxdb["DOCKER_INFLUXDB_INIT_ORG"]
    assert settings.store.token_env in denyut


def test_the_dashboard_has_the_shape_that_grafana_reads() -> None:
    jsonschema.validate(DASHBOARD, DASHBOARD_SCHEMA)
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_panels_do_not_overlap() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        own = {(place["x"] + i, place["y"] + j) for i in range(place["w"]) for j in range(place["h"])}
        assert not own & cells, panel["title"]
        assert max(x for x, _ in own) < 24
        cells |= own


def test_every_panel_asks_the_provisioned_data_source() -> None:
    provisioned = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/denyut.yml").read_text())
    source = provisioned["datasources"][0]
    named = [DASHBOARD["templating"]["list"][0]["datasource"]]
    for panel in DASHBOARD["panels"]:
        named += [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
    assert {(item["type"], item["uid"]) for item in named} == {(source["type"], source["uid"])}
    assert source["jsonData"]["dbName"] == SERVICES["influxdb"]["environment"]["DOCKER_INFLUXDB_INIT_BUCKET"]
    assert source["secureJsonData"]["httpHeaderValue1"] == "Token $DENYUT_INFLUXDB_TOKEN"
    assert "DENYUT_INFLUXDB_TOKEN" in SERVICES["grafana"]["environment"]


def test_the_dashboard_asks_for_indicators_that_exist() -> None:
    queries = [target["query"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    asked = {name for query in queries for name in re.findall(r"\"indicator\" = '(\w+)'", query)}
    assert {"parking_occupancy", "pm25", "traffic_speed"} <= asked <= set(UNITS)


def test_grafana_finds_its_dashboards_where_they_are_mounted() -> None:
    provider = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/denyut.yml").read_text())["providers"][0]
    grafana = SERVICES["grafana"]
    folder = provider["options"]["path"]
    assert f"./deploy/grafana/dashboards:{folder}:ro" in grafana["volumes"]
    assert grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] == f"{folder}/city.json"


def test_a_single_figure_is_never_an_old_one() -> None:
    single = [panel for panel in DASHBOARD["panels"] if panel["type"] in {"stat", "bargauge"}]
    assert len(single) == 5
    assert {panel.get("timeFrom") for panel in single} == {"20m"}
