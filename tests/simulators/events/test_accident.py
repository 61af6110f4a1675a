import numpy as np
import pytest

from config.settings import Device, Settings
from simulators.fleet import Fleet
from tests.simulators.events.cities import HOUR_NS, MINUTE_NS, Values, changed, eventful, told, town

ACCIDENT = {"device": "L1", "share": 0.8, "begin": 10 * MINUTE_NS, "lasts": 20 * MINUTE_NS, "clears": 10 * MINUTE_NS}
KM = 1 / 111.2


def road(identifier: str, km_north: float | None, zone: str = "z", downstream: str = "") -> Device:
    latitude = None if km_north is None else -7.0 + km_north * KM
    longitude = None if km_north is None else 111.0
    return Device(
        id=identifier,
        kind="traffic",
        zone=zone,
        latitude=latitude,
        longitude=longitude,
        lanes=2,
        free_speed=50,
        every="10s",
        downstream=downstream,
    )


def capacity_left(settings: Settings, **accident: object) -> dict[str, np.ndarray]:
    """Of each road, minute by minute for an hour."""
    group = eventful(settings, accidents=({**ACCIDENT, **accident},)).groups["traffic"]
    (influence,) = group.influences
    minutes = influence.begin_ns.min() - 10 * MINUTE_NS + np.arange(60) * MINUTE_NS
    here = {device.id: np.full(60, number) for number, device in enumerate(group.devices)}
    return {name: np.round(1.0 + influence.at(device, minutes), 3) for name, device in here.items()}


def test_at_the_accident_a_fifth_of_the_road_is_left_while_it_lasts() -> None:
    left = capacity_left(town(road("L1", 0.0)))["L1"]
    assert left[[0, 9, 10, 11, 31, 41, 59]].tolist() == [1.0, 1.0, 1.0, 0.2, 0.2, 1.0, 1.0]


def test_roads_upstream_lose_less_and_lose_it_later() -> None:
    left = capacity_left(town(road("L1", 0.0), road("L2", 0.25), road("L3", 0.5), road("L4", 2.0)))
    assert [left[name].min() for name in ("L1", "L2", "L3", "L4")] == [0.2, 0.709, 0.823, 1.0]
    # 12 km/h: 250 m take 75 s.
    assert [int(np.argmax(left[name] < 0.99)) for name in ("L1", "L2", "L3")] == [11, 12, 13]


def test_where_stations_name_the_next_one_the_queue_follows_them() -> None:
    settings = town(
        road("L1", 0.0), road("L2", 0.1), road("L3", 9.0, downstream="L1"), road("L4", 8.0, downstream="L3")
    )
    left = capacity_left(settings)
    assert [left[name].min() for name in ("L1", "L2", "L3", "L4")] == [0.2, 1.0, 0.52, 0.712]
    assert [int(np.argmax(left[name] < 0.99)) for name in ("L1", "L3", "L4")] == [11, 16, 21]


def test_without_positions_the_roads_of_its_zone_take_part_and_no_others() -> None:
    left = capacity_left(town(road("L1", None), road("L2", None), road("L3", None, zone="elsewhere")))
    assert [left[name].min() for name in ("L1", "L2", "L3")] == [0.2, 0.935, 1.0]


@pytest.fixture(scope="module")
def hour() -> tuple[Values, Values]:
    """Without and with an accident that closes most of L1."""
    settings = town(road("L1", 0.0), road("L2", 0.3), road("L3", 9.0), Device(id="A1", kind="weather"))
    with_it = eventful(settings, accidents=({**ACCIDENT, "share": 0.9},))
    return told(Fleet(settings, seed=3), 0, HOUR_NS), told(with_it, 0, HOUR_NS)


def test_vehicles_crawl_past_an_accident_and_fewer_come_through(hour: tuple[Values, Values]) -> None:
    plain, befallen = hour
    during = slice(72, 174)  # Reports each 10 s; from minute 12 to 29.
    speed, slow = (np.nanmean(values["traffic", "L1", "speed"][during]) for values in hour)
    assert slow < 0.5 * speed
    count, fewer = (values["traffic", "L1", "vehicle_count"][during].sum() for values in (plain, befallen))
    assert fewer < 0.5 * count


def test_nothing_changes_beyond_its_reach_nor_before_it_nor_after_it(hour: tuple[Values, Values]) -> None:
    plain, befallen = hour
    assert changed(plain, befallen) == {"L1", "L2"}
    for device in ("L1", "L2"):
        differs = plain["traffic", device, "speed"] != befallen["traffic", device, "speed"]
        differs &= ~np.isnan(plain["traffic", device, "speed"])
        assert np.flatnonzero(differs).min() >= 60
        assert np.flatnonzero(differs).max() <= 6 * 43


def test_the_same_comes_out_however_time_is_cut_up() -> None:
    settings = town(road("L1", 0.0), road("L2", 0.3))
    once = told(eventful(settings, accidents=(ACCIDENT,)), 0, HOUR_NS)
    often = told(
        eventful(settings, accidents=(ACCIDENT,)), 0, HOUR_NS, 10 * MINUTE_NS, 11 * MINUTE_NS + 7, 29 * MINUTE_NS
    )
    assert changed(once, often) == set()


def test_two_accidents_leave_the_product_of_what_each_leaves() -> None:
    settings = town(road("L1", 0.0))
    twice = eventful(settings, accidents=({**ACCIDENT, "share": 0.5}, {**ACCIDENT, "share": 0.4})).groups["traffic"]
    assert [influence.weight.tolist() for influence in twice.influences] == [[-0.5], [-0.4]]


def test_its_happening_names_all_that_feel_it_and_from_when_to_when() -> None:
    settings = town(road("L1", 0.0), road("L2", 0.3), road("L3", 9.0))
    fleet = eventful(settings, accidents=({**ACCIDENT, "title": {"en": "a crash"}},))
    (happening,) = fleet.happenings()
    start_ns = fleet.groups["traffic"].influences[0].begin_ns.min() - 10 * MINUTE_NS
    assert (happening.kind, happening.title.en, happening.place) == ("accidents", "a crash", "L1")
    assert happening.devices == ("L1", "L2")
    # One minute up, twenty on, ten down, and the 300 m of the queue to L2 a minute and a half later.
    assert [(ns - start_ns) / MINUTE_NS for ns in (happening.begin_ns, happening.end_ns)] == pytest.approx([10, 42.5])
