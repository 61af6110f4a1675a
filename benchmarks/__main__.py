"""`python -m benchmarks [NAME]...`: run the benchmarks, print the figures, write them as JSON."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rich.console import Console

from benchmarks import alerts, capacity, durability, encoding, generation, growth, idle, indicators, kernels, live, load
from benchmarks.figures import Figure, Skipped, print_figures, write_figures
from benchmarks.machine import Company, machine_facts
from benchmarks.plan import Plan, quick_plan
from benchmarks.processes import BenchmarkError

BENCHMARKS: dict[str, Callable[[Plan], Iterator[Figure | Skipped]]] = {
    "capacity": capacity.measure,
    "live": live.measure,
    "load": load.measure,
    "kernels": kernels.measure,
    "encoding": encoding.measure,
    "indicators": indicators.measure,
    "alerts": alerts.measure,
    "growth": growth.measure,
    "generation": generation.measure,
    "durability": durability.measure,
    "idle": idle.measure,
}
RESULTS = Path(__file__).parent / "results" / "latest.json"


@click.command(epilog="Example: python -m benchmarks --quick kernels encoding")
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--quick", is_flag=True, help="A tenth of the work, for development; not for figures to be quoted.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=RESULTS, show_default=True)
def main(names: tuple[str, ...], quick: bool, output: Path) -> None:
    """Measure Denyut against its peers on the same work; all of NAMES, or every benchmark."""
    # An ordinary exit ends the children of whatever is running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console(stderr=True)
    plan = quick_plan(console) if quick else Plan(console)
    others: dict[str, float] = {}
    machine = machine_facts() | {"quick": quick, "share_used_by_others": others}
    figures: list[Figure] = []
    skipped: list[Skipped] = []
    try:
        for name in names or BENCHMARKS:
            company = Company()
            for result in BENCHMARKS[name](plan):
                if isinstance(result, Skipped):
                    skipped.append(result)
                else:
                    figures.append(result)
            others[name] = round(company.share(), 3)
            plan.say(f"{name}: others used {others[name]:.0%} of the machine meanwhile")
    except BenchmarkError as error:
        console.print(f"benchmark failed: {error}", style="red", markup=False)
        sys.exit(1)
    finally:
        print_figures(Console(width=None if sys.stdout.isatty() else 130), figures, skipped)
        write_figures(output, machine, figures, skipped)


if __name__ == "__main__":
    main()
