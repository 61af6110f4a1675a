"""How much a benchmark does."""

from dataclasses import dataclass

from rich.console import Console


@dataclass(frozen=True, slots=True)
class Plan:
    console: Console
    messages: int = 1_000_000
    pairs: int = 3
    """Interleaved pairs of a measurement against a peer."""
    idle_seconds: float = 60.0
    many_devices: int = 1_000_000
    fleet_devices: int = 1_000_000
    """Simulated ones, each with a reading a second."""
    open_devices: int = 250_000
    """Devices of four quantities, so that a million series are open."""
    memory_rounds: int = 8
    """Reports of each of them, ten seconds apart; eight see the end of a window of 1 min."""
    indicator_minutes: int = 30
    """The first half of them is not counted."""
    indicator_stream_s: float = 65.0
    """Of the clock, so that a window of 1 min closes too."""
    alert_windows: int = 20
    alert_stream_s: float = 30.0
    """How long readings are timed on their way to the webhook, each time."""

    def say(self, line: str) -> None:
        """Progress, apart from the table of figures."""
        self.console.print(line, style="dim", markup=False, highlight=False, soft_wrap=True)


def quick_plan(console: Console) -> Plan:
    """For development: too short for a figure to be quoted."""
    return Plan(
        console,
        messages=100_000,
        pairs=2,
        idle_seconds=10.0,
        many_devices=100_000,
        fleet_devices=100_000,
        open_devices=25_000,
        memory_rounds=2,
        indicator_minutes=6,
        indicator_stream_s=10.0,
        alert_windows=4,
        alert_stream_s=8.0,
    )
