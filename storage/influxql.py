"""Reading from InfluxDB 1.x, 2.x and 3.x in InfluxQL, the query language that the three share.

https://docs.influxdata.com/influxdb/v1/query_language/spec/
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from storage.influx_http import AnswerTooLong, InfluxHttp
from storage.store import Query, Row, StoreRefused, newest_rows

ANSWER_BYTES = 64 << 20
"""Some hundred thousand rows."""


def identifier(name: str) -> str:
    return '"' + _escaped(name).replace('"', '\\"') + '"'


def literal(text: str) -> str:
    return "'" + _escaped(text).replace("'", "\\'") + "'"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


class InfluxQl:
    def __init__(self, http: InfluxHttp, database: str) -> None:
        self._http = http
        self._database = database

    def run(self, statement: str) -> list[dict[str, Any]]:
        """The series of the answer: name, tags, columns, values; times in ns UTC. None before 1.x has its database."""
        try:
            body = self._http.post(
                "/query",
                {"db": self._database, "epoch": "ns", "q": statement},
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                most_bytes=ANSWER_BYTES,
            )
        except AnswerTooLong as error:
            raise StoreRefused("too_large", f"{error}: ask for a shorter time, fewer fields or a limit") from error
        try:
            result = msgspec.json.decode(body)["results"][0]
        except (msgspec.DecodeError, KeyError, IndexError, TypeError):
            raise StoreRefused("invalid", f"{self._http.url} answered no InfluxQL result to a query") from None
        if str(result.get("error", "")).startswith("database not found"):
            return []
        if "error" in result:
            raise StoreRefused("invalid", f"{self._http.url}: {result['error']}")
        series: list[dict[str, Any]] = result.get("series", [])
        return series

    def measurements(self) -> list[str]:
        return sorted(self._first_column("SHOW MEASUREMENTS"))

    def fields(self, measurement: str) -> list[str]:
        return sorted(set(self._first_column(f"SHOW FIELD KEYS FROM {identifier(measurement)}")))

    def query(self, query: Query) -> list[Row]:
        fields = self.fields(query.measurement)
        if query.fields:
            fields = [name for name in fields if name in query.fields]
        if not fields:
            return []
        if query.every_ns is not None:
            return newest_rows(self._downsampled(query, query.every_ns, fields), query.limit)
        return self._points(query, fields)

    def latest(self, measurement: str, where: Sequence[tuple[str, str]]) -> list[Row]:
        fields = self.fields(measurement)
        if not fields:
            return []
        statement = (
            f"{_select(_columns(fields), Query(measurement, tuple(where)))} GROUP BY * ORDER BY time DESC LIMIT 1"
        )
        return newest_rows(self._rows(statement, fields), None)

    def _points(self, query: Query, fields: list[str]) -> list[Row]:
        if query.limit is not None:
            # A limit beside GROUP BY would hold for each series, so the time it reaches back to is asked first.
            reach = self.run(f"{_select(_columns(fields), query)} ORDER BY time DESC LIMIT {query.limit}")
            if not reach:
                return []
            query = replace(query, from_ns=reach[0]["values"][-1][0])
        return newest_rows(self._rows(f"{_select(_columns(fields), query)} GROUP BY *", fields), query.limit)

    def _downsampled(self, query: Query, every_ns: int, fields: list[str]) -> list[Row]:
        columns = ", ".join(f"{query.aggregate}({identifier(name)}::field)" for name in fields)
        statement = f"{_select(columns, query)} GROUP BY time({every_ns}ns), * fill(none)"
        return self._rows(statement, fields)

    def _rows(self, statement: str, fields: list[str]) -> list[Row]:
        """Rows of a SELECT of `fields`, grouped by all tags; a column of the answer is known by its place."""
        rows = []
        for series in self.run(statement):
            tags = {key: value for key, value in series.get("tags", {}).items() if value}
            for time_ns, *cells in series["values"]:
                present = {name: float(cell) for name, cell in zip(fields, cells, strict=True) if cell is not None}
                if present:
                    rows.append(Row(time_ns, tags, present))
        return rows

    def _first_column(self, statement: str) -> list[str]:
        return [values[0] for series in self.run(statement) for values in series["values"]]


def _columns(fields: Sequence[str]) -> str:
    return ", ".join(f"{identifier(name)}::field" for name in fields)


def _select(columns: str, query: Query) -> str:
    return f"SELECT {columns} FROM {identifier(query.measurement)}{_where(query)}"  # noqa: S608 - all names are quoted


def _where(query: Query) -> str:
    conditions = [_any_of(tag, values) for tag, values in query.tag_values().items()]
    if query.from_ns is not None:
        conditions.append(f"time >= {query.from_ns}")
    if query.to_ns is not None:
        conditions.append(f"time < {query.to_ns}")
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _any_of(tag: str, values: Sequence[str]) -> str:
    return "(" + " OR ".join(f"{identifier(tag)}::tag = {literal(value)}" for value in values) + ")"
