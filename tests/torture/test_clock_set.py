"""Somebody sets the clock of the machine by an hour, forth and back."""

import time
from pathlib import Path

from tests.servers.faketime import SetClock
from tests.servers.mosquitto import mosquitto
from tests.torture.denyut_run import SETTINGS, DenyutRun
from tests.torture.length import either
from tests.torture.publishing import publishing
from tests.torture.settled import assert_exact, settle

PATIENT = SETTINGS.replace('delay = "500ms"', 'delay = "3s"')
"""With time enough that a busy machine makes no reading late."""


def test_a_clock_that_is_set_by_an_hour_and_back_costs_no_reading_and_closes_nothing_early(tmp_path: Path) -> None:
    clock = SetClock(tmp_path)
    with mosquitto(tmp_path) as port, DenyutRun(tmp_path, port, PATIENT, environment=clock.environment) as run:
        run.start()
        run.until_subscribed()
        with publishing(tmp_path, port, 1000) as publisher:
            for seconds in (3600, 0, -3600, 0):
                time.sleep(either(1.5, 20))
                clock.be_off_by(seconds)
            time.sleep(1)
            publisher.finish()
            settle(run, publisher)
        assert_exact(run, publisher)
        assert run.status()["late"] == 0
        assert "was set 3,600 s ahead" in run.log()
        assert "was set 3,600 s back" in run.log()
