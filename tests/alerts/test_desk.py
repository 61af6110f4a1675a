"""The desk that is restarted anywhere tells people what it would have told them, and a storm stays bounded."""

import re
from collections import Counter
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.acts import Acknowledge, Act, Assign, Close, Comment, EndSilence, Silence, Snooze, encode
from alerts.consequences import Reason
from alerts.desk import Alerts
from config.actuators import Actuator, Command, Order
from config.alert_rules import Rule
from config.calendar import Hours
from config.channels import Channel
from config.duty import (
    Budget,
    Contact,
    Flapping,
    Inhibition,
    Ladder,
    Maintenance,
    Notification,
    Route,
    Shift,
    Step,
)
from ingest.devices import DeviceTable
from processors.processor import Output
from tests.alerts.figures.windows import closed, output
from tests.alerts.watched import MINUTE, SECOND, Watched, at, city, figures, officer

RULES = (
    Rule(id="full", indicator="parking_occupancy", size="1m", enter=0.9, exit=0.5, severity="critical"),
    Rule(id="busy", indicator="parking_occupancy", size="1m", enter=0.7, stale_after=2 * MINUTE),
)
DENSE = city(
    rules=RULES,
    officers=(officer("ayu"), officer("budi", language="en"), officer("citra", contacts=())),
    shifts=(
        Shift(id="early", office="dishub", officers=("ayu",), hours=Hours(end=8 * 60 * MINUTE)),
        Shift(id="late", office="dishub", officers=("budi",), hours=Hours(begin=8 * 60 * MINUTE)),
    ),
    ladders=(
        Ladder(
            id="l",
            steps=(Step(to=("shift",)), Step(after=2 * MINUTE, to=("office", "channel:portal"))),
            repeat=3 * MINUTE,
        ),
    ),
    routes=(Route(id="r", ladder="l", group_by=("rule",)),),
    channels=(Channel(id="wall", kind="mqtt"), Channel(id="portal", kind="webhook")),
    inhibitions=(Inhibition(id="i", source=("full",), target=("busy",), equal=("zone",)),),
    maintenance=(Maintenance(id="m", zones=("z2",), hours=Hours(begin=473 * MINUTE, end=477 * MINUTE)),),
    notification=Notification(
        group_interval=MINUTE,
        flapping=Flapping(changes=3, within=6 * MINUTE),
        budget=Budget(notices=2, within=5 * MINUTE, digest_every=3 * MINUTE),
    ),
)
"""Everything comes within minutes: shifts change, groups gather, budgets are spent, planned works begin."""
WHO, NUMBER = st.sampled_from(["ayu", "budi"]), st.integers(1, 5)
FOR_NS = st.sampled_from([MINUTE, 4 * MINUTE])
ACTS = st.one_of(
    st.builds(Acknowledge, alert=NUMBER, who=WHO),
    st.builds(Assign, alert=NUMBER, who=WHO, to=WHO),
    st.builds(Comment, alert=NUMBER, who=WHO),
    st.builds(Snooze, alert=NUMBER, who=WHO, for_ns=FOR_NS),
    st.builds(Close, alert=NUMBER, who=WHO),
    st.builds(Silence, who=WHO, for_ns=FOR_NS, zones=st.sampled_from([(), ("z1",)])),
    st.builds(EndSilence, silence=st.integers(1, 2), who=WHO),
)
OCCUPANCY = st.lists(st.sampled_from([0.2, 0.6, 0.8, 0.95]), min_size=1, max_size=3)
STEPS = st.lists(
    st.tuples(
        st.one_of(OCCUPANCY, OCCUPANCY, ACTS, st.none()), st.sampled_from([-20, 0, 10, 30, 60, 120]), st.booleans()
    ),
    min_size=5,
    max_size=40,
)


def lived(steps: list[tuple[Any, int, bool]], *, restarts: bool) -> tuple[list[str], bytes]:
    """All that followed, and what is remembered at the end."""
    desk, now_ns, minute, followed = Alerts(DENSE, DeviceTable()), at("07:50"), at("07:50"), []
    for what, seconds, then in steps:
        now_ns += seconds * SECOND
        if what is None:
            brought = desk.advance(now_ns)
        elif isinstance(what, list):
            minute += MINUTE
            brought = desk.observe(figures(minute, {f"z{number}": value for number, value in enumerate(what)}), now_ns)
        else:
            brought = desk.act(encode(what), now_ns).consequences
        followed.append(repr([brought.events, brought.entries, brought.notices]))
        if restarts and then:
            saved = desk.dump()
            desk = Alerts(DENSE, DeviceTable())
            desk.load(saved)
            assert desk.dump() == saved
    return followed, desk.dump()


