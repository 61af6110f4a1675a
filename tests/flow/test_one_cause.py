"""Many alerts of one cause, and storms: one notice where one is enough, and never more than an officer can read."""

from collections import Counter
from datetime import datetime
from typing import Any

from alerts.acts import Acknowledge
from alerts.consequences import Count, Notice, Reason
from config.durations import SECOND_NS
from config.settings import Settings
from config.shipped_rules import with_shipped_rules
from tests.flow.street import PEOPLE, Said, Street

DAY = "2026-03-02T12:00:00"
BINS = [{"id": f"b{number}", "kind": "bin", "zone": f"z{number % 3}", "gateway": "gw"} for number in range(500)]
GATEWAY = {"id": "gw", "kind": "gateway", "zone": "z0"}
SILENT = {"field": "silent_s", "size": "1m", "enter": 100}
RULES = [SILENT | {"id": "silent-bin", "kind": "bin"}, SILENT | {"id": "silent-gateway", "kind": "gateway"}]
HIDES = {"id": "gateway", "source": ["silent-gateway"], "equal": ["gateway"]}
DARK = {"id": "dark", "kind": "lamp", "field": "v_last", "size": "1m", "when": "<", "enter": 10}
ALL = {"gateway/gw": 1.0} | {f"bin/b{number}": 1.0 for number in range(500)}


def bins(**settings: Any) -> Street:
    usual: dict[str, Any] = {"devices": [GATEWAY, *BINS], "rules": RULES, "inhibitions": [HIDES], "restarts": False}
    return Street(DAY, **(usual | settings))


def quiet(street: Street, minutes: int) -> list[Said]:
    return [each for _ in range(minutes) for each in street.minute()]


def test_a_dead_gateway_with_five_hundred_devices_is_one_notice() -> None:
    street = bins()
    assert street.minute(ALL) == []
    assert quiet(street, 10) == [Said("12:03:02", "firing", ("gw",))]
    assert street.desk.active == 501
    assert {why for _, why in street.audited("muted")} == {"inhibition gateway: alert 1, silent-gateway of gw"}
    assert street.minute(ALL) == [Said("12:12:02", "resolved", ("gw",))]
    assert street.desk.active == 0


def test_it_is_one_notice_also_by_one_rule_for_all_kinds() -> None:
    one = SILENT | {"id": "silent"}
    street = bins(rules=[one], inhibitions=[HIDES | {"source": ["silent"]}])
    street.minute(ALL)
    assert quiet(street, 10) == [Said("12:03:02", "firing", ("gw",))]


def test_with_the_rules_that_ship_a_dead_gateway_hides_its_devices() -> None:
    shipped = with_shipped_rules(Settings(shipped_rules=("device-silent",)))
    street = bins(rules=shipped.rules, inhibitions=shipped.inhibitions)
    street.minute(ALL)
    assert [said.devices for said in quiet(street, 20)] == [("gw",)]


def test_a_river_that_rises_through_all_stages_is_told_at_each_and_calls_for_the_gravest_alone() -> None:
    stages = {"siaga_3": 100, "siaga_2": 200, "siaga_1": 300}
    gauge = {"id": "w1", "kind": "water", "zone": "z0", **stages}
    chosen = ("siaga-1", "siaga-2", "siaga-3")
    shipped = with_shipped_rules(Settings(shipped_rules=chosen))
    ladder = [{"id": "plain", "steps": [{"to": ["shift"]}], "repeat": "5m"}]
    offices = [{"id": "dpu", "kinds": ["water"]}]
    street = Street(
        DAY,
        devices=[gauge],
        rules=shipped.rules,
        inhibitions=shipped.inhibitions,
        ladders=ladder,
        offices=offices,
        sources=[{"fields": {"v": "level_cm"}}],
    )
    # Two readings in a row raise the stage, one is enough for Siaga 1.
    told = [each for level in (50, 150, 150, 250, 250, *[350] * 7) for each in street.minute({"water/w1": level})]
    rules = [card.rule for notice in street.notices for card in notice.cards]
    assert [(each.clock, each.reason, rule) for each, rule in zip(told, rules, strict=True)] == [
        ("12:03:02", "firing", "siaga-3"),
        ("12:05:02", "firing", "siaga-2"),
        ("12:06:02", "firing", "siaga-1"),
        ("12:11:02", "escalated", "siaga-1"),
    ]


