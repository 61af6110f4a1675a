import shlex
import subprocess

import pytest

from denyut.demo.folding import fold, fold_command

COMMAND = ["denyut query indicator", "--where zone=all", "--where size=1m", "--data-dir '/tmp/a demo'"]


def test_a_long_line_is_broken_at_blanks_and_goes_on_further_in() -> None:
    assert fold(["    Arus 1.382 (100%) kend/jam, Siaga 4"], 26) == ["    Arus 1.382 (100%)", "      kend/jam, Siaga 4"]


def test_a_path_is_never_broken_however_long() -> None:
    assert fold(["Data in denyut-data/demo-of-today."], 12) == ["Data in", "  denyut-data/demo-of-today."]


def test_without_a_width_every_line_is_as_long_as_it_comes() -> None:
    assert fold(["  a " * 100], None) == ["  a " * 100]
    assert fold_command(COMMAND, None) == [f"  {' '.join(COMMAND)}"]


@pytest.mark.parametrize("width", [30, 50, 80, 120])
def test_a_command_is_broken_before_options_only_and_a_shell_reads_it_whole(width: int) -> None:
    lines = fold_command(COMMAND, width)
    assert max(map(len, lines)) <= max(width, 2 + len(COMMAND[3]) + 2)
    assert all(line.endswith(" \\") for line in lines[:-1])
    script = "printf '%s\\n' " + "\n".join(lines)
    words = subprocess.run(["/bin/sh"], input=script, capture_output=True, text=True, check=True)
    assert words.stdout.splitlines() == shlex.split(" ".join(COMMAND))
