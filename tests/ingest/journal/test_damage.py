import logging
from pathlib import Path

import pytest

from ingest.journal.damage import Damage, log_damage


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (Damage(Path("j/5.db"), "no space", 7, 9), "j/5.db: entries 7 to 9 lost: no space"),
        (Damage(Path("j/5.db"), "no space", 7, 7), "j/5.db: entry 7 lost: no space"),
        (Damage(Path("j/5.db"), "no space", 7), "j/5.db: entries from 7 on lost: no space"),
        (Damage(Path("j/5.db"), "no space"), "j/5.db: no space; all of its entries could still be read"),
    ],
)
def test_damage_is_said_in_one_sentence_with_its_place(damage: Damage, sentence: str) -> None:
    assert str(damage) == sentence


def test_damage_is_logged_where_nobody_asks_for_it(caplog: pytest.LogCaptureFixture) -> None:
    log_damage(Damage(Path("5.db"), "no space", 7, 9))
    assert caplog.record_tuples == [
        ("denyut.journal", logging.WARNING, "journal damaged: 5.db: entries 7 to 9 lost: no space")
    ]
