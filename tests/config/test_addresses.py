import pytest

from config.addresses import broker_address, checked_broker, checked_listen, checked_store_url, listen_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://127.0.0.1:1884", ("127.0.0.1", 1884, False)),
        ("mqtt://broker.example", ("broker.example", 1883, False)),
        ("mqtts://broker.example/", ("broker.example", 8883, True)),
        ("mqtt://[::1]:1883", ("::1", 1883, False)),
    ],
)
def test_a_broker_has_host_port_and_tls(url, address):
    assert broker_address(checked_broker(url)) == address


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "write mqtt://HOST:PORT or mqtts://HOST:PORT"),
        ("127.0.0.1:1883", "'127.0.0.1:1883' is no address"),
        ("http://h:1", "'http://h:1' is no address"),
        ("mqtt://:1883", "is no address"),
        ("mqtt://h:70000", "Port out of range 0-65535"),
        ("mqtt://h:0", "port 0"),
        ("mqtt://h:x", "'mqtt://h:x' is no address"),
        ("mqtt://[::1", "Invalid IPv6 URL"),
        ("mqtt://h/city", "must end after the port"),
        ("mqtt://a b:1", "is no address"),
    ],
)
def test_what_is_no_broker_is_refused_with_the_value(url, reason):
    with pytest.raises(ValueError, match=reason.replace("[", r"\[")):
        checked_broker(url)


def test_a_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(ValueError, match="do not belong into the address") as raised:
        checked_broker("mqtt://dishub:rahasia@h:1883")
    assert "rahasia" not in str(raised.value)


def test_a_store_speaks_http():
    assert checked_store_url("https://influx.example:8086/prefix") == "https://influx.example:8086/prefix"
    for url in ("mqtt://h", "h:8086", "http://h?db=x", "http://h:99999"):
        with pytest.raises(ValueError, match="http"):
            checked_store_url(url)


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [("127.0.0.1:8180", "127.0.0.1", 8180), ("[::1]:0", "::1", 0), ("localhost:65535", "localhost", 65535)],
)
def test_an_address_to_listen_on_has_host_and_port(address, host, port):
    assert listen_address(checked_listen(address)) == (host, port)


@pytest.mark.parametrize("address", ["", "8180", ":8180", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "h:-1"])
def test_what_is_no_address_to_listen_on_is_refused_with_the_value(address):
    with pytest.raises(ValueError, match="is no address to listen on; write HOST:PORT") as raised:
        checked_listen(address)
    assert repr(address) in str(raised.value)
