from pathlib import Path

from ingest.reasons import Reason

LEDGER = (Path(__file__).parents[2] / "docs" / "concepts.md").read_text().split("## The ledger")[1].split("\n## ")[0]


def test_every_reason_is_explained_where_people_look() -> None:
    assert [reason.value for reason in Reason if f"`{reason}`" not in LEDGER] == []
