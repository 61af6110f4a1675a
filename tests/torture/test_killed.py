"""`denyut run` is killed again and again: each reading is in its windows, once."""

import time
from pathlib import Path
from random import Random

from tests.servers.mosquitto import mosquitto
from tests.torture.denyut_run import DenyutRun
from tests.torture.length import either, seed
from tests.torture.moments import moments
from tests.torture.publishing import publishing
from tests.torture.settled import assert_exact, settle

KILLS = int(either(5, 40))


def test_a_run_that_is_killed_again_and_again_counts_each_reading_once(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port, DenyutRun(tmp_path, port) as run:
        run.start()
        run.until_subscribed()
        with publishing(tmp_path, port, 3000) as publisher:
            for moment in moments(Random(seed()), KILLS, longest_s=either(2.5, 6)):
                came = moment.wait(run.data_dir)
                run.kill()
                print(f"start {run.starts} killed at {time.strftime('%H:%M:%S')}: {came}")
                run.start()
            publisher.finish()
            settle(run, publisher)
        assert_exact(run, publisher)
