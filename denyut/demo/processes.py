"""The three programs of the demo, started in order and ended in the opposite one."""

import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from config.language import N_
from denyut.children import Child, start_child
from denyut.local_broker import LocalBroker, find_mosquitto, start_broker

_DENYUT = (sys.executable, "-m", "denyut")
_READY_TIMEOUT_S = 30.0
_POLL_S = 0.1
_WITHOUT_END = "3650d"


@dataclass
class DemoProcesses:
    """A broker, `denyut run` and the simulated city. Leaving the block ends whatever still runs, in order."""

    data_dir: Path
    city: Path
    """Configuration file of the city."""
    devices: int | None = None
    """None: those of the city."""
    port: int | None = None
    """None: a free one."""
    scenario: str | None = None
    """What befalls the city; None: nothing."""
    lasts: str | None = None
    """How long the simulated city reports, such as "20s"; None: until it is asked to stop."""
    simulator: Child | None = field(default=None, init=False)
    _stack: ExitStack = field(default_factory=ExitStack, init=False)
    _children: list[Child] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    def start_broker(self) -> LocalBroker:
        """Raises PortTakenError, and ChildError when the broker does not come up."""
        self.broker = start_broker(self.data_dir / "broker", self.port, find_mosquitto())
        self._stack.callback(self.broker.stop)
        self._children.append(self.broker.child)
        return self.broker

    def start_run(self, ready: Callable[[], bool], given_up: Callable[[], bool]) -> None:
        """Start `denyut run` and wait until it is `ready`, so that the city's first message finds it listening."""
        command: list[str | Path] = [
            *_DENYUT,
            "run",
            "--config",
            self.city,
            "--broker",
            self.broker.url,
            "--data-dir",
            self.data_dir,
        ]
        self.run = self._start("denyut run", command)
        self._stack.callback(self.run.stop)
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while not ready() and not given_up():
            self.check()
            if time.monotonic() > deadline:
                raise self.run.failure()
            time.sleep(_POLL_S)

    def start_city(self) -> None:
        command: list[str | Path] = [
            *_DENYUT,
            "simulate",
            "--config",
            self.city,
            "--broker",
            self.broker.url,
            "--qos",
            "1",
        ]
        command += ["--devices", str(self.devices)] if self.devices else []
        command += ["--scenario", self.scenario] if self.scenario else []
        # A scenario would end the city together with itself.
        command += ["--for", self.lasts or _WITHOUT_END]
        self.simulator = self._start(N_("the simulated city"), command)
        self._stack.callback(self.stop_city)

    def stop_city(self) -> None:
        if self.simulator is not None:
            self.simulator.stop(signal.SIGINT)

    def _start(self, name: str, command: list[str | Path]) -> Child:
        child = start_child(name, command, self.logs / f"{name.split()[-1]}.log")
        self._children.append(child)
        return child

    def check(self) -> None:
        """Raises ChildError when a program has ended before its time; only a city that was told how long may end."""
        for child in self._children:
            done = child is self.simulator and self.lasts is not None and child.process.poll() == 0
            if not child.running and not done:
                raise child.failure()
