"""InfluxDB 1.x through its own write call; the database is made where it is absent."""

import gzip
from collections.abc import Sequence

from config.settings import Retention, StoreSettings
from storage.credentials import resolve_credentials
from storage.influx_http import TIMEOUT_SECONDS, InfluxHttp
from storage.influxql import InfluxQl, identifier
from storage.line_bodies import LineWriter
from storage.points import PointBatch
from storage.store import Query, Row, StoreRefused

GZIP_LEVEL = 1


class Influx1Store:
    """A server that is down is no error until the first call."""

    def __init__(self, settings: StoreSettings, timeout_s: float = TIMEOUT_SECONDS) -> None:
        self._database = settings.database
        self._http = InfluxHttp(settings.url, resolve_credentials(settings), timeout_s)
        self._influxql = InfluxQl(self._http, settings.database)
        self._writer = LineWriter(self._send)
        self.dropped = self._writer.dropped
        """Reason -> points or values that line protocol cannot carry."""

    def write(self, batches: Sequence[PointBatch]) -> int:
        return self._writer.write(batches)

    def query(self, query: Query) -> list[Row]:
        return self._influxql.query(query)

    def latest(self, measurement: str, where: Sequence[tuple[str, str]] = ()) -> list[Row]:
        return self._influxql.latest(measurement, where)

    def measurements(self) -> list[str]:
        return self._influxql.measurements()

    def fields(self, measurement: str) -> list[str]:
        return self._influxql.fields(measurement)

    def apply_retention(self, retention: Retention, now_ns: int) -> None:
        """By DELETE: a retention policy of the server would hold for all measurements alike."""
        for measurement, kept_ns in retention.model_dump().items():
            if kept_ns is not None:
                old = f"FROM {identifier(measurement)} WHERE time < {now_ns - kept_ns}"
                self._influxql.run(f"DELETE {old}")

    def close(self) -> None:
        self._http.close()

    def _send(self, body: bytes) -> None:
        try:
            self._post(body)
        except StoreRefused as refusal:
            if refusal.reason != "not_found":
                raise
            self._influxql.run(f"CREATE DATABASE {identifier(self._database)}")
            self._post(body)

    def _post(self, body: bytes) -> None:
        self._http.post(
            "/write",
            {"db": self._database, "precision": "ns"},
            gzip.compress(body, GZIP_LEVEL, mtime=0),
            {"Content-Encoding": "gzip", "Content-Type": "text/plain; charset=utf-8"},
        )
