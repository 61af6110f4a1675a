"""From the configuration of a source to what a connection needs: addresses, secrets and certificates resolved."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from config.durations import SECOND_NS
from config.settings import Source, Tls

PORTS = {"mqtt": 1883, "mqtts": 8883}
LARGEST_PACKET = 2 * 1024 * 1024
"""Bytes: a payload of 1 MiB with the longest topic and properties fits."""
_LONGEST_STRING = 65_535


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """`filters` are complete, $share included; `keep_alive_s` 0 switches the PING off."""

    name: str
    host: str
    port: int
    client_id: str
    filters: tuple[str, ...]
    qos: int = 1
    username: str | None = None
    password: bytes | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    session_expiry_s: int = 3600
    receive_maximum: int = 65_535
    keep_alive_s: int = 30
    largest_packet: int = LARGEST_PACKET


def options_of(source: Source, data_dir_id: str, environment: Mapping[str, str] = os.environ) -> ConnectionOptions:
    """ValueError, in one sentence that names the source, where the configuration cannot work."""
    url = _url(source)
    password = _password(source, environment)
    if password is not None and source.username is None:
        raise ValueError(f"source {source.name!r}: a password needs a username")
    return ConnectionOptions(
        name=source.name,
        host=url.hostname or "",
        port=url.port or PORTS[url.scheme],
        client_id=source.client_id or f"denyut-{_stable_part(data_dir_id, source.name)}",
        filters=tuple(_filter(source, topic) for topic in source.topics),
        qos=source.qos,
        username=source.username,
        password=password,
        tls=_tls(source) if url.scheme == "mqtts" else None,
        session_expiry_s=min(max(1, source.session_expiry // SECOND_NS), 0xFFFF_FFFE),
        receive_maximum=source.receive_maximum,
    )


def _stable_part(data_dir_id: str, name: str) -> str:
    # 23 characters are all that an MQTT 3.1.1 broker must take, and two sources of one process must not collide.
    return blake2b(f"{data_dir_id}\0{name}".encode(), digest_size=8).hexdigest()


def _url(source: Source) -> SplitResult:
    where = f"source {source.name!r}: broker {_masked(source.broker)!r}"
    try:
        url = urlsplit(source.broker)
        port = url.port
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    if url.scheme not in PORTS or not url.hostname or port == 0:
        raise ValueError(f"{where} is no mqtt://HOST:PORT or mqtts://HOST:PORT")
    if url.username is not None:
        raise ValueError(f"{where} carries a user; write username, and password_env or password_file")
    if url.path not in ("", "/") or url.query or url.fragment:
        raise ValueError(f"{where} goes on after the port; only mqtt://HOST:PORT or mqtts://HOST:PORT is read")
    if url.scheme == "mqtt" and source.tls != Tls():
        raise ValueError(f"{where} has no TLS although [tls] is set; write mqtts://")
    return url


def _masked(broker: str) -> str:
    scheme, separator, rest = broker.partition("://")
    return f"{scheme}{separator}***@{rest.rpartition('@')[2]}" if "@" in rest else broker


def _password(source: Source, environment: Mapping[str, str]) -> bytes | None:
    given = [name for name in ("password", "password_env", "password_file") if getattr(source, name) is not None]
    if len(given) > 1:
        raise ValueError(f"source {source.name!r}: {' and '.join(given)} are set; one is enough")
    if source.password is not None:
        return source.password.get_secret_value().encode()
    if source.password_env is not None:
        if source.password_env not in environment:
            raise ValueError(f"source {source.name!r}: the environment variable {source.password_env!r} is not set")
        return environment[source.password_env].encode()
    if source.password_file is not None:
        return _read(source, "password_file", source.password_file).rstrip(b"\r\n")
    return None


def _read(source: Source, key: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"source {source.name!r}: {key} {str(path)!r}: {error.strerror}") from None


def _tls(source: Source) -> ssl.SSLContext:
    tls = source.tls
    for key, path in (("ca", tls.ca), ("certificate", tls.certificate), ("key", tls.key)):
        if path is not None:
            _read(source, f"tls.{key}", path)
    if tls.key is not None and tls.certificate is None:
        raise ValueError(f"source {source.name!r}: tls.key {str(tls.key)!r} needs tls.certificate")
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        if tls.certificate is not None:
            # A key that asks for a pass phrase would stop the program at a prompt.
            context.load_cert_chain(tls.certificate, tls.key, password="")
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise ValueError(f"source {source.name!r}: the TLS files cannot be used: {reason}") from None
    return context


def _filter(source: Source, topic: str) -> str:
    levels = topic.split("/")
    wildcards = any(("#" in level or "+" in level) and level not in ("#", "+") for level in levels)
    if not topic or "\0" in topic or wildcards or "#" in levels[:-1]:
        raise ValueError(f"source {source.name!r}: {topic!r} is no topic filter; # stands last, + alone in its level")
    if len(topic.encode()) > _LONGEST_STRING:
        raise ValueError(
            f"source {source.name!r}: a topic filter of {len(topic.encode())} bytes; {_LONGEST_STRING} fit"
        )
    if source.shared_group is None:
        return topic
    if not source.shared_group or set(source.shared_group) & set("/+#\0"):
        raise ValueError(f"source {source.name!r}: shared_group {source.shared_group!r} must be a word without / + #")
    return f"$share/{source.shared_group}/{topic}"
