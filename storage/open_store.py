"""The store that the configuration asks for."""

from pathlib import Path

from config.settings import StoreSettings
from storage.influx1 import Influx1Store
from storage.sqlite_store import SqliteStore
from storage.store import Store


def open_store(settings: StoreSettings, data_dir: Path, read_only: bool = False) -> Store:
    """Raises `StoreUnusable`; a database server that is down is found out at the first call.

    `read_only` concerns the embedded store, whose file is then neither made nor changed.
    """
    if settings.kind == "sqlite":
        return SqliteStore(data_dir, read_only)
    if settings.kind == "influxdb1":
        return Influx1Store(settings)
    # Its client takes tens of MiB and half a second, which only those pay who use it.
    from storage.influx import InfluxStore

    return InfluxStore(settings)
