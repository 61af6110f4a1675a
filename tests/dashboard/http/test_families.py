"""Each number of the status has its metric, named as Prometheus wants it."""

import re

import pytest

from dashboard.http.families import FAMILIES, NOT_EXPORTED, Family, samples


def test_a_plain_number_has_no_label() -> None:
    assert list(samples({"received": 7}, "received")) == [((), 7.0)]


def test_a_star_makes_each_key_a_label() -> None:
    assert list(samples({"rejected": {"too_late": 2, "not_utf8": 1}}, "rejected.*")) == [
        (("too_late",), 2.0),
        (("not_utf8",), 1.0),
    ]
    figures = {"sinks": {"store": {"points_pending": 3}, "mirror": {"points_pending": 0, "last_error": "x"}}}
    assert list(samples(figures, "sinks.*.points_pending")) == [(("store",), 3.0), (("mirror",), 0.0)]
    figures = {"sinks": {"store": {"dropped": {"no value": 3}}, "mirror": {"dropped": {}}}}
    assert list(samples(figures, "sinks.*.dropped.*")) == [(("store", "no value"), 3.0)]


def test_a_time_is_unix_seconds_and_a_yes_is_one() -> None:
    assert list(samples({"watermark": "2023-11-14T22:13:20.500Z"}, "watermark")) == [((), 1700000000.5)]
    assert list(samples({"sources": {"a": {"connected": True}}}, "sources.*.connected")) == [(("a",), 1.0)]


@pytest.mark.parametrize("figures", [{}, {"watermark": None}, {"watermark": "never"}, {"watermark": {"x": 1}}])
def test_what_the_status_does_not_say_has_no_sample(figures: dict[str, object]) -> None:
    assert list(samples(figures, "watermark")) == []


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_names_follow_the_conventions_of_prometheus(family: Family) -> None:
    assert re.fullmatch(r"denyut_[a-z0-9]+(_[a-z0-9]+)*", family.name)
    assert family.name.endswith("_total") == (family.kind == "counter")
    assert family.place.split(".").count("*") == len(family.labels)
    assert not family.name.endswith("_s")


def test_no_name_and_no_place_stands_twice() -> None:
    names, places = {family.name for family in FAMILIES}, {family.place for family in FAMILIES}
    assert (len(names), len(places)) == (len(FAMILIES), len(FAMILIES))
    assert places.isdisjoint(NOT_EXPORTED)
