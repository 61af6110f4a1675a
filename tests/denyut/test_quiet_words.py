import pytest

from config.duty import Inhibition, Maintenance
from denyut.quiet_words import inhibition_words, maintenance_words


@pytest.mark.parametrize(
    ("inhibition", "words"),
    [
        ({"source": ["flood"], "target": ["full", "busy"]}, "flood hides full, busy of the same zone"),
        ({"source": ["silent"], "equal": ["gateway"]}, "silent hides all others that are heard through its device"),
        ({"source": ["a", "b"], "equal": ["zone", "kind"]}, "a, b hides all others of the same zone and kind"),
    ],
)
def test_an_inhibition_says_what_hides_what(inhibition: dict[str, list[str]], words: str) -> None:
    assert inhibition_words(Inhibition.model_validate({"id": "x", **inhibition})) == words


@pytest.mark.parametrize(
    ("works", "words"),
    [
        (
            {"begin": "2026-03-02T22:00:00", "end": "2026-03-03T04:00:00", "devices": ["p1", "p2"]},
            "devices p1, p2: from 2026-03-02 22:00 to 2026-03-03 04:00",
        ),
        (
            {"hours": {"days": ["mon", "thu"], "begin": "22:00", "end": "02:00", "holidays": "never"}},
            "all alerts: mon, thu 22:00-02:00, not on holidays",
        ),
        (
            {"zones": ["kota"], "kinds": ["noise"], "hours": {"holidays": "only"}},
            "zones kota; kinds noise: each day 00:00-24:00, holidays only",
        ),
    ],
)
def test_planned_works_say_when_and_for_what(works: dict[str, object], words: str) -> None:
    assert maintenance_words(Maintenance.model_validate({"id": "x", **works}, context={"folder": "."})) == words
