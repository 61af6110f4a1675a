"""Every query of the Grafana dashboard, asked of a real database that Denyut's own store has written."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import urllib3

from config.settings import StoreSettings
from processors.indicators.catalogue import UNITS
from storage.influx1 import Influx1Store
from storage.points import PointBatch, SeriesTable
from tests.servers.influxdb import influxdb1

DASHBOARD = json.loads((Path(__file__).parents[2] / "deploy/grafana/dashboards/city.json").read_text())
QUERIES = {panel["title"]: panel["targets"][0]["query"] for panel in DASHBOARD["panels"]}
CHOSEN = {"$city": "bjn", "$zone": "(kota|all)", "$size": "1m", "$__interval": "1m", "$timeFilter": "time > now() - 1h"}
MINUTE_NS = 60_000_000_000
MINUTES = 5


def points(table: SeriesTable, series: int, fields: dict[str, float], now_ns: int) -> PointBatch:
    """One point of that series at the end of each of the last minutes."""
    time_ns = now_ns // MINUTE_NS * MINUTE_NS - np.arange(MINUTES) * MINUTE_NS
    columns = {name: np.full(MINUTES, value) for name, value in fields.items()}
    return PointBatch(table, np.full(MINUTES, series, dtype=np.int32), time_ns, columns)


def stored(now_ns: int) -> Iterator[PointBatch]:
    table = SeriesTable()
    figures = {"value": 0.5, "coverage": 0.75, "quality": 1.0, "revision": 0.0}
    for indicator in UNITS:
        for zone in ("kota", "all"):
            tags = {"city": "bjn", "zone": zone, "indicator": indicator, "size": "1m"}
            yield points(table, table.index("indicator", tags), figures, now_ns)
    for size in ("10s", "1m"):
        tags = {"city": "bjn", "kind": "air", "zone": "kota", "device": "aq-07", "size": size}
        yield points(table, table.index("window", tags), {"pm25_count": 6.0, "revision": 2.0}, now_ns)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with influxdb1(tmp_path_factory.mktemp("influxdb")) as url:
        store = Influx1Store(StoreSettings(kind="influxdb1", url=url, database="denyut"))
        store.write(list(stored(time.time_ns())))
        store.close()
        yield url


def ask(server: str, query: str) -> list[dict[str, Any]]:
    """The series of the answer, as Grafana gets them."""
    for variable, value in CHOSEN.items():
        query = query.replace(variable, value)
    assert "$" not in query.replace("$/", "")
    answer = urllib3.request("POST", f"{server}/query?{urlencode({'db': 'denyut', 'q': query})}").json()["results"][0]
    assert "error" not in answer
    series: list[dict[str, Any]] = answer.get("series", [])
    return series


def values(series: dict[str, Any]) -> list[float]:
    return [row[1] for row in series["values"] if row[1]]


@pytest.mark.parametrize("title", [title for title in QUERIES if title.endswith("by zone")])
def test_a_panel_by_zone_has_a_line_for_each_zone(server: str, title: str) -> None:
    lines = {series["tags"]["zone"]: values(series) for series in ask(server, QUERIES[title])}
    assert lines == {"kota": [0.5] * MINUTES, "all": [0.5] * MINUTES}


@pytest.mark.parametrize("title", [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "stat"])
def test_a_single_figure_is_the_newest_of_the_whole_city(server: str, title: str) -> None:
    assert [values(series) for series in ask(server, QUERIES[title])] == [[0.5]]


def test_coverage_has_a_bar_for_each_zone_and_domain(server: str) -> None:
    bars = ask(server, QUERIES["Coverage, newest window"])
    assert len(bars) == 6
    assert {value for bar in bars for value in values(bar)} == {0.75}


def test_readings_are_summed_by_kind(server: str) -> None:
    (series,) = ask(server, QUERIES["Readings in windows"])
    assert (series["tags"], series["columns"]) == ({"kind": "air"}, ["time", "sum_pm25_count"])
    assert values(series) == [6] * MINUTES


def test_revised_windows_are_counted(server: str) -> None:
    (series,) = ask(server, QUERIES["Revised windows"])
    assert values(series) == [1] * MINUTES


def test_the_choices_above_the_panels_come_from_the_data(server: str) -> None:
    queries = [variable["query"] for variable in DASHBOARD["templating"]["list"] if variable["type"] == "query"]
    found = [[row[1] for row in ask(server, query)[0]["values"]] for query in queries]
    assert found == [["bjn"], ["all", "kota"]]
