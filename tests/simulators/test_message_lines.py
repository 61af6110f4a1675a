import json

import numpy as np
import pytest

from simulators.message_lines import read_line, written_lines
from simulators.payloads import Messages

AT_NS = 1_772_406_000_017_000_000


def written(*payloads: bytes) -> list[str]:
    times = np.full(len(payloads), AT_NS)
    return written_lines(Messages(["city/b/air/A-1"] * len(payloads), list(payloads), times)).splitlines()


def test_a_line_holds_when_a_message_came_its_topic_and_its_payload() -> None:
    (line,) = written(b'{"ts":1772406000017,"pm25":41.5}')
    assert line == ('{"received":1772406000017,"topic":"city/b/air/A-1","payload":{"ts":1772406000017,"pm25":41.5}}')


@pytest.mark.parametrize(
    "payload",
    [
        *(
            b'{"pm25":41.5}',
            b'[{"pm25":1},{"pm25":2}]',
            b'{"pm25":41',
            b'{"pm25":NaN}',
            b'{"pm25":\n1}',
            b'{"pm25":1} ',
        ),
        *(b"", b'"text"', b"12", b"null", b"\xff\xfe\x00", b'{"unit":"\xb0C"}', b"[" * 3000, b'{"a":1,"a":2}'),
    ],
)
def test_every_payload_survives_to_the_byte(payload: bytes) -> None:
    (line,) = written(payload)
    assert "received" in json.loads(line)
    message = read_line(line.encode())
    assert message is not None
    assert (message.topic, message.content, message.received_ns) == ("city/b/air/A-1", payload, AT_NS)


@pytest.mark.parametrize("line", [b"", b"{}", b'{"topic":"a"}', b'{"payload":{}}', b"[]", b'{"topic":1,"payload":{}}'])
def test_what_is_no_message_is_told(line: bytes) -> None:
    assert read_line(line) is None


def test_a_time_of_receipt_may_be_absent_and_is_told_where_it_is_no_time() -> None:
    message = read_line(b'{"topic":"a","payload":{"x":1}}')
    assert message is not None
    assert message.received_ns is None
    message = read_line(b'{"topic":"a","payload":{"x":1},"received":"soon"}')
    assert message is not None
    with pytest.raises(ValueError, match="'soon': time_invalid"):
        assert message.received_ns