def test_devices_that_are_silent_when_their_gateway_is_heard_again_are_told_then() -> None:
    street = bins(notification=PEOPLE["notification"] | {"group_interval": "1m"})
    street.minute(ALL)
    quiet(street, 5)
    told = street.minute({"gateway/gw": 1.0})
    assert [(each.reason, len(each.devices)) for each in told] == [
        *[("resolved", 1), ("firing", 20), ("firing", 20), ("firing", 20)]
    ]
    assert sum(len(notice.alerts) for notice in street.notices if notice.reason is Reason.FIRING) == 1 + 500


def test_devices_that_are_known_to_be_silent_a_window_before_their_gateway_are_not_told() -> None:
    early = {"gateway/gw": 1.0} | {f"bin/b{number}": 1.0 for number in range(250, 500)}
    one = SILENT | {"id": "silent"}
    street = bins(rules=[one], inhibitions=[HIDES | {"source": ["silent"]}], restarts=True)
    street.minute(ALL)
    street.minute(early)
    assert quiet(street, 10) == [Said("12:04:02", "firing", ("gw",))]
    assert street.desk.active == 501


def test_a_device_that_is_silent_alone_is_told_a_window_and_a_quarter_later() -> None:
    one = SILENT | {"id": "silent"}
    street = bins(rules=[one], inhibitions=[HIDES | {"source": ["silent"]}])
    heard = {name: 1.0 for name in ALL if name != "bin/b7"}
    street.minute(ALL)
    assert [each for _ in range(5) for each in street.minute(heard)] == [Said("12:04:17", "firing", ("b7",))]


def test_devices_that_are_heard_a_little_after_their_gateway_are_not_told() -> None:
    street = bins(rules=[rule | {"for": "3m"} for rule in RULES])
    street.minute(ALL)
    assert quiet(street, 10) == [Said("12:06:02", "firing", ("gw",))]
    assert street.minute({"gateway/gw": 1.0}) == [Said("12:12:02", "resolved", ("gw",))]
    assert street.desk.active == 500
    assert street.minute(ALL) == []
    assert street.desk.active == 0
    assert quiet(street, 2) == []


def test_devices_that_stay_silent_after_their_gateway_are_told_when_that_has_lasted() -> None:
    street = bins(rules=[rule | {"for": "3m"} for rule in RULES], restarts=True)
    street.minute(ALL)
    quiet(street, 10)
    street.minute({"gateway/gw": 1.0})
    heard = {name: 1.0 for name in ALL if name not in ("bin/b7", "bin/b8")}
    assert [each for _ in range(4) for each in street.minute(heard)] == [
        Said("12:15:02", "firing", ("b7",)),
        Said("12:15:02", "firing", ("b8",)),
    ]


def test_devices_that_fall_silent_before_their_gateway_are_hidden_from_then_on() -> None:
    slow = RULES[1] | {"enter": 200}
    street = bins(rules=[RULES[0], slow], routes=[{"group_by": ["gateway"]}])
    street.minute(ALL)
    assert [(each.clock, len(each.devices)) for each in quiet(street, 6)] == [("12:03:02", 20), ("12:04:02", 1)]
    assert len(street.audited("muted")) == 500


def test_a_gateway_that_nobody_watches_is_one_group_of_its_devices() -> None:
    street = bins(rules=RULES[:1], inhibitions=[], routes=[{"group_by": ["gateway"]}])
    street.minute(ALL)
    (said,) = quiet(street, 5)
    assert (said.clock, said.reason, len(said.devices)) == ("12:03:02", "firing", 20)
    assert len(street.notices[0].alerts) == 500


def test_a_fault_of_the_power_is_one_group_whatever_rules_see_it() -> None:
    dark = DARK | {"cause": "power"}
    dim = dark | {"id": "dim", "enter": 50}
    street = Street(DAY, rules=[dark, dim], routes=[{"group_by": ["cause", "city"]}])
    assert street.minute(l1=5, l2=30) == [Said("12:01:02", "firing", ("l1", "l1", "l2"))]


