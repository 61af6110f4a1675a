import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import Device, Source
from ingest import topics
from ingest.devices import DeviceIdentity, DeviceTable
from ingest.reasons import Reason
from ingest.topics import TopicRouter, topic_pattern


def router(template: str = "city/{city}/{kind}/{device}/#", kind: str | None = None) -> tuple[TopicRouter, DeviceTable]:
    devices = DeviceTable([Device(id="registered", kind="parking", zone="kapas")])
    return TopicRouter(Source(topic=template, kind=kind), "bojonegoro", devices), devices


def identity(topic: bytes, template: str = "city/{city}/{kind}/{device}/#", kind: str | None = None) -> DeviceIdentity:
    made, devices = router(template, kind)
    streams = made.streams([topic])
    assert streams.tolist() == [0]
    return devices.identities[int(made.devices(streams)[0])]


def refusal(topic: bytes) -> Reason:
    made, devices = router()
    stream = int(made.streams([topic])[0])
    assert (len(made), len(devices)) == (0, 0)
    return made.refusal(stream)


def test_the_levels_of_a_topic_name_city_kind_and_device() -> None:
    assert identity(b"city/bjn/parking/p-1") == DeviceIdentity("bjn", "parking", "p-1", "unassigned")


@pytest.mark.parametrize(
    "device",
    ["simpang empat", "Jl. Gajah Mada №5", "測站", "🚦", "a\nb", "tab\t", "\u0001", "\ufeff", "$SYS", "{device}"],
)
def test_a_device_may_be_named_in_any_utf8(device: str) -> None:
    assert identity(f"city/bjn/parking/{device}".encode()).device == device


@pytest.mark.parametrize("deeper", [b"", b"/", b"/status", b"/a/b/c", b"//", b"/a\nb"])
def test_deeper_levels_are_ignored(deeper: bytes) -> None:
    assert identity(b"city/bjn/parking/p-1" + deeper).device == "p-1"


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        (b"city/bjn/parking/+", Reason.TOPIC_WILDCARD),
        (b"city/bjn/parking/#", Reason.TOPIC_WILDCARD),
        (b"city/bjn/parking/p-1/a+b", Reason.TOPIC_WILDCARD),
        (b"city/bjn/parking/p\0", Reason.TOPIC_WILDCARD),
        (b"city/bjn/parking/\xff", Reason.TOPIC_NOT_UTF8),
        (b"city/bjn/parking/\xed\xa0\x80", Reason.TOPIC_NOT_UTF8),
        (b"", Reason.TOPIC_UNKNOWN),
        (b"/", Reason.TOPIC_UNKNOWN),
        (b"city", Reason.TOPIC_UNKNOWN),
        (b"city/bjn/parking", Reason.TOPIC_UNKNOWN),
        (b"city/bjn/parking/", Reason.TOPIC_UNKNOWN),
        (b"city/bjn//p-1", Reason.TOPIC_UNKNOWN),
        (b"city//parking/p-1", Reason.TOPIC_UNKNOWN),
        (b"/city/bjn/parking/p-1", Reason.TOPIC_UNKNOWN),
        (b"town/bjn/parking/p-1", Reason.TOPIC_UNKNOWN),
        (b"City/bjn/parking/p-1", Reason.TOPIC_UNKNOWN),
    ],
)
def test_a_topic_that_names_no_device_is_refused_with_its_name_and_not_remembered(topic: bytes, reason: Reason) -> None:
    assert refusal(topic) is reason


@pytest.mark.parametrize(
    ("template", "kind", "topic", "expected"),
    [
        ("{device}", "air", b"s1", DeviceIdentity("bojonegoro", "air", "s1", "unassigned")),
        ("{device}", None, b"s1", DeviceIdentity("bojonegoro", "device", "s1", "unassigned")),
        ("+/{zone}/{device}", "air", b"x/kapas/s1", DeviceIdentity("bojonegoro", "air", "s1", "kapas")),
        ("+/{zone}/{device}", "air", b"/kapas/s1", DeviceIdentity("bojonegoro", "air", "s1", "kapas")),
        ("a.b/{kind}/{device}", None, b"a.b/air/s1", DeviceIdentity("bojonegoro", "air", "s1", "unassigned")),
        ("{kind}/{device}/up", None, b"air/s1/up", DeviceIdentity("bojonegoro", "air", "s1", "unassigned")),
    ],
)
def test_a_template_says_what_each_level_means(
    template: str, kind: str | None, topic: bytes, expected: DeviceIdentity
) -> None:
    assert identity(topic, template, kind) == expected


def test_what_a_template_spells_out_is_no_pattern() -> None:
    assert topic_pattern("a.b/{device}").fullmatch("axb/s1") is None
    assert topic_pattern("{kind}/{device}").fullmatch("air/s1/deeper") is None
    assert topic_pattern("+/{device}").fullmatch("x/y/s1") is None


def test_streams_are_numbered_in_the_order_of_first_sight_and_topics_of_one_device_share_its_row() -> None:
    made, devices = router()
    batch = [b"city/a/air/s1", b"bad", b"city/a/air/s1/pm", b"city/a/noise/s1", b"city/a/air/s1"]
    streams = made.streams(batch)
    assert streams.tolist() == [0, -3, 1, 2, 0]
    good = streams[streams >= 0]
    assert made.devices(good).tolist() == [0, 0, 1, 0]
    assert [made.kinds[number] for number in made.kind_numbers(good)] == ["air", "air", "noise", "air"]
    assert len(devices) == 2


