"""Whether a source is there, told from what its connection reports."""

import pytest

from ingest.mqtt.events import ConnectionEvent, Happening
from ingest.mqtt.presence import Presence


def after(*happenings: Happening, reason: str = "why") -> Presence:
    presence = Presence(["city"])
    for happening in happenings:
        presence.heard(ConnectionEvent(happening, "city", "127.0.0.1", 1883, reason))
    return presence


CONNECTED, SUBSCRIBED, LOST = Happening.CONNECTED, Happening.SUBSCRIBED, Happening.LOST
REFUSED_FILTER = Happening.FILTER_REFUSED


@pytest.mark.parametrize(
    ("happenings", "said"),
    [
        ((), "city: not connected yet"),
        ((Happening.UNREACHABLE,), "city: unreachable: why"),
        ((Happening.REFUSED,), "city: refused: why"),
        ((CONNECTED,), "city: not subscribed yet"),
        ((CONNECTED, SUBSCRIBED), ""),
        ((CONNECTED, SUBSCRIBED, Happening.QOS_LOWERED), ""),
        ((CONNECTED, SUBSCRIBED, LOST), "city: lost: why"),
        ((CONNECTED, SUBSCRIBED, LOST, Happening.UNREACHABLE), "city: unreachable: why"),
        ((CONNECTED, SUBSCRIBED, LOST, CONNECTED), ""),
        ((CONNECTED, REFUSED_FILTER, SUBSCRIBED), "city: refused topic filter why"),
        ((CONNECTED, REFUSED_FILTER, SUBSCRIBED, LOST, CONNECTED), "city: not subscribed yet"),
        ((CONNECTED, REFUSED_FILTER, LOST, CONNECTED, SUBSCRIBED), ""),
    ],
)
def test_what_is_wrong_with_a_source_is_what_happened_last(happenings: tuple[Happening, ...], said: str) -> None:
    presence = after(*happenings)
    assert presence.failure() == said
    assert presence.is_present("city") is (said == "")


def test_each_source_that_is_away_is_named() -> None:
    presence = Presence(["dishub", "dlh", "psda"])
    for happening in (CONNECTED, SUBSCRIBED):
        presence.heard(ConnectionEvent(happening, "dlh", "127.0.0.1", 1883))
    assert presence.failure() == "dishub: not connected yet; psda: not connected yet"
