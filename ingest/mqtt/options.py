"""From the configuration of a source to what a connection needs: addresses, secrets and certificates resolved."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from config.addresses import broker_address
from config.durations import SECOND_NS
from config.settings import Source, Tls

LARGEST_PACKET = 2 * 1024 * 1024
"""Bytes: a payload of 1 MiB with the longest topic and properties fits."""


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
    host, port, encrypted = broker_address(source.broker)
    if source.tls != Tls() and not encrypted:
        raise ValueError(
            f"source {source.name!r}: broker {source.broker!r} has no TLS although tls is set; write mqtts://"
        )
    password = _password(source, environment)
    if password is not None and source.username is None:
        raise ValueError(f"source {source.name!r}: a password needs a username")
    shared = f"$share/{source.shared_group}/" if source.shared_group else ""
    return ConnectionOptions(
        name=source.name,
        host=host,
        port=port,
        client_id=source.client_id or f"denyut-{_stable_part(data_dir_id, source.name)}",
        filters=tuple(f"{shared}{topic}" for topic in source.topics),
        qos=source.qos,
        username=source.username,
        password=password,
        tls=_tls(source) if encrypted else None,
        session_expiry_s=min(max(1, source.session_expiry // SECOND_NS), 0xFFFF_FFFE),
        receive_maximum=source.receive_maximum,
    )


def _stable_part(data_dir_id: str, name: str) -> str:
    # 23 characters are all that an MQTT 3.1.1 broker must take, and two sources of one process must not collide.
    return blake2b(f"{data_dir_id}\0{name}".encode(), digest_size=8).hexdigest()


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
