"""Who is on duty at the parking office of Bojonegoro (UTC+7), and who can be reached."""

from alerts.notification.roster import Roster, gravity
from config.calendar import Hours
from config.channels import Channel
from config.duty import Contact, Office, Shift
from tests.alerts.watched import MINUTE, at, city, officer

HOUR = 60 * MINUTE
SHIFTS = (
    Shift(id="day", office="dishub", officers=("ayu", "budi"), hours=Hours(begin=7 * HOUR, end=15 * HOUR)),
    Shift(id="late", office="dishub", officers=("budi", "citra"), hours=Hours(begin=14 * HOUR, end=22 * HOUR)),
)


def on_duty(roster: Roster, clock: str) -> list[str]:
    return [each.id for each in roster.on_duty("dishub", at(clock))]


def test_shifts_that_overlap_are_on_together_and_nobody_counts_twice() -> None:
    roster = Roster(city(shifts=SHIFTS))
    assert {clock: on_duty(roster, clock) for clock in ("06:59:59", "07:00", "14:30", "15:00", "21:59", "22:00")} == {
        "06:59:59": [],
        "07:00": ["ayu", "budi"],
        "14:30": ["ayu", "budi", "citra"],
        "15:00": ["budi", "citra"],
        "21:59": ["budi", "citra"],
        "22:00": [],
    }


def test_the_next_change_of_a_shift_is_known() -> None:
    roster = Roster(city(shifts=SHIFTS))
    assert roster.change_ns("dishub", at("07:00")) == at("14:00")
    assert roster.change_ns("dishub", at("14:30")) == at("15:00")
    assert roster.change_ns("dlh", at("14:30")) is None


def test_an_office_without_shifts_has_all_of_its_officers_on_duty() -> None:
    assert on_duty(Roster(city(shifts=())), "03:00") == ["ayu", "budi", "citra"]


def test_targets_of_other_offices_are_named() -> None:
    settings = city(
        offices=(Office(id="dishub", head="citra"), Office(id="bpbd", head="eko")),
        officers=(officer("ayu"), officer("citra"), officer("dewi", office="bpbd"), officer("eko", office="bpbd")),
    )
    roster = Roster(settings)
    for targets, meant in (
        (["office"], ["officer:ayu", "officer:citra"]),
        (["head", "head:bpbd"], ["officer:citra", "officer:eko"]),
        (["shift:bpbd", "office:bpbd"], ["officer:dewi", "officer:eko"]),
        (["officer:eko", "channel:wall", "officer:eko"], ["officer:eko", "channel:wall"]),
    ):
        assert [each.id for each in roster.recipients(targets, "dishub", at("07:30"))] == meant


def test_who_can_be_reached_at_all_is_the_office_then_its_head_then_operators_then_systems() -> None:
    def fallback(*officers: str, contacts: tuple[Contact, ...] = (), office: str = "dishub") -> list[str]:
        people = [
            officer(name, contacts=contacts if name != "dimas" else (Contact(channel="wall", to="d"),))
            for name in officers
        ]
        people = [
            each.model_copy(update={"office": "kominfo", "may_operate": True}) if each.id == "dimas" else each
            for each in people
        ]
        channels = (Channel(id="wall", kind="mqtt"), Channel(id="hook", kind="webhook"))
        settings = city(officers=tuple(people), shifts=(), channels=channels)
        return [each.id for each in Roster(settings).fallback(office)]

    way = (Contact(channel="wall", to="x"),)
    assert fallback("ayu", "dimas", contacts=way) == ["officer:ayu"]
    assert fallback("ayu", "dimas") == ["officer:dimas"]
    assert fallback("ayu") == ["channel:hook"]
    assert fallback("citra", contacts=way, office="elsewhere") == ["channel:hook"]


def test_where_there_is_no_operator_and_no_system_the_heads_of_all_offices_are_told_else_all_officers() -> None:
    offices = (Office(id="dishub", head="citra"), Office(id="dlh", head="bayu"), Office(id="damkar"))
    people = (officer("ayu"), officer("citra"), officer("bayu", office="dlh"))
    assert [each.id for each in Roster(city(offices=offices, officers=people)).fallback("")] == [
        "officer:citra",
        "officer:bayu",
    ]
    headless = city(offices=(Office(id="dishub"),), officers=people[:2])
    assert [each.id for each in Roster(headless).fallback("")] == ["officer:ayu", "officer:citra"]


def test_severities_ascend() -> None:
    assert gravity("info") < gravity("warning") < gravity("critical")
