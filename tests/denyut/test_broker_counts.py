"""What a broker had dropped at the last stop is known at the next start."""

import pytest

from denyut.broker_counts import BROKERS, dump_counts, restore_counts
from ingest.mqtt.broker_watch import DROPPED, BrokerWatch
from ingest.mqtt.options import ConnectionOptions
from processors.state import StateError


def watch(port: int = 1883) -> BrokerWatch:
    return BrokerWatch(ConnectionOptions("mqtt", "127.0.0.1", port, "denyut-mqtt", ("city/#",)))


def after(saved: bytes, port: int = 1883) -> BrokerWatch:
    """A watch of the next run."""
    new = watch(port)
    restore_counts([new], {BROKERS: saved})
    return new


def test_what_was_dropped_meanwhile_is_counted() -> None:
    old = watch()
    old.figures.told(DROPPED, b"700")
    new = after(dump_counts([old]))
    assert new.figures.dropped is None
    new.figures.told(DROPPED, b"4948")
    assert new.figures.dropped == 4248


def test_a_broker_that_restarted_meanwhile_has_dropped_what_it_says() -> None:
    new = after(b'{"127.0.0.1:1883":700}')
    new.figures.told(DROPPED, b"12")
    assert new.figures.dropped == 12


def test_a_run_in_which_the_broker_said_nothing_forgets_nothing() -> None:
    assert dump_counts([after(b'{"127.0.0.1:1883":700}')]) == b'{"127.0.0.1:1883":700}'


def test_another_broker_begins_anew() -> None:
    new = after(b'{"127.0.0.1:1883":700}', port=1884)
    new.figures.told(DROPPED, b"900")
    assert new.figures.dropped == 0
    assert dump_counts([watch()]) == b"{}"


def test_what_no_run_has_written_is_refused() -> None:
    with pytest.raises(StateError, match="the saved counts of the brokers cannot be read"):
        after(b'{"127.0.0.1:1883":"many"}')
