"""A backlog from a real broker, through the decoder, into the windows that its event times name."""

import asyncio
import time
from pathlib import Path

from config.default_kinds import effective_kinds
from config.settings import Settings
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from processors.outcomes import Outcome
from processors.processor import Processor
from tests.servers.listening import Recorder, listening, send, source
from tests.servers.mosquitto import mosquitto

MINUTE_S = 60
MINUTE_NS = MINUTE_S * 10**9


class City:
    """Takes batches as a run does: the clock moves the time only while the connection is not behind."""

    def __init__(self) -> None:
        settings = Settings.model_validate({"windows": {"sizes": [{"size": "1m"}], "lateness": "0s"}})
        devices, kinds = DeviceTable(), effective_kinds(settings)
        self.decoder = SourceDecoder(settings.sources[0], "c", devices, kinds)
        self.processor = Processor(settings.windows, kinds, devices)
        self.outcomes: list[Outcome] = []
        self.counts: dict[int, float] = {}
        self._taken = 0

    async def follow(self, recorder: Recorder) -> None:
        """Until the connection is not behind any more."""
        behind = True
        while behind:
            await asyncio.sleep(0.01)
            behind = recorder.connection.behind
            for batch in recorder.batches[self._taken :]:
                for readings in self.decoder.decode(batch).readings:
                    self.outcomes += map(Outcome, self.processor.process(readings).tolist())
                self._close(None)
            self._taken = len(recorder.batches)
        self._close(time.time_ns())

    def _close(self, received_ns: int | None) -> None:
        for window in self.processor.advance(received_ns).windows:
            if "no2_count" in window.changed.fields:
                self.counts[window.changed.end_ns] = float(window.changed.fields["no2_count"].sum())


def test_half_an_hour_that_nobody_read_falls_into_its_windows_and_nothing_is_late(tmp_path: Path) -> None:
    begin_s = (int(time.time()) // MINUTE_S - 31) * MINUTE_S
    air = [(f"city/c/air/a{second % 5}", f'{{"ts":{begin_s + second},"no2":1}}') for second in range(1800)]
    untimed = [(f"city/c/parking/p{number}", '{"occupied":1}') for number in range(1800)]
    city = City()
    city.processor.state.watermark_ns = begin_s * 10**9

    async def scene(port: int) -> None:
        async with listening(source(port)):
            pass
        await send(port, *[each for pair in zip(air, untimed, strict=True) for each in pair])
        async with listening(source(port), subscribed=False) as recorder:
            await city.follow(recorder)

    with mosquitto(tmp_path) as port:
        asyncio.run(scene(port))
    assert city.outcomes == [Outcome.ACCEPTED] * 3600
    assert [city.counts[begin_s * 10**9 + minute * MINUTE_NS] for minute in range(1, 31)] == [60.0] * 30
