"""The command line: each command is a file of its own, imported only when it is asked for."""

from importlib import import_module

import click

COMMANDS = {
    "backtest": "Say when rules of alerts would have fired.",
    "check": "Check a configuration file; say every mistake at once.",
    "dead-letters": "Look at what could not be taken in; take it in again.",
    "demo": "Start a broker, a simulated city and Denyut, and watch.",
    "notices": "Say who was told of which alert, and when.",
    "query": "Print stored points as a table, CSV or JSON.",
    "replay": "Process recorded files, or a run's journal, as live.",
    "run": "Take readings from the broker until stopped.",
    "score": "Compare a run with the truth of a simulation.",
    "simulate": "Publish the readings of a simulated city.",
    "status": "Say what a run has received and what became of it.",
}


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"denyut.commands.{cmd_name.replace('-', '_')}").command
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="denyut", message="%(prog)s %(version)s")
def main() -> None:
    """Denyut: the telemetry backend a city runs beside its MQTT broker.

    Every command has --help with an example. Exit status: 0 done, 1 failed, 2 wrong use or wrong configuration.
    """
