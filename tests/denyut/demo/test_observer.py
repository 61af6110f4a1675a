from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from config.settings import City, Device, Settings, StoreSettings, Zone
from dashboard.live.zone_figures import NO_DATA, Figure
from denyut.demo.observer import Observer
from denyut.status import write_status
from storage.open_store import open_store
from storage.points import PointBatch, SeriesTable
from tests.dashboard.live.scenes import END_NS, STATUS

SECOND_NS = 1_000_000_000
SETTINGS = Settings(
    city=City(id="bojonegoro", name="Kabupaten Bojonegoro"),
    zones=(Zone(id="kapas", name="Kapas"),),
    devices=(Device(id="a1", kind="air", zone="kapas"),),
)


@dataclass
class Clocks:
    """Seconds since the demo began, and the wall clock beside them: a window has just ended then."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    def wall_ns(self) -> int:
        return END_NS + 2 * SECOND_NS + round(self.seconds * SECOND_NS)


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def observer(tmp_path: Path, clocks: Clocks) -> Iterator[Observer]:
    watching = Observer(tmp_path, SETTINGS, "mqtt://127.0.0.1:1883", clocks, clocks.wall_ns)
    yield watching
    watching.close()


def store_pm25(directory: Path, value: float, end_ns: int = END_NS) -> None:
    store_indicator(directory, value, end_ns, {"zone": "kapas", "indicator": "pm25", "size": "10s"})


def store_indicator(directory: Path, value: float, end_ns: int, tags: dict[str, str]) -> None:
    table = SeriesTable()
    series = table.index("indicator", {"city": "bojonegoro"} | tags)
    fields = {"value": np.array([value]), "coverage": np.array([0.5])}
    store = open_store(StoreSettings(), directory)
    store.write([PointBatch(table, np.array([series], np.int32), np.array([end_ns]), fields)])
    store.close()


def test_before_the_run_has_made_anything_there_is_nothing_to_show(observer: Observer) -> None:
    scene = observer.scene()
    assert (scene.ledger, scene.rate, scene.figures) == (None, None, None)
    assert observer.newest_ns("indicator") is None


def test_the_rate_is_taken_from_two_reports(observer: Observer, clocks: Clocks, tmp_path: Path) -> None:
    for seconds, received in ((0.0, 100), (2.0, 140)):
        clocks.seconds = seconds
        write_status(tmp_path, {**STATUS, "state": "stopped", "received": received})
        scene = observer.scene()
    assert scene.rate == 20.0
    assert scene.elapsed_s == 2.0


def test_what_the_run_stores_is_shown_within_a_second(observer: Observer, clocks: Clocks, tmp_path: Path) -> None:
    observer.scene()
    store_pm25(tmp_path, 12.5)
    clocks.seconds = 1.0
    figures = observer.scene().figures
    assert figures is not None
    assert figures.zones["kapas"]["pm25"] == Figure(12.5, 0.5)
    assert figures.zones["kapas"]["ispu_indicative"] == NO_DATA
    assert observer.newest_ns("indicator") == END_NS


def test_a_final_scene_looks_into_the_store_at_once(observer: Observer, tmp_path: Path) -> None:
    observer.scene()
    store_pm25(tmp_path, 12.5)
    assert observer.scene().figures is None
    assert observer.scene(final=True).figures is not None


def test_when_windows_stop_coming_no_value_stands_any_longer(
    observer: Observer, clocks: Clocks, tmp_path: Path
) -> None:
    store_pm25(tmp_path, 12.5)
    observer.scene()
    clocks.seconds = 41.0
    figures = observer.scene().figures
    assert figures is not None
    assert figures.zones["kapas"]["pm25"] == NO_DATA
    assert figures.end_ns == END_NS


def test_the_scores_of_the_whole_city_are_shown_and_stand_for_two_steps(
    observer: Observer, clocks: Clocks, tmp_path: Path
) -> None:
    for zone, value in (("all", 76.0), ("kapas", 12.0)):
        store_indicator(tmp_path, value, END_NS, {"zone": zone, "indicator": "score_city", "size": "15m"})
    scores = observer.scene().scores
    assert scores is not None
    assert (scores.size, scores.figures) == ("15m", {"score_city": Figure(76.0, 0.5)})
    clocks.seconds = 1801.0
    assert observer.scene().scores is None


def test_the_first_whole_step_of_the_scores_is_announced_until_it_is_made(
    observer: Observer, clocks: Clocks, tmp_path: Path
) -> None:
    """03:33:22 UTC: the quarter from 03:45 to 04:00 is the first whole one, and is made two seconds after its end."""
    made_ns = 1_784_001_600_000_000_000 + 2 * SECOND_NS
    assert observer.scene().scores_from_ns is None
    write_status(tmp_path, {**STATUS, "state": "stopped"})
    scene = observer.scene()
    assert (scene.scores_from_ns, scene.scores_every) == (made_ns, "15m")
    clocks.seconds = (made_ns - clocks.wall_ns()) / SECOND_NS - 1
    assert observer.scene().scores_from_ns == made_ns
    clocks.seconds += 2
    assert observer.scene().scores_from_ns is None


def test_zones_take_turns_from_the_first_figures_on(observer: Observer, clocks: Clocks, tmp_path: Path) -> None:
    clocks.seconds = 12.0
    observer.scene()
    store_pm25(tmp_path, 12.5)
    clocks.seconds = 14.0
    assert observer.scene().turn_s == 0.0
    clocks.seconds = 21.0
    assert observer.scene().turn_s == 7.0
