"""InfluxDB 2.x and 3.x: written through influxdb-client, read in InfluxQL as 1.x is."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

from config.durations import SECOND_NS
from config.settings import Retention, StoreSettings
from ingest.bounded_http import BoundedPool
from storage.credentials import resolve_credentials
from storage.influx_http import TIMEOUT_SECONDS, InfluxHttp, answer_error, checked_url, failure, server_message
from storage.influxql import InfluxQl
from storage.line_bodies import LineWriter
from storage.points import PointBatch
from storage.store import Query, Row, StoreError, StoreUnavailable

_log = logging.getLogger(__name__)


class InfluxStore:
    """Database or bucket must exist. A server that is down is no error until the first call."""

    def __init__(self, settings: StoreSettings, timeout_s: float = TIMEOUT_SECONDS) -> None:
        self._settings = settings
        self._credentials = resolve_credentials(settings)
        token = self._credentials.token
        self._url = checked_url(settings.url)
        # Any: the client's close() carries no types.
        self._client: Any = InfluxDBClient(
            self._url,
            token=token.get_secret_value() if token is not None else "",
            org=settings.org,
            timeout=int(timeout_s * 1000),
            enable_gzip=True,
        )
        # The client would read an answer of any length.
        rest: Any = self._client.api_client.rest_client
        rest.pool_manager = BoundedPool(timeout_s)
        # Its precision is nanoseconds unless told otherwise.
        self._write_api: Any = self._client.write_api(write_options=SYNCHRONOUS)
        self._http = InfluxHttp(self._url, self._credentials, timeout_s)
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
        """2.x: by its delete call. 3.x has none; there the database's own retention period is the server's matter."""
        if self._settings.kind == "influxdb3":
            _log.info("InfluxDB 3 removes old points by its own retention period; nothing is done here")
            return
        for measurement, kept_ns in retention.model_dump().items():
            if kept_ns is not None:
                self._delete_before(measurement, now_ns - kept_ns)

    def close(self) -> None:
        self._write_api.close()
        self._client.close()
        self._http.close()

    def _send(self, body: bytes) -> None:
        try:
            self._write_api.write(self._settings.database, record=body)
        except (ApiException, urllib3.exceptions.HTTPError) as error:
            raise self._named(error) from error

    def _delete_before(self, measurement: str, cutoff_ns: int) -> None:
        # The call includes its last instant; whole seconds spare the client's cut to microseconds.
        stop = datetime.fromtimestamp((cutoff_ns - 1) // SECOND_NS, UTC)
        try:
            self._client.delete_api().delete(
                datetime.fromtimestamp(0, UTC), stop, f'_measurement="{measurement}"', bucket=self._settings.database
            )
        except (ApiException, urllib3.exceptions.HTTPError) as error:
            raise self._named(error) from error

    def _named(self, error: ApiException | urllib3.exceptions.HTTPError) -> StoreError:
        if isinstance(error, ApiException) and error.status:
            body = error.body.encode() if isinstance(error.body, str) else error.body or b""
            retry_after: str | None = error.retry_after
            return answer_error(error.status, self._credentials.mask(server_message(body)), self._url, retry_after)
        if isinstance(error, ApiException):
            return StoreUnavailable(self._credentials.mask(f"{self._url} cannot be reached: {error}"))
        return StoreUnavailable(self._credentials.mask(failure(self._url, error)))
