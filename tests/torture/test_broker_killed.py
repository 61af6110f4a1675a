"""The broker is killed again and again and comes back with what it had saved."""

import time
from pathlib import Path
from random import Random

from tests.torture.broker import KillableBroker
from tests.torture.denyut_run import DenyutRun
from tests.torture.length import either, seed
from tests.torture.publishing import publishing
from tests.torture.settled import assert_exact, settle

KILLS = int(either(4, 10))
CONNECTED = " connected: "


def test_a_broker_that_is_killed_again_and_again_costs_no_reading_and_doubles_none(tmp_path: Path) -> None:
    random = Random(seed())
    with KillableBroker(tmp_path) as broker, DenyutRun(tmp_path, broker.port) as run:
        run.start()
        run.until_subscribed()
        # What the broker took and had not saved is gone with it; a device that must lose nothing says it again.
        with publishing(tmp_path, broker.port, 300, "--repeat", "2", "--clocks") as publisher:
            for kill in range(KILLS):
                time.sleep(random.uniform(0.5, either(1.5, 6)))
                broker.kill()
                time.sleep(random.uniform(0, either(0.5, 3)))
                before = run.log().count(CONNECTED)
                broker.start()
                if kill % 2:
                    # Between the others it may be killed again before anyone is back.
                    run.until_said(CONNECTED, before + 1)
            publisher.finish()
            settle(run, publisher)
        assert_exact(run, publisher)
        assert run.log().count(CONNECTED) > KILLS // 2
