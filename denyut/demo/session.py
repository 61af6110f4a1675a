"""One demo from start to end: broker, `denyut run`, city, live view, and the account at the end."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from rich.console import Console

from config.durations import SECOND_NS, format_duration
from config.language import Language
from config.settings import Settings
from dashboard.live.alert_lines import happening_lines
from dashboard.live.ledger import Ledger
from dashboard.live.plain_lines import plain_lines
from denyut.demo.alert_watch import AlertWatch
from denyut.demo.folding import fold
from denyut.demo.notice_board import NoticeBoard
from denyut.demo.observer import Observer
from denyut.demo.outcome import Outcome, read_sent
from denyut.demo.processes import DemoProcesses
from denyut.demo.script import sentences
from denyut.demo.view import open_view
from ingest.mqtt.events import Happening
from simulators.scenario import Scenario
from simulators.scenario_files import load_scenario

_FRAME_S = 0.5
_PATIENCE_S = 30.0
"""How much longer a demo may last than asked, so that it sees a whole window."""
_DRAIN_S = 10.0
_LAST_LINES = 12
"""Of what happened, as they stand at the end."""


@dataclass(frozen=True)
class Plan:
    city: Path
    settings: Settings
    data_dir: Path
    lasts_ns: int | None = None
    """None: until it is interrupted."""
    devices: int | None = None
    port: int | None = None
    scenario: str | None = "dam-opens"
    """A shipped one, so that there is something to be told of; None: nothing happens."""


def play(plan: Plan, console: Console, language: Language) -> Outcome:
    """Run the demo until it is over, or SIGINT, SIGTERM or SIGHUP comes.

    Raises PortTakenError, and ChildError when one of its programs fails. No program is left running.
    """
    lasts = None if plan.lasts_ns is None else format_duration(plan.lasts_ns)
    processes = DemoProcesses(plan.data_dir, plan.city, plan.devices, plan.port, plan.scenario, lasts)
    with _stop_signals() as stop, processes:
        broker = processes.start_broker()
        starting = language.gettext("{broker} listens at {url}; starting denyut run and the city …")
        console.print(
            starting.format(broker=broker.program, url=broker.url), style="dim", soft_wrap=not console.is_terminal
        )
        with (
            NoticeBoard(plan.settings, broker.port) as board,
            closing(_alert_watch(plan, language, board)) as alerts,
            closing(Observer(plan.data_dir, plan.settings, broker.url, alerts=alerts)) as observer,
        ):
            told = 0
            processes.start_run(lambda: _listens(processes, observer), stop.is_set)
            if not stop.is_set():
                processes.start_city()
                told = _watch(plan, processes, observer, console, language, stop)
            console.print(language.gettext("ending: the city, denyut run, the broker …"), style="dim")
            outcome = _finish(processes, observer)
            final = observer.scene(final=True)
            lines = [*happening_lines(final, told)[-_LAST_LINES:], *plain_lines(final, language, zones=0)]
            lines = fold(lines, console.width if console.is_terminal else None)
            console.out(*lines, sep="\n", highlight=False)
            size = outcome.figures_size if final.figures is None else final.figures.size
            return replace(
                outcome, figures_size=size, scores_ahead=final.scores_from_ns is not None, alerts=final.alerts
            )


def _alert_watch(plan: Plan, language: Language, board: NoticeBoard) -> AlertWatch:
    scenario = Scenario() if plan.scenario is None else load_scenario(plan.scenario)
    script = sentences(scenario, plan.settings, language)
    return AlertWatch(plan.data_dir, plan.settings, language, board, script)


def _listens(processes: DemoProcesses, observer: Observer) -> bool:
    """It has reported, and the broker has confirmed its subscription."""
    subscribed = f":{processes.broker.port} {Happening.SUBSCRIBED}"
    return observer.ledger() is not None and any(subscribed in line for line in processes.run.last_lines(50))


def _watch(
    plan: Plan,
    processes: DemoProcesses,
    observer: Observer,
    console: Console,
    language: Language,
    stop: threading.Event,
) -> int:
    """The number of the last happening that has been told in lines."""
    asked_s = float("inf") if plan.lasts_ns is None else plan.lasts_ns / SECOND_NS
    ends_s = time.monotonic() + asked_s
    whole_ns = time.time_ns() + min(plan.lasts_ns or 0, *(window.size for window in plan.settings.windows.sizes))
    with open_view(console, language) as view:
        while not stop.is_set() and not _over(time.monotonic() - ends_s, whole_ns, processes, observer):
            processes.check()
            view.show(observer.scene())
            stop.wait(_FRAME_S)
    return view.told


def _over(overtime_s: float, whole_ns: int, processes: DemoProcesses, observer: Observer) -> bool:
    """The time asked for has passed, the city has fallen silent, and windows up to `whole_ns` have been stored."""
    if overtime_s < 0:
        return False
    city_runs = processes.simulator is not None and processes.simulator.running
    return overtime_s >= _PATIENCE_S or (not city_runs and (observer.newest_ns("indicator") or 0) >= whole_ns)


def _finish(processes: DemoProcesses, observer: Observer) -> Outcome:
    """Ends the city, lets `denyut run` take in what the broker still holds, then ends that and the broker."""
    processes.stop_city()
    sent = read_sent(processes.simulator.last_lines()) if processes.simulator else None
    deadline = time.monotonic() + _DRAIN_S
    while sent is not None and _received(observer.ledger()) < sent.messages and time.monotonic() < deadline:
        time.sleep(0.1)
    if processes.run.stop() != 0:
        raise processes.run.failure()
    processes.broker.stop()
    windows, indicators, alerts = (
        observer.newest_ns(measurement) is not None for measurement in ("window", "indicator", "alert")
    )
    return Outcome(observer.ledger(), sent, windows, indicators, alert_points=alerts)


def _received(ledger: Ledger | None) -> int:
    return 0 if ledger is None else ledger.received


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """An event that SIGINT, SIGTERM and SIGHUP set, instead of ending the process where it stands."""
    stop = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
