"""`denyut status`: what a run has received and what became of it."""

import json
import sys
from pathlib import Path

import click

from denyut.data_dir import default_data_dir
from denyut.status import read_status

EXAMPLE = """\b
Example:
  denyut status --data-dir denyut-data --json
"""


@click.command(epilog=EXAMPLE)
@click.option("--data-dir", type=click.Path(path_type=Path), help="The data directory of the run.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(data_dir: Path | None, as_json: bool) -> None:
    """Say what the run on a data directory has received and what became of it; also after it has stopped."""
    directory = data_dir or default_data_dir()
    try:
        status = read_status(directory)
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        click.echo(f"denyut: the status in {directory} cannot be read: {error}", err=True)
        sys.exit(1)
    if status is None:
        click.echo(f"denyut: there has been no run on {directory}; start one with: denyut run", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(status))
        return
    width = max(map(len, status))
    for name, value in status.items():
        shown = ", ".join(f"{key} {count}" for key, count in value.items()) if isinstance(value, dict) else value
        click.echo(f"{name:<{width}}  {'-' if shown in (None, '') else shown}")
