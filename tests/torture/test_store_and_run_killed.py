"""The city's own store goes away and comes back while `denyut run` is killed beside it."""

import time
from contextlib import ExitStack
from pathlib import Path
from random import Random

from tests.servers.free_ports import free_port
from tests.servers.influxdb import influxdb1
from tests.servers.mosquitto import mosquitto
from tests.torture.denyut_run import SETTINGS, DenyutRun
from tests.torture.length import either, seed
from tests.torture.publishing import publishing
from tests.torture.settled import assert_exact, settle

ROUNDS = int(either(1, 8))


def test_influxdb_has_every_window_once_whatever_was_killed_or_away(tmp_path: Path) -> None:
    random, port_of_store = Random(seed()), free_port()
    store = f'[store]\nkind = "influxdb1"\nurl = "http://127.0.0.1:{port_of_store}"\n'
    with (
        mosquitto(tmp_path) as port,
        DenyutRun(tmp_path, port, SETTINGS + store) as run,
        ExitStack() as stores,
    ):
        stores.enter_context(influxdb1(tmp_path, port=port_of_store))
        run.start()
        run.until_subscribed()
        with publishing(tmp_path, port, 1000) as publisher:
            for _ in range(ROUNDS):
                time.sleep(random.uniform(1, 3))
                stores.close()
                time.sleep(random.uniform(1, 3))
                run.kill()
                run.start()
                time.sleep(random.uniform(0.5, 3))
                stores.enter_context(influxdb1(tmp_path, port=port_of_store))
                time.sleep(random.uniform(0, 2))
                run.kill()
                run.start()
            publisher.finish()
            settle(run, publisher)
        assert_exact(run, publisher)
