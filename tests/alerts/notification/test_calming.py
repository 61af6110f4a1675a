"""What came and went again and again, and is over: who was told that it flaps learns that it is calm, once."""

from typing import Any

from alerts.acts import Silence
from config.duty import Flapping, Notification
from tests.alerts.notification.test_dispatcher import HOUR
from tests.alerts.watched import MINUTE, Watched, city

FLAPPING = Flapping(changes=4, within=HOUR)
FULL_AND_NOT = (0.97, 0.5)


def flapping(**other: Any) -> Watched:
    """Two beginnings and ends from 07:30 on, and one more of each."""
    settings = {"group_interval": 0, "flapping": FLAPPING, **other}
    watched = Watched(city(notification=Notification.model_validate(settings)))
    for minute in range(30, 36):
        watched.park(f"07:{minute}", kota=FULL_AND_NOT[minute % 2])
    return watched


TOLD = ["07:30 firing ayu 1", "07:31 resolved ayu 1", "07:32 firing ayu 2", "07:33 flapping ayu 2"]


def test_who_was_told_that_it_flaps_is_told_when_it_is_calm_and_over() -> None:
    watched = flapping()
    watched.wait_until("12:00")
    assert watched.told == [*TOLD, "08:34 calm ayu 3"]
    (card,) = watched.notices[-1].cards
    assert card.ended_ns - card.fired_ns == MINUTE
    assert watched.log("calm") == ["08:34 calm"]


def test_what_fires_when_it_is_calm_is_told_as_any_other() -> None:
    watched = flapping()
    watched.park("07:36", kota=0.97)
    watched.wait_until("08:44")
    assert watched.told == [*TOLD, "08:35 firing ayu 4"]


def test_in_a_silence_nobody_is_told_that_it_is_calm() -> None:
    watched = flapping()
    watched.do("08:00", Silence(who="ayu", for_ns=HOUR, zones=("kota",)))
    watched.wait_until("08:50")
    assert watched.told == TOLD
    assert watched.log("not told")[-1] == "08:34 not told calm: silence 1"


def test_where_no_end_is_told_nobody_is_told_that_it_is_calm() -> None:
    watched = flapping(tell_resolved=False)
    watched.wait_until("12:00")
    assert [line.split()[1] for line in watched.told] == ["firing", "firing", "flapping"]


def test_a_restart_meanwhile_changes_nothing() -> None:
    watched = flapping()
    watched.restart()
    watched.wait_until("12:00")
    assert watched.told == [*TOLD, "08:34 calm ayu 3"]
