"""What a broker says of itself, read without trusting it."""

import pytest

from ingest.mqtt.broker_watch import DROPPED, BrokerFigures, watches_of
from ingest.mqtt.options import ConnectionOptions


def figures(*told: tuple[str, bytes]) -> BrokerFigures:
    made = BrokerFigures()
    for topic, payload in told:
        made.told(topic, payload)
    return made


def test_before_the_broker_speaks_nothing_is_known() -> None:
    assert set(figures().as_status().values()) == {None}


def test_what_was_dropped_before_we_came_is_not_counted() -> None:
    assert figures((DROPPED, b"700")).dropped == 0
    assert figures((DROPPED, b"700"), (DROPPED, b"703"), (DROPPED, b"710")).dropped == 10


def test_a_broker_that_restarted_counts_from_0_again() -> None:
    assert figures((DROPPED, b"700"), (DROPPED, b"710"), (DROPPED, b"4"), (DROPPED, b"5")).dropped == 15


def test_the_other_figures_are_the_last_that_came() -> None:
    told = figures(
        ("$SYS/broker/store/messages/count", b"41"),
        ("$SYS/broker/store/messages/count", b"40"),
        ("$SYS/broker/clients/connected", b"12"),
        ("$SYS/broker/heap/current", b"65536"),
        ("$SYS/broker/version", b"mosquitto version 2.0.11"),
    )
    assert told.as_status() == {
        "dropped": None,
        "stored": 40,
        "clients": 12,
        "heap_bytes": 65536,
        "version": "mosquitto version 2.0.11",
    }


@pytest.mark.parametrize("payload", [b"", b"-1", b"many", b"1e9", b"\xff", b"9" * 5000, "٣".encode()])
def test_what_is_no_count_is_passed_over(payload: bytes) -> None:
    assert figures((DROPPED, payload), ("$SYS/broker/store/messages/count", payload)).as_status() == {
        "dropped": None,
        "stored": None,
        "clients": None,
        "heap_bytes": None,
        "version": None,
    }


def test_a_version_is_kept_short() -> None:
    version = figures(("$SYS/broker/version", b"v" * 5000)).version
    assert version is not None
    assert len(version) == 100


def test_sources_of_one_broker_are_watched_once_under_the_name_of_the_first() -> None:
    def options(name: str, port: int = 1883, username: str | None = None) -> ConnectionOptions:
        return ConnectionOptions(name, "127.0.0.1", port, f"denyut-{name}", ("city/#",), username=username)

    watched = watches_of([options("air"), options("water"), options("away", 1884), options("dishub", username="u")])
    assert [watch.name for watch in watched] == ["air", "away", "dishub"]
