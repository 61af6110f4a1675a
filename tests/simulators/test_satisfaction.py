from config.settings import Device, Settings
from simulators.fleet import Fleet
from simulators.satisfaction import ANSWERS

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
# Monday 2 February 2026, 00:00 in Jakarta.
MONDAY_NS = 1_769_965_200 * SECOND_NS


def answers(from_h: float, until_h: float) -> dict[str, float]:
    kiosks = tuple(Device(id=f"K{number}", kind="satisfaction", every="1m") for number in range(10))
    (reports,) = Fleet(Settings(devices=kiosks)).reports(
        MONDAY_NS + round(from_h * HOUR_NS), MONDAY_NS + round(until_h * HOUR_NS)
    )
    return {name: float(reports.columns[name].sum()) for name in ANSWERS}


def test_people_answer_while_the_counters_are_open() -> None:
    assert sum(answers(0.0, 7.0).values()) == 0
    assert 100 < sum(answers(9.0, 10.0).values()) < 520
    assert sum(answers(5 * 24.0 + 14.0, 5 * 24.0 + 24.0).values()) == 0


def test_every_answer_is_given_and_most_people_are_content() -> None:
    given = answers(8.0, 15.0)
    assert min(given.values()) > 0
    assert given["very_satisfied"] + given["satisfied"] > given["not_satisfied"]


def test_kiosks_are_never_made_up() -> None:
    assert "satisfaction" not in {device.kind for device in Fleet(Settings()).devices}
