"""What waits at a broker while nobody reads: said in the journal before a message of any source can move the time."""

import asyncio
from pathlib import Path

from config.settings import Settings, Source
from denyut.admission import Admission
from denyut.flow_control import FlowControl
from denyut.pipeline import Pipeline
from denyut.set_aside import SetAside
from ingest.mqtt.connection import Connection
from ingest.mqtt.options import options_of
from tests.denyut.live_batches import started, stopped

NOON_NS = 1_763_812_800 * 10**9


def flow_of(pipeline: Pipeline, settings: Settings, data_dir: Path) -> FlowControl:
    admission = Admission(None, pipeline.intake, SetAside(data_dir))
    connections = {
        source.name: Connection(options_of(source, "test"), lambda batch: None) for source in settings.sources
    }
    return FlowControl(settings, pipeline, admission, connections)


def behind_after(tmp_path: Path, names: tuple[str, ...], stood_still_s: float) -> list[list[str]]:
    """The sources feared to be behind: at the start, after a tick, and after a look so much later."""
    seen: list[list[str]] = []

    async def run() -> None:
        settings = Settings(sources=tuple(Source(name=name) for name in names))
        pipeline = started(settings, tmp_path)
        flow = flow_of(pipeline, settings, tmp_path)
        backlogs = pipeline.processor.state.backlogs
        flow.begin(NOON_NS)
        seen.append(list(backlogs.times))
        pipeline.processor.advance(NOON_NS)
        flow.regulate(NOON_NS)
        seen.append(list(backlogs.times))
        flow._looked_s -= stood_still_s
        flow.regulate(NOON_NS)
        seen.append(list(backlogs.times))
        stopped(pipeline, tmp_path)

    asyncio.run(run())
    return seen


def test_each_of_several_sources_is_feared_to_be_behind_from_the_start_until_the_clock_moves(tmp_path: Path) -> None:
    assert behind_after(tmp_path, ("north", "south"), stood_still_s=0.3) == [["north", "south"], [], []]


def test_a_process_that_stood_still_fears_it_again(tmp_path: Path) -> None:
    assert behind_after(tmp_path, ("north", "south"), stood_still_s=2.1) == [["north", "south"], [], ["north", "south"]]


def test_a_single_source_needs_no_such_entry(tmp_path: Path) -> None:
    assert behind_after(tmp_path, ("mqtt",), stood_still_s=2.1) == [[], [], []]