# What flaps fires on while it is remembered what was told of it, and becomes stale.
@example(
    [
        (values, -20, number == 2)
        for number, values in enumerate([[0.2, 0.2, 0.8], [0.2] * 3, [0.2, 0.2, 0.8], [0.2], [0.2]])
    ]
)
@given(steps=STEPS)
def test_a_desk_that_is_restarted_anywhere_tells_what_it_would_have_told(steps: list[tuple[Any, int, bool]]) -> None:
    assert lived(steps, restarts=True) == lived(steps, restarts=False)


def long_life(seed: int) -> list[tuple[Any, int, bool]]:
    """Some hours in which much happens, and most of it to alerts that are open."""
    draw = Random(seed)

    def act() -> Act:
        who, number, for_ns = draw.choice(["ayu", "budi"]), draw.randrange(1, 20), draw.choice([MINUTE, 4 * MINUTE])
        acts: list[Act] = [
            Acknowledge(alert=number, who=who),
            Assign(alert=number, who=who, to="ayu"),
            Snooze(alert=number, who=who, for_ns=for_ns),
            Silence(who=who, for_ns=for_ns, zones=("z1",)),
        ]
        # Rarely: what is closed and still holds fires by a new number, and soon all numbers drawn here are of the past.
        return Close(alert=number, who=who) if draw.random() < 0.05 else draw.choice(acts)

    def step() -> Any:
        changing = [draw.choice([0.2, 0.8, 0.95, 0.95, float("nan")]) for _ in range(6)]
        values = [0.95, 0.8, *changing]
        return draw.choice([values, values, act(), act(), None])

    return [(step(), draw.choice([0, 20, 60, 60, 60]), draw.random() < 0.3) for _ in range(250)]


def test_in_long_lives_everything_happens_and_restarts_change_nothing() -> None:
    reasons, kinds = Counter[str](), Counter[str]()
    for seed in range(3):
        followed, state = lived(long_life(seed), restarts=False)
        assert lived(long_life(seed), restarts=True) == (followed, state)
        text = "".join(followed)
        reasons.update(re.findall(r"reason=<Reason\.(\w+)", text))
        kinds.update(re.findall(r"what='([\w ]+)'", text))
    others = {Reason.COMMAND_FAILED, Reason.WITHDRAWN}
    assert min(reasons[reason.name] for reason in Reason if reason not in others) > 1, reasons
    entries = ("told", "told in a digest", "not told", "muted", "unmuted", "snooze over", "refused")
    assert min(kinds[what] for what in entries) > 3, kinds


@given(steps=STEPS)
def test_after_a_look_at_the_clock_nothing_is_due_before_it(steps: list[tuple[Any, int, bool]]) -> None:
    """Else a run would look at the clock for ever, and write each look into its journal."""
    desk, now_ns = Alerts(DENSE, DeviceTable()), at("07:50")
    for number, (what, seconds, _) in enumerate(steps):
        now_ns += abs(seconds) * SECOND
        if isinstance(what, list):
            values = {f"z{zone}": value for zone, value in enumerate(what)}
            desk.observe(figures(at("07:50") + number * MINUTE, values), now_ns)
        elif what is not None:
            desk.act(encode(what), now_ns)
        desk.advance(now_ns)
        due_ns = desk.next_due_ns
        assert due_ns is None or due_ns > now_ns


def test_a_storm_of_ten_thousand_zones_is_a_handful_of_notices() -> None:
    watched = Watched(city(routes=(Route(id="r", group_by=("rule",)),), notification=Notification()))
    watched.park("07:30", "", **{f"z{number}": 0.97 for number in range(10_000)})
    watched.wait_until("12:00")
    assert watched.told[0].startswith("07:30 firing ayu 1 2 3 ")
    assert [len(notice.alerts) for notice in watched.notices] == [10_000] * 5
    assert all(len(notice.cards) == 20 for notice in watched.notices)


def test_a_storm_without_groups_is_a_budget_and_digests() -> None:
    watched = Watched(city(notification=Notification(group_interval=0), shifts=()))
    watched.park("07:30", "", **{f"z{number}": 0.97 for number in range(1_000)})
    watched.wait_until("07:46")
    firing = [notice for notice in watched.notices if notice.reason == "firing" and notice.officer == "ayu"]
    digests = [notice for notice in watched.notices if notice.reason == "digest" and notice.officer == "ayu"]
    assert (len(firing), [len(notice.alerts) for notice in digests]) == (20, [1_000])
    assert {number for notice in firing + digests for number in notice.alerts} == set(range(1, 1_001))


