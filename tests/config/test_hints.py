from typing import Any

import pytest

from config.alert_rules import Rule
from config.duty import Maintenance
from config.hints import odd_rules, open_to_others, other_cities, unregistered
from config.service import Http
from config.settings import City, Device, Settings, Source


def test_devices_and_gateways_that_are_named_and_not_registered_are_told():
    devices = (Device(id="gw-1", kind="gateway"), *(Device(id=f"b{n}", kind="bin", gateway="gw-2") for n in (1, 2)))
    works = Maintenance(id="paint", devices=("b2", "b-1"))
    assert unregistered(Settings(devices=devices, maintenance=(works,))) == [
        "maintenance 'paint': no device 'b-1' is registered; did you mean 'b1'?",
        "gateway of 'b1': no device 'gw-2' is registered; did you mean 'gw-1'?",
    ]
    assert unregistered(Settings(maintenance=(works,))) == []


@pytest.mark.parametrize("listen", ["0.0.0.0:8180", "192.0.2.7:80", "[::]:8180", "denyut.example:80"])
def test_figures_that_others_can_read_are_named(listen):
    assert open_to_others(Http(listen=listen)) == (
        f"http.listen {listen}: every machine that reaches it can read the figures; set token_env or token_file"
    )
    assert open_to_others(Http(listen=listen, token_env="TOKEN")) is None
    assert open_to_others(Http(listen=listen, enabled=False)) is None


@pytest.mark.parametrize("listen", ["127.0.0.1:8180", "127.9.9.9:1", "localhost:0", "[::1]:8180"])
def test_figures_for_this_machine_alone_need_no_token(listen):
    assert open_to_others(Http(listen=listen)) is None


SPED = "no quantity 'sped' is configured for kind 'traffic'; did you mean 'speed'?"
HOT = {"id": "hot", "kind": "traffic", "field": "speed_mean", "size": "1m", "enter": 90}


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        (HOT, ""),
        (HOT | {"field": "speed_p85"}, ""),
        (HOT | {"kind": "tram"}, ""),
        (HOT | {"field": "sped_mean"}, "no quantity 'sped' is configured for kind 'traffic'; did you mean 'speed'?"),
        (HOT | {"field": "speed_p99"}, "'speed' has no percentile 99; see kinds.traffic.quantities"),
        (
            HOT | {"field": "speed"},
            "'speed' is no field of windows; they are named QUANTITY_mean, _last, _max and so on; "
            "did you mean 'speed_min' or 'speed_max'?",
        ),
        ({"id": "hot", "kind": "traffic", "quantity": "sped", "enter": 90}, SPED),
        ({"id": "hot", "field": "silent_intervals", "size": "1m", "enter": 5}, ""),
        (HOT | {"devices": ["pole-7"]}, "no device 'pole-7' is registered; did you mean 'pole-1'?"),
        (
            {"id": "hot", "indicator": "water_siaga_held", "size": "1m", "enter": 2},
            "Siaga 1 is the most dangerous and 4 is normal; when = '<=' fires as it falls",
        ),
        (
            {"id": "hot", "indicator": "parking_occupancy", "size": "1m", "enter": 95},
            "parking_occupancy is a share, 0 to 1; enter 95 is hardly ever reached",
        ),
    ],
)
def test_a_rule_that_can_hardly_be_meant_is_said(rule: dict[str, Any], hint: str) -> None:
    settings = Settings(rules=(Rule.model_validate(rule),), devices=(Device(id="pole-1", kind="traffic"),))
    assert odd_rules(settings) == ([f"rule 'hot': {hint}"] if hint else [])


def test_topics_of_another_city_are_named_once_each():
    topics = ("city/bojonegoro/#", "city/lamongan/air/+", "city/+/water/#", "city/#")
    sources = (Source(name="street", topics=topics), Source(name="again", topics=topics[:1]))
    assert other_cities(Settings(city=City(id="lamongan"), sources=sources)) == [
        "topics city/bojonegoro/# bring the city bojonegoro, but city.id is lamongan"
    ]
    assert other_cities(Settings(sources=sources)) == []


def test_topics_that_name_no_city_give_no_hint():
    source = Source(topics=("dishub/parkir/#",), topic="dishub/{kind}/{device}")
    assert other_cities(Settings(city=City(id="lamongan"), sources=(source,))) == []
