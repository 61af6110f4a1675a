"""Commands go out while a run is running, and what becomes of them comes back through its journal."""

from collections.abc import Callable, Sequence

from alerts.acts import CommandAnswered, CommandSent, encode
from alerts.actuation.publisher import Publisher
from alerts.record.reading import RecordReader
from denyut.admission import Admission
from denyut.pipeline import Pipeline
from ingest.journal.entries import Act
from ingest.mqtt.options import ConnectionOptions


def publisher_of(
    pipeline: Pipeline, sources: Sequence[ConnectionOptions], admission: Admission, now_ns: Callable[[], int]
) -> Publisher | None:
    """None where nothing can be commanded. To be called on the event loop."""
    actuators = [actuator for actuator in pipeline.settings.actuators if not actuator.dry_run]
    if pipeline.record is None or not actuators:
        return None
    named = {actuator.source or sources[0].name for actuator in actuators}

    async def report(act: CommandSent | CommandAnswered) -> None:
        try:
            await admission.act(Act(encode(act), now_ns()))
        except RuntimeError:
            # The run ends because processing failed, and says so itself.
            if not admission.failed.done():
                raise

    return Publisher(
        [source for source in sources if source.name in named],
        pipeline.record,
        RecordReader(pipeline.record.path),
        pipeline.alerts.commander,
        report,
        now_ns,
    )
