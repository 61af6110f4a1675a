"""Where brokers and stores are: the addresses a configuration may name."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


def _split(url: str, schemes: tuple[str, ...]) -> SplitResult:
    wanted = " or ".join(f"{scheme}://HOST:PORT" for scheme in schemes)
    if "@" in url:
        # The address may hold a password, so it is not repeated here.
        raise ValueError(f"user and password do not belong into the address; write {wanted}, username and password")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is no address: {error}; write {wanted}") from None
    if parts.scheme not in schemes or not parts.hostname or any(character.isspace() for character in url):
        raise ValueError(f"{url!r} is no address; write {wanted}")
    if port == 0:
        raise ValueError(f"{url!r}: port 0 cannot be connected to; ports are 1 to 65535")
    return parts


def checked_broker(url: str) -> str:
    """The address itself. Raises ValueError where it is no mqtt://HOST:PORT or mqtts://HOST:PORT."""
    parts = _split(url, ("mqtt", "mqtts"))
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"{url!r} must end after the port; topics are a setting of their own")
    return url


def checked_store_url(url: str) -> str:
    """The address itself. Raises ValueError where it is no http:// or https:// address."""
    parts = _split(url, ("http", "https"))
    if parts.query or parts.fragment:
        raise ValueError(f"{url!r} must not hold ? or #; database and org are settings of their own")
    return url


def broker_address(url: str) -> tuple[str, int, bool]:
    """Host, port and whether TLS is spoken, of a checked address; the port defaults to 1883, with TLS to 8883."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme], parts.scheme == "mqtts"


def checked_listen(address: str) -> str:
    """HOST:PORT to listen on, an IPv6 host in brackets. Raises ValueError."""
    host, port = listen_address(address)
    if not host or not 0 <= port <= 65_535:
        raise ValueError(f"{address!r} is no address to listen on; write HOST:PORT, such as 127.0.0.1:8180")
    return address


def listen_address(address: str) -> tuple[str, int]:
    """Host and port of HOST:PORT; port -1 where there is none."""
    host, _, port = address.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port) if port.isascii() and port.isdigit() else -1


def is_of_this_machine(host: str) -> bool:
    """Whether nobody on another machine can reach what listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
