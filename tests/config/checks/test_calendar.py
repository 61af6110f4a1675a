from typing import Any

from config.checks.calendar import check_calendar
from config.settings import Settings


def said(**calendar: Any) -> list[str]:
    return [finding.message for finding in check_calendar(Settings.model_validate({"calendar": calendar}))]


def test_a_country_and_days_of_its_own_pass() -> None:
    assert said() == []
    assert said(country="", holidays=[{"day": "2026-10-20"}], workdays=["2026-10-21"]) == []


def test_the_holidays_of_the_country_are_known() -> None:
    assert said(country="XX") == ["the holidays of 'XX' are not known; leave country empty and list your own"]


def test_a_day_is_one_thing_and_stands_once() -> None:
    assert said(holidays=[{"day": "2026-10-20"}, {"day": "2026-10-20"}]) == ["2026-10-20 is {other} too"]
    assert said(holidays=[{"day": "2026-10-20"}], workdays=["2026-10-20"]) == [
        "2026-10-20 is a holiday here and a workday in {other}"
    ]
