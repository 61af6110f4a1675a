"""Alerts of a recording as times from when to when, and what labels say of them."""

from alerts.assets import Asset
from alerts.engine import AlertEvent
from alerts.episodes import Agreement, Episodes, Label, agreement
from alerts.lifecycle import Change
from config.alert_rules import Rule

MINUTE = 60 * 10**9
RULE = Rule(id="siaga", indicator="water_siaga", size="1m", when="<=", enter=3)
GATE, WEIR = Asset("jkt", "manggarai"), Asset("jkt", "katulampa")


def episodes(*events: tuple[Asset, Change, int]) -> Episodes:
    """Of (asset, change, minute)."""
    told = Episodes()
    told.take(AlertEvent(RULE, asset, change, minute * MINUTE, 0, 3.0, 1.0) for asset, change, minute in events)
    return told


def spans(told: Episodes) -> list[tuple[str, int, int | None]]:
    return [
        (each.asset.zone, each.fired_ns // MINUTE, None if each.ended_ns is None else each.ended_ns // MINUTE)
        for each in told.of(RULE)
    ]


def test_each_alert_lasts_from_its_firing_to_its_end() -> None:
    told = episodes(
        (GATE, Change.PENDING, 1),
        (GATE, Change.FIRING, 2),
        (WEIR, Change.FIRING, 3),
        (GATE, Change.STALE, 4),
        (GATE, Change.RESOLVED, 5),
        (GATE, Change.FIRING, 8),
    )
    assert spans(told) == [("manggarai", 2, 5), ("katulampa", 3, None), ("manggarai", 8, None)]


def test_what_was_withdrawn_did_not_happen() -> None:
    assert spans(episodes((GATE, Change.FIRING, 2), (GATE, Change.WITHDRAWN, 2))) == []


def test_labels_say_how_many_alerts_were_right_how_many_came_and_how_late() -> None:
    told = episodes(
        *((GATE, Change.FIRING, 10), (GATE, Change.RESOLVED, 20)),
        *((GATE, Change.FIRING, 40), (GATE, Change.RESOLVED, 41)),
        *((WEIR, Change.FIRING, 62), (WEIR, Change.RESOLVED, 70)),
    )
    labels = [Label(8 * MINUTE, 12 * MINUTE), Label(60 * MINUTE, 65 * MINUTE), Label(90 * MINUTE, 95 * MINUTE)]
    assert agreement(told.of(RULE), labels) == Agreement(2 / 3, 2 / 3, 120.0)


def test_a_label_may_mean_one_zone_only() -> None:
    told = episodes((GATE, Change.FIRING, 10), (GATE, Change.RESOLVED, 20))
    assert agreement(told.of(RULE), [Label(0, 30 * MINUTE, zone="katulampa")]) == Agreement(0.0, 0.0, None)
    assert agreement(told.of(RULE), [Label(0, 30 * MINUTE, zone="manggarai")]).recall == 1.0


def test_without_alerts_or_labels_there_is_no_share() -> None:
    assert agreement([], [Label(0, MINUTE)]) == Agreement(None, 0.0, None)
    assert agreement(episodes((GATE, Change.FIRING, 1)).of(RULE), []) == Agreement(0.0, None, None)