def test_alerts_that_join_a_group_are_told_together_a_minute_apart() -> None:
    street = Street(DAY, rules=[DARK], notification=PEOPLE["notification"] | {"group_interval": "2m"})
    assert street.minute(l1=5) == [Said("12:01:02", "firing", ("l1",))]
    assert street.minute(l1=5, l2=5) == []
    assert street.minute(l1=5, l2=5, l3=5) == [Said("12:03:02", "firing", ("l2", "l3"))]
    assert street.minute(l1=5, l2=5, l3=5, l4=5) == []
    # It is over before the others of its group are told.
    assert street.minute(l1=5, l2=5, l3=5, l4=50) == []
    assert (4, "it was over before it was told") in street.audited("not told")


BOTH = [{"id": "both", "steps": [{"to": ["office"]}]}]
"""A ladder by which all of an office are told at once."""


def clock_of(street: Street, notice: Notice) -> str:
    return datetime.fromtimestamp(notice.at_ns // SECOND_NS, street.zone).strftime("%H:%M:%S")


def storm(lamps: int, zones: int, **settings: Any) -> Street:
    """So many lamps in so many zones."""
    registered = [{"id": f"l{number}", "kind": "lamp", "zone": f"z{number % zones}"} for number in range(lamps)]
    rule = DARK | {"stale_after": "1d"}
    usual: dict[str, Any] = {"devices": registered, "rules": [rule], "restarts": False}
    return Street(DAY, **(usual | settings))


def test_a_storm_of_ten_thousand_alerts_gives_each_officer_a_budget_and_digests() -> None:
    """Ten times a thousand lamps go out, three minutes apart, each thousand in all zones."""
    street = storm(10_000, 1000, notification=PEOPLE["notification"] | {"ladders": {"warning": "both"}}, ladders=BOTH)
    for wave in range(10):
        street.minute({f"lamp/l{number}": 5.0 for number in range(wave * 1000, (wave + 1) * 1000)})
        quiet(street, 2)
    quiet(street, 15)
    for officer in ("ayu", "budi"):
        own = [notice for notice in street.notices if notice.officer == officer]
        assert Counter(notice.reason.value for notice in own) == {"firing": 20, "digest": 2}
        assert sorted(number for notice in own for number in notice.alerts) == list(range(1, 10_001))
        assert [clock_of(street, notice) for notice in own if notice.reason is Reason.DIGEST] == [
            "12:16:02",
            "12:34:02",
        ]
    digest = next(notice for notice in street.notices if notice.reason is Reason.DIGEST)
    assert (len(digest.alerts), len(digest.cards), len(digest.counts)) == (5980, 20, 50)
    assert digest.counts[0] == Count(Reason.FIRING, "dark", "z100", 6)


def test_the_budget_of_what_is_grave_is_left_alone_by_what_is_not() -> None:
    flood = DARK | {"id": "flood", "kind": "pump", "severity": "critical"}
    street = storm(100, 100, rules=[DARK, flood])
    street.minute({f"lamp/l{number}": 5.0 for number in range(100)})
    assert len(street.notices) == 20
    assert street.minute({"pump/p1": 1.0}) == [Said("12:02:02", "firing", ("p1",))]


def test_a_storm_that_is_over_before_its_digest_is_told_with_its_end() -> None:
    street = storm(100, 100)
    street.minute({f"lamp/l{number}": 5.0 for number in range(100)})
    street.minute({f"lamp/l{number}": 50.0 for number in range(100)})
    assert len(street.notices) == 20
    told = [each for _ in range(20) for each in street.minute()]
    assert [(each.clock, each.reason) for each in told] == [("12:16:02", "digest")]
    digest = street.notices[-1]
    assert Counter(count.reason.value for count in digest.counts)["firing"] > 0
    assert sorted({number for notice in street.notices for number in notice.alerts}) == list(range(1, 101))


def test_a_storm_survives_a_restart_at_every_moment() -> None:
    street = storm(300, 100, restarts=True)
    street.minute({f"lamp/l{number}": 5.0 for number in range(200)})
    street.minute({f"lamp/l{number}": 5.0 for number in range(100, 300)})
    street.act(Acknowledge(who="ayu", alert=7))
    for _ in range(20):
        street.minute()
    told = Counter(notice.reason.value for notice in street.notices)
    assert (told["firing"], told["digest"]) == (20, 1)
