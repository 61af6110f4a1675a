"""One journal gives the same points, byte for byte, however often its processing is killed."""

import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random

from tests.servers.free_ports import free_port
from tests.servers.mosquitto import mosquitto
from tests.torture.denyut_run import KEEPS_ALL, SIZES_MS, DenyutRun
from tests.torture.length import either, seed
from tests.torture.moments import Moment, moments
from tests.torture.publishing import publishing
from tests.torture.settled import settle

KILLS = int(either(4, 20))
RATE = either(2_000, 10_000)
WHILE_IT_IS_READ = ("journal segments", "outbox", "write to the store")
"""What changes before the first new message."""
FROM_THE_BEGINNING = KEEPS_ALL.replace('every = "1s"', 'every = "1h"')
"""Each start reads the whole journal, and puts out again what is stored already."""


def points_until(run: DenyutRun, until: str) -> list[str]:
    points = [line for measurement in ("window", "indicator") for line in run.points(measurement, "--to", until)]
    assert len(points) > 100
    return sorted(points)


def record(run: DenyutRun, port: int, random: Random) -> str:
    """Fill its journal, which is killed once itself; returns the time up to which its windows have closed."""
    run.start()
    run.until_subscribed()
    with publishing(run.directory, port, RATE) as publisher:
        time.sleep(random.uniform(1, either(4, 30)))
        run.kill()
        run.start()
        time.sleep(random.uniform(1, either(4, 30)))
        publisher.finish()
        closed_s = time.time() + max(SIZES_MS.values()) / 1000
        settle(run, publisher)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(closed_s + 1))


def replay(directory: Path, journal: Path, until: str, kills: Iterable[Moment] = ()) -> list[str]:
    """The points of a run that finds nothing but the journal, and no broker."""
    directory.mkdir()
    with DenyutRun(directory, free_port(), FROM_THE_BEGINNING) as run:
        shutil.copytree(journal, run.data_dir / "journal")
        run.start()
        for moment in kills:
            print(f"start {run.starts} killed: {moment.wait(run.data_dir)}")
            run.kill()
            run.start()
        run.until(lambda status: (status["watermark"] or "") > until.removesuffix("Z"), f"a watermark beyond {until}")
        run.until(lambda status: not status["points_pending"], "the end of what waits for the store")
        run.stop()
        return points_until(run, until)


def test_the_points_of_a_journal_are_the_same_however_often_its_processing_is_killed(tmp_path: Path) -> None:
    random = Random(seed())
    with mosquitto(tmp_path) as port, DenyutRun(tmp_path, port, KEEPS_ALL) as run:
        until = record(run, port, random)
        points = points_until(run, until)
    journal = run.data_dir / "journal"
    assert replay(tmp_path / "uninterrupted", journal, until) == points
    kills = moments(random, KILLS, longest_s=either(1.5, 4), aims=WHILE_IT_IS_READ)
    assert replay(tmp_path / "killed", journal, until, kills) == points
