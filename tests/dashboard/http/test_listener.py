import errno

import pytest

from dashboard.http.listener import listening_socket


def test_a_port_of_zero_is_a_free_one() -> None:
    with listening_socket("127.0.0.1", 0) as one, listening_socket("127.0.0.1", 0) as other:
        assert one.getsockname()[1] not in (0, other.getsockname()[1])


def test_a_port_is_taken_once() -> None:
    with listening_socket("127.0.0.1", 0) as first:
        with pytest.raises(OSError, match="in use") as raised:
            listening_socket(*first.getsockname())
        assert raised.value.errno == errno.EADDRINUSE


def test_an_address_of_another_machine_is_an_error() -> None:
    with pytest.raises(OSError, match="assign"):
        listening_socket("192.0.2.1", 0)
