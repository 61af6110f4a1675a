from pathlib import Path

import pytest
from click.testing import CliRunner

from denyut.cli import main


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "null", '"stopped"', '{"pid": 1}', "[" * 100_000),
        *('{"state": "running", "pid": "x"}', '{"state": "running", "pid": 99999999999999999999}'),
    ],
)
def test_a_damaged_status_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "status.json").write_text(content)
    result = CliRunner().invoke(main, ["status", "--data-dir", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"the status in {tmp_path} cannot be read" in result.stderr
    assert len(result.stderr.splitlines()) == 1