def test_the_registry_places_a_device_before_its_topic_does() -> None:
    devices = DeviceTable([Device(id="p1", kind="parking", zone="kapas")])
    made = TopicRouter(Source(topic="{zone}/{kind}/{device}"), "bjn", devices)
    made.streams([b"dander/parking/p1", b"dander/parking/p2"])
    assert [device.zone for device in devices.identities] == ["kapas", "dander"]


def test_5000_new_topics_at_once_keep_their_devices_apart() -> None:
    made, devices = router()
    batch = [b"city/c%d/kind%d/d%d" % (number % 3, number % 7, number) for number in range(5000)]
    streams = made.streams(batch)
    np.testing.assert_array_equal(streams, np.arange(5000))
    assert [devices.identities[row].device for row in made.devices(streams)[::1000]] == [
        "d0",
        "d1000",
        "d2000",
        "d3000",
        "d4000",
    ]
    assert made.kinds == [f"kind{number}" for number in range(7)]
    np.testing.assert_array_equal(made.streams(batch[::-1]), np.arange(5000)[::-1])


level = st.text(st.characters(exclude_categories=["Cs"]), max_size=4).map(
    lambda text: text.replace("/", "")
) | st.sampled_from("ab\n+#")
some_topics = st.one_of(
    st.builds(lambda *levels: "/".join(["city", *levels]).encode(), level, level, level),
    st.builds(lambda device: f"city/a/air/{device}".encode(), st.integers(0, 9)),
    st.builds(lambda *levels: "/".join(["city", "a", *levels]).encode(), level, level, level, level),
    st.binary(max_size=6),
)


@settings(max_examples=200)
@given(st.lists(st.lists(some_topics, max_size=6), max_size=4))
def test_topics_in_batches_are_what_each_is_when_it_comes_alone(batches: list[list[bytes]]) -> None:
    (together, devices), (alone, others) = router(), router()
    for batch in batches:
        streams = together.streams(batch)
        assert streams.tolist() == [int(alone.streams([topic])[0]) for topic in batch]
    assert list(together.items()) == list(alone.items())
    assert devices.identities == others.identities
    every = np.arange(len(together), dtype=np.int32)
    assert together.kinds == alone.kinds
    np.testing.assert_array_equal(together.kind_numbers(every), alone.kind_numbers(every))
    np.testing.assert_array_equal(together.devices(every), alone.devices(every))


def test_a_flood_of_topics_that_name_no_device_leaves_nothing_behind() -> None:
    made, devices = router()
    streams = made.streams(
        [b"flood/%d" % number for number in range(10_000)] + [b"city/a/air/\xff%d" % n for n in range(99)]
    )
    assert set(map(made.refusal, set(streams.tolist()))) == {Reason.TOPIC_UNKNOWN, Reason.TOPIC_NOT_UTF8}
    assert (len(made), len(devices), made.kinds) == (0, 0, [])


def test_beyond_the_limit_new_topics_are_refused_and_known_ones_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "MAX_STREAMS", 3)
    made, devices = router()
    streams = made.streams([b"city/a/air/s%d" % number for number in range(5)])
    assert streams[:3].tolist() == [0, 1, 2]
    assert [made.refusal(int(stream)) for stream in streams[3:]] == [Reason.TOO_MANY_DEVICES] * 2
    assert made.streams([b"city/a/air/s2", b"city/a/air/s9"]).tolist()[0] == 2
    assert (len(made), len(devices)) == (3, 3)


def test_long_topics_fill_the_memory_of_topics_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "MAX_TOPIC_BYTES", 100)
    made, _ = router()
    long = b"city/a/air/s1/" + b"x" * 80
    streams = made.streams([long, b"city/a/air/s2"])
    assert streams[0] == 0
    assert made.refusal(int(streams[1])) is Reason.TOO_MANY_DEVICES
    assert made.streams([long]).tolist() == [0]


def test_topics_of_an_earlier_run_get_their_numbers_back() -> None:
    first, _ = router()
    first.streams([b"city/a/air/s2", b"bad", b"city/a/noise/s1"])
    again, devices = router()
    again.streams(list(first))
    assert again.streams([b"city/a/noise/s1", b"city/a/air/s2"]).tolist() == [1, 0]
    assert [device.device for device in devices.identities] == ["s2", "s1"]


def test_a_flood_of_kinds_is_refused_and_known_kinds_take_new_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "MAX_KINDS", 2)
    made, _ = router()
    streams = made.streams([b"city/a/air/s1", b"city/a/noise/s1", b"city/a/water/s1", b"city/a/air/s2"])
    assert streams[[0, 1, 3]].tolist() == [0, 1, 2]
    assert made.refusal(int(streams[2])) is Reason.TOO_MANY_KINDS
    assert made.kinds == ["air", "noise"]
    assert made.streams([b"city/a/air/s3", b"city/a/noise/s3"]).tolist() == [3, 4]


@given(st.integers(0, 12), st.integers(0, 12))
def test_any_stretch_of_streams_gives_their_topics_in_order(one: int, other: int) -> None:
    made, _ = router()
    made.streams([f"city/c/air/d{number}".encode() for number in range(12)])
    start, end = sorted((one, other))
    assert made.between(start, end) == list(made)[start:end]
