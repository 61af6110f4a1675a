import json
from dataclasses import replace

import msgspec

from alerts.delivery.channel import Telling
from alerts.delivery.message import encode
from alerts.texts.rendering import Rendered
from tests.alerts.record.notices import NINE, SECOND, card, notice

TELLING = Telling("a1b2-7", notice(7), Rendered("Penuh", "Pasar Besar"))


def test_what_is_unknown_is_null() -> None:
    unknown = msgspec.structs.replace(card(7), value=None, ended_ns=NINE + 60 * SECOND)
    told = replace(TELLING, notice=msgspec.structs.replace(notice(7), cards=(unknown,)))
    (shown,) = json.loads(encode(told))["cards"]
    assert (shown["value"], shown["fired"], shown["ended"]) == (None, "2025-11-22T09:00:00Z", "2025-11-22T09:01:00Z")


def test_nothing_of_the_channel_stands_in_it_and_the_bytes_are_the_same_each_time() -> None:
    content = json.loads(encode(TELLING))
    assert "channel" not in content
    assert encode(TELLING) == encode(TELLING)
    assert content["alerts"] == [7]
