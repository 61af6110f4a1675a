import numpy as np

from config.settings import Kind, Source
from ingest.devices import DeviceTable
from ingest.journal.entries import Shed
from ingest.messages import MessageBatch
from ingest.pressure import Level
from ingest.shedding import Shedder
from ingest.topics import TopicRouter

KINDS = {"noise": Kind(priority="low"), "water": Kind(priority="high"), "air": Kind()}


def batch(*messages: tuple[str, int]) -> MessageBatch:
    """(topic, packet identifier, 0 at QoS 0); the payload is the place in the batch."""
    return MessageBatch(
        topics=[topic.encode() for topic, _ in messages],
        payloads=[b"%d" % place for place in range(len(messages))],
        retained=np.zeros(len(messages), np.bool_),
        received_ns=7,
        receipt="receipt",
        packet_ids=np.array([packet_id for _, packet_id in messages], np.uint16),
        nbytes=100 * len(messages),
    )


class Scene:
    def __init__(self, kinds: dict[str, Kind] = KINDS, source: Source | None = None) -> None:
        self.devices = DeviceTable()
        self.router = TopicRouter(source or Source(), "c", self.devices)
        self.shedder = Shedder(kinds, {"mqtt": self.router})

    def shed(self, whole: MessageBatch, level: Level) -> tuple[list[str], list[str]]:
        """Topics kept, topics dropped."""
        kept, shed = self.shedder.shed("mqtt", whole, level)
        return [t.decode() for t in kept.topics] if kept else [], [t.decode() for t in shed.topics] if shed else []


CITY = batch(
    ("city/c/noise/n1", 0), ("city/c/air/a1", 0), ("city/c/water/w1", 0), ("city/c/parking/p1", 0), ("elsewhere", 0)
)


def test_without_pressure_a_batch_passes_as_it_is() -> None:
    kept, shed = Scene().shedder.shed("mqtt", CITY, Level.NOTHING)
    assert kept is CITY
    assert shed is None


def test_low_goes_first_then_normal_and_what_nobody_declared_and_high_never() -> None:
    assert Scene().shed(CITY, Level.LOW) == (
        ["city/c/air/a1", "city/c/water/w1", "city/c/parking/p1", "elsewhere"],
        ["city/c/noise/n1"],
    )
    assert Scene().shed(CITY, Level.NORMAL) == (
        ["city/c/water/w1"],
        ["city/c/noise/n1", "city/c/air/a1", "city/c/parking/p1", "elsewhere"],
    )


def test_topics_that_are_known_and_topics_that_are_new_are_judged_alike() -> None:
    scene = Scene()
    scene.router.streams(CITY.topics[:2])
    assert scene.shed(CITY, Level.NORMAL) == Scene().shed(CITY, Level.NORMAL)
    assert scene.shed(CITY, Level.LOW) == Scene().shed(CITY, Level.LOW)


def test_a_device_does_not_enter_by_a_message_that_is_dropped() -> None:
    scene = Scene()
    scene.shed(CITY, Level.NORMAL)
    assert (len(scene.router), len(scene.devices), scene.router.kinds) == (0, 0, [])


def test_messages_at_qos_1_and_2_stay_with_their_receipt() -> None:
    whole = batch(("city/c/noise/n1", 0), ("city/c/noise/n1", 1), ("city/c/noise/n2", 0), ("city/c/noise/n2", 9))
    kept, shed = Scene().shedder.shed("mqtt", whole, Level.NORMAL)
    assert kept is not None
    assert kept.packet_ids is not None
    assert (kept.payloads, kept.packet_ids.tolist(), kept.receipt) == ([b"1", b"3"], [1, 9], "receipt")
    assert (len(kept.retained), kept.received_ns, kept.nbytes) == (2, 7, 200)
    assert shed == Shed("mqtt", [b"city/c/noise/n1", b"city/c/noise/n2"], 7)


def test_a_batch_of_which_nothing_stays_is_no_batch() -> None:
    whole = batch(("city/c/noise/n1", 0), ("city/c/noise/n1", 0))
    kept, shed = Scene().shedder.shed("mqtt", whole, Level.LOW)
    assert kept is None
    assert shed == Shed("mqtt", [b"city/c/noise/n1"] * 2, 7)


def test_what_was_sent_again_stays_marked() -> None:
    whole = batch(("city/c/noise/n1", 0), ("city/c/air/a1", 3), ("city/c/air/a1", 4))
    whole = MessageBatch(
        whole.topics,
        whole.payloads,
        whole.retained,
        7,
        packet_ids=whole.packet_ids,
        repeated=np.array([False, False, True]),
    )
    kept, _ = Scene().shedder.shed("mqtt", whole, Level.LOW)
    assert kept is not None
    assert kept.repeated is not None
    assert kept.repeated.tolist() == [False, True]


def test_a_source_whose_messages_bear_no_identifiers_keeps_them_all() -> None:
    whole = MessageBatch([b"city/c/noise/n1"], [b"1"], np.zeros(1, np.bool_), 7)
    assert Scene().shedder.shed("mqtt", whole, Level.NORMAL) == (whole, None)


def test_the_kind_of_a_source_whose_topics_name_none_decides() -> None:
    source = Source(topics=("tma/+",), topic="tma/{device}", kind="water")
    scene = Scene(source=source)
    whole = batch(("tma/katulampa", 0), ("tma/manggarai/x", 0))
    assert scene.shed(whole, Level.NORMAL) == (["tma/katulampa"], ["tma/manggarai/x"])


def test_a_topic_that_is_no_text_is_dropped_as_any_other() -> None:
    whole = MessageBatch(
        [b"city/c/\xff/a"], [b"1"], np.zeros(1, np.bool_), 7, packet_ids=np.zeros(1, np.uint16), receipt=None
    )
    assert Scene().shedder.shed("mqtt", whole, Level.NORMAL)[0] is None