def test_an_alert_that_changed_hands_is_read_as_it_was_before_the_restart() -> None:
    act: Act = Assign(alert=1, who="ayu", to="budi")
    watched = Watched(city(officers=(officer("ayu"), officer("budi", contacts=(Contact(channel="wall", to="b"),)))))
    watched.park("07:30", kota=0.97)
    watched.do("07:31", act)
    before = watched.alert()
    watched.restart()
    assert watched.alert() == before


def test_recorded_data_is_told_at_its_own_times() -> None:
    """However much of it closes at once, and with nobody to look at a clock."""
    watched = Watched(city())
    batches = [figures(at(clock), {"kota": value}).indicators for clock, value in (("07:30", 0.97), ("08:10", 0.2))]
    watched.take(watched.desk.observe(Output([], [batch for each in batches for batch in each]), None))
    assert watched.told == [
        *("07:30 firing ayu 1", "07:45 escalated ayu 1", "07:45 escalated budi 1", "07:45 escalated citra 1"),
        "08:00 escalated citra 1",
        *("08:10 resolved ayu 1", "08:10 resolved budi 1", "08:10 resolved citra 1"),
    ]


def test_alerts_that_an_earlier_version_saved_begin_anew_and_no_number_is_given_twice() -> None:
    watched = Watched(city())
    watched.park("07:30", kota=0.97)
    saved = msgspec.msgpack.decode(watched.desk.dump())
    # What else an earlier version saved is of no form that is known any more.
    earlier = msgspec.msgpack.encode({"version": 1, "zones": [], "book": saved["book"], "rules": {}})
    watched.desk = Alerts(watched.settings, DeviceTable(()))
    assert watched.desk.load(earlier) == ["full"]
    assert watched.desk.active == 0
    watched.park("07:31", kota=0.97)
    assert watched.told == ["07:30 firing ayu 1", "07:31 firing ayu 2"]


def test_alerts_that_a_later_version_saved_are_not_read() -> None:
    watched = Watched(city())
    saved = msgspec.msgpack.decode(watched.desk.dump())
    with pytest.raises(ValueError, match=r"^the saved alerts have version 99, this program reads version \d+$"):
        watched.desk.load(msgspec.msgpack.encode({**saved, "version": 99}))


def test_a_window_with_readings_of_unknown_age_commands_nothing_and_the_next_one_does() -> None:
    """Also after a restart; people are told of its alert, as what is wrong may be so still."""
    sign = Actuator(id="sign", topic="street/sign", commands={"full": Command()})
    orders = (Order(actuator="sign", command="full"),)
    rule = Rule(id="full", indicator="parking_occupancy", size="1m", enter=0.9, orders=orders, severity="critical")
    watched = Watched(city(rules=(rule,), actuators=(sign,)))
    watched.desk.doubt("parking", at("07:29:10"))
    watched.desk.doubt("noise", at("07:30:10"))
    watched.restart()
    watched.park("07:30", kota=0.97, pasar=0.5)
    assert [(state.phase.value, state.refused) for state in watched.desk.commander.states] == [
        ("refused", "unknown_age")
    ]
    assert watched.told == ["07:30 firing ayu 1", "07:30 command_failed ayu 1"]
    watched.park("07:31", kota=0.97, pasar=0.97)
    assert [state.phase.value for state in watched.desk.commander.states] == ["refused", "decided"]


def test_the_alert_of_a_device_that_was_moved_goes_on_and_ends_in_its_new_zone() -> None:
    def placed(zone: str) -> DeviceTable:
        devices = DeviceTable()
        devices.row("bjn", "bin", "b0", zone)
        return devices

    settings = city(rules=(Rule(id="low", kind="bin", field="battery_last", size="1m", when="<", enter=3.3),))
    before, after = Alerts(settings, placed("north")), Alerts(settings, placed("south"))
    before.observe(output(closed(1, d0=3.0)), MINUTE)
    after.load(before.dump())
    assert [(alert.number, alert.asset.zone) for alert in after.book.alerts] == [(1, "south")]
    consequences = after.observe(output(closed(2, d0=3.6)), 2 * MINUTE)
    assert [(event.number, event.change.value) for event in consequences.events] == [(1, "resolved")]
    assert after.active == 0
