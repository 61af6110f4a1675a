"""Alerts that are firing, who answered them, and how soon people answer."""

import msgspec
import pytest

from alerts.acts import Acknowledge, decode, encode
from alerts.assets import Asset
from alerts.book import Alert, Book, Refusal
from alerts.lifecycle import Change

MINUTE = 60 * 10**9
DAY = 24 * 60 * MINUTE
NORTH, SOUTH = Asset("bjn", "north"), Asset("bjn", "south")
POLE = Asset("bjn", "south", "light", "p1")


def alert(asset: Asset = NORTH, minute: int = 0, rule: str = "full") -> Alert:
    return Alert(0, rule, "warning", asset, minute * MINUTE, minute * MINUTE, 0.95, 1.0)


def book(*alerts: Alert) -> Book:
    made = Book()
    for each in alerts:
        made.fire(each)
    return made


def response(of: Book, minute: int) -> dict[str, float]:
    batch = of.response(minute * MINUTE)
    return dict(zip(batch.zone, batch.value.tolist(), strict=True))


def test_each_alert_has_a_number_of_its_own_for_ever() -> None:
    kept = book(alert(NORTH), alert(SOUTH))
    kept.change("full", NORTH, Change.RESOLVED)
    kept.fire(alert(NORTH, 5))
    assert [(each.number, each.asset.zone) for each in kept.alerts] == [(2, "south"), (3, "north")]


def test_an_alert_moves_with_its_device_unless_the_rule_has_one_there() -> None:
    kept = book(alert(POLE), alert(POLE._replace(device="p2")), alert(POLE._replace(zone="north")))
    for each in kept.alerts[:2]:
        kept.move(each, each.asset._replace(zone="north"))
    assert [(each.number, each.asset.zone, each.asset.device) for each in kept.alerts] == [
        *((2, "north", "p2"), (3, "north", "p1"))
    ]
    assert len(kept) == 2


def test_an_alert_is_acknowledged_once_and_goes_on() -> None:
    kept = book(alert())
    answered = kept.acknowledge(1, "ayu", "on my way", 3 * MINUTE)
    assert isinstance(answered, Alert)
    assert (answered.acknowledged_by, answered.acknowledged_ns) == ("ayu", 3 * MINUTE)
    assert kept.acknowledge(1, "budi", "", 4 * MINUTE) is Refusal.ACKNOWLEDGED
    assert kept.acknowledge(2, "budi", "", 4 * MINUTE) is Refusal.UNKNOWN
    assert kept.alerts[0].acknowledged_by == "ayu"


def test_what_has_ended_cannot_be_acknowledged() -> None:
    kept = book(alert())
    kept.change("full", NORTH, Change.WITHDRAWN)
    assert kept.acknowledge(1, "ayu", "", MINUTE) is Refusal.UNKNOWN


def test_a_stale_alert_says_so_until_it_is_heard_again() -> None:
    kept = book(alert())
    kept.change("full", NORTH, Change.STALE)
    assert kept.alerts[0].stale
    kept.change("full", NORTH, Change.HEARD)
    assert not kept.alerts[0].stale


def test_the_response_is_the_median_of_the_minutes_until_an_answer() -> None:
    kept = book(alert(NORTH, 0, "a"), alert(NORTH, 0, "b"), alert(NORTH, 0, "c"), alert(POLE, 10))
    for number, minute in ((1, 2), (2, 4), (3, 9)):
        kept.acknowledge(number, "ayu", "", minute * MINUTE)
    assert response(kept, 30) == {"all": pytest.approx((4 + 9) / 2), "north": 4.0, "south": 20.0}


def test_an_alert_that_ended_unanswered_needed_no_answer() -> None:
    kept = book(alert(NORTH, 0), alert(SOUTH, 0))
    kept.change("full", NORTH, Change.RESOLVED)
    assert response(kept, 5) == {"all": 5.0, "south": 5.0}


def test_what_was_learned_more_than_a_day_ago_counts_no_more() -> None:
    kept = book(alert(NORTH, 0))
    kept.acknowledge(1, "ayu", "", 2 * MINUTE)
    assert kept.response(DAY - 1).value.tolist() == [2.0, 2.0]
    assert kept.response(DAY).zone == []


def test_a_rule_for_the_whole_city_counts_there_once() -> None:
    assert response(book(alert(Asset("bjn", "all"))), 5) == {"all": 5.0}


def test_after_a_restart_everything_is_there() -> None:
    before = book(alert(NORTH), alert(POLE, 1))
    before.acknowledge(1, "ayu", "seen", MINUTE)
    after = Book()
    after.restore(before.describe())
    assert after.alerts == before.alerts
    assert after.describe() == before.describe()
    after.fire(alert(SOUTH))
    assert after.alerts[-1].number == 3


def test_an_act_is_what_it_was_after_the_journal() -> None:
    act = Acknowledge(alert=7, who="ayu", why="on my way")
    assert decode(encode(act)) == act


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"type":"erase","alert":1,"who":"x"}', encode(Acknowledge(alert=1, who=""))]
)
def test_what_is_no_act_is_refused(content: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode(content)
