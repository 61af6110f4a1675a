import pytest

from config.settings import City, Settings, Source
from simulators.topics import city_read, reachable, source_of, topic_of, topics_of

WORDS = {"city": "kota", "kind": "air", "zone": "kapas", "device": "A-1"}


@pytest.mark.parametrize(
    ("topics", "template", "kind", "expected"),
    [
        (["city/#"], "city/{city}/{kind}/{device}/#", None, "city/kota/air/A-1"),
        (["city/kota/#"], "city/{city}/{kind}/{device}/#", None, "city/kota/air/A-1"),
        (["city/other/#"], "city/{city}/{kind}/{device}/#", None, None),
        (["city/other/#", "city/+/air/#"], "city/{city}/{kind}/{device}/#", None, "city/kota/air/A-1"),
        (["city/+/water/#"], "city/{city}/{kind}/{device}/#", None, None),
        (["plant/+/+"], "plant/{device}/+", "air", "plant/A-1/any"),
        (["plant/+/state"], "plant/{device}/+", "air", "plant/A-1/state"),
        (["plant/+/+/up"], "plant/{device}/#", "air", "plant/A-1/up/up"),
        (["plant/+"], "plant/{device}", "water", None),
        (["+/+/+"], "{zone}/{device}/{kind}", None, "kapas/A-1/air"),
        (["a/A-2", "a/A-1"], "a/{device}", "air", "a/A-1"),
        (["#"], "x/{kind}/{device}", None, "x/air/A-1"),
    ],
)
def test_a_topic_passes_the_filter_and_fits_the_template(
    topics: list[str], template: str, kind: str | None, expected: str | None
) -> None:
    assert topic_of(Source(topics=tuple(topics), topic=template, kind=kind), WORDS) == expected


def test_below_the_device_a_topic_goes_on_where_template_and_filter_let_it() -> None:
    assert topic_of(Source(), WORDS, deeper=True) == "city/kota/air/A-1/up"
    closed = Source(topics=("a/+/+",), topic="a/{kind}/{device}")
    assert topic_of(closed, WORDS, deeper=True) is None


def test_the_devices_of_a_kind_have_a_topic_each() -> None:
    source = Source(topics=("+/+/+",), topic="{zone}/{kind}/{device}")
    found = topics_of(source, "kota", "air", ["A-1", "A-2"], ["kapas", ""], deeper=False)
    assert found == ["kapas/air/A-1", "unassigned/air/A-2"]


def test_a_device_that_no_filter_lets_through_is_named() -> None:
    source = Source(name="one", topics=("a/A-1",), topic="a/{device}", kind="air")
    with pytest.raises(ValueError, match="source 'one' of the configuration reads no topic of air device 'A-2'"):
        topics_of(source, "kota", "air", ["A-1", "A-2"], ["", ""], deeper=False)


def test_each_kind_is_read_by_the_first_source_that_lets_it_through() -> None:
    rivers = Source(name="rivers", topics=("pdam/+",), topic="pdam/{device}", kind="water")
    assert source_of([rivers, Source()], "kota", "water") == rivers
    assert source_of([rivers, Source()], "kota", "air") == Source()
    assert source_of([rivers], "kota", "air") is None


def test_only_sources_at_the_first_broker_are_spoken_to() -> None:
    here, there = Source(name="a"), Source(name="b", broker="mqtt://10.0.0.1")
    assert reachable(Settings(sources=(here, there))) == [here]


@pytest.mark.parametrize(
    ("topics", "city"),
    [
        (["city/#"], "kota"),
        (["city/kota/#"], "kota"),
        (["city/other/#"], "other"),
        (["city/a/#", "city/kota/#"], "kota"),
    ],
)
def test_the_city_is_one_that_is_let_through(topics: list[str], city: str) -> None:
    settings = Settings(city=City(id="kota"), sources=(Source(topics=tuple(topics)),))
    assert city_read(settings) == city
