import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import StoreSettings
from storage.influx import InfluxStore
from storage.influx1 import Influx1Store
from storage.open_store import open_store
from storage.sqlite_store import SqliteStore


@pytest.mark.parametrize(
    ("settings", "store_class"),
    [
        (StoreSettings(), SqliteStore),
        (StoreSettings(kind="influxdb1"), Influx1Store),
        (StoreSettings(kind="influxdb2"), InfluxStore),
        (StoreSettings(kind="influxdb3"), InfluxStore),
    ],
)
def test_the_configured_store_is_opened(tmp_path: Path, settings: StoreSettings, store_class: type) -> None:
    store = open_store(settings, tmp_path)
    assert type(store) is store_class
    store.close()


def test_the_client_library_is_loaded_only_by_those_who_use_it() -> None:
    script = "import sys, storage.open_store; print('influxdb_client' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
