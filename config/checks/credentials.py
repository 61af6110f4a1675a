"""Names and secrets that can be sent: MQTT and HTTP have no way to carry some of them, and would fail at run time."""

import os
from collections.abc import Iterator
from pathlib import Path as FilePath

from config.checks.finding import Finding
from config.locate import Path
from config.section import Section

LONGEST_BYTES = 65_535
"""MQTT 5, 1.5.4 and 1.5.6: a length has two bytes."""


def check_mqtt_text(section: Section, name: str, path: Path) -> Iterator[Finding]:
    """A client identifier or a user name."""
    text: str | None = getattr(section, name)
    complaint = _unfit_for_mqtt(text.encode()) if text is not None else ""
    if complaint:
        yield Finding(f"{name} {complaint}", ((*path, name),))


def check_mqtt_password(section: Section, path: Path) -> Iterator[Finding]:
    for name, content in given(section, "password"):
        if complaint := _unfit_for_mqtt(content.rstrip(b"\r\n") if name == "password_file" else content):
            yield Finding(f"the password {complaint}", ((*path, name),))


def check_http_token(section: Section, path: Path, secret: str) -> Iterator[Finding]:
    for name, content in given(section, secret):
        token = content.strip() if name == f"{secret}_file" else content
        if any(not 32 <= byte < 127 for byte in token):
            yield Finding("the token must be one line of ASCII characters: HTTP carries no other", ((*path, name),))


def check_not_empty(section: Section, secret: str, path: Path) -> Iterator[Finding]:
    """A variable that is empty may be set where the run starts, and an absent file is a mistake of its own."""
    for name, content in given(section, secret):
        file: FilePath | None = getattr(section, f"{secret}_file")
        known = name == secret or (name == f"{secret}_file" and file is not None and file.is_file())
        if known and not content.strip():
            yield Finding(f"the {secret.removeprefix('operator_')} is empty", ((*path, name),))


def _unfit_for_mqtt(content: bytes) -> str:
    if b"\0" in content:
        return "holds a NUL character, which MQTT cannot carry"
    if len(content) > LONGEST_BYTES:
        return f"has {len(content)} bytes, MQTT carries {LONGEST_BYTES} at most"
    return ""


def given(section: Section, secret: str) -> Iterator[tuple[str, bytes]]:
    """(setting, content) as far as it can be had here; the environment may be another one when the run starts."""
    value = getattr(section, secret, None)
    if value is not None:
        yield secret, value.get_secret_value().encode()
    variable = getattr(section, f"{secret}_env")
    if variable is not None and variable in os.environ:
        yield f"{secret}_env", os.environ[variable].encode(errors="surrogateescape")
    file = getattr(section, f"{secret}_file")
    if file is not None:
        try:
            content = _head(file) if file.is_file() else b""
        except OSError:
            return
        yield f"{secret}_file", content


def _head(file: FilePath) -> bytes:
    with file.open("rb") as opened:
        return opened.read(2 * LONGEST_BYTES)
