"""How a running process speaks of itself: over HTTP and in its log."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from config.addresses import checked_listen
from config.section import File, Section


class Http(Section):
    enabled: bool = True
    listen: Annotated[str, AfterValidator(checked_listen)] = "127.0.0.1:8180"
    """HOST:PORT; port 0 takes a free one. Another address than this machine's own must be written out."""
    token_env: str | None = None
    token_file: File | None = None
    """Whoever asks for figures must show this token; /healthz and /readyz answer anyone."""
    operator_token_env: str | None = None
    operator_token_file: File | None = None
    """Whoever changes anything, such as acknowledging an alert, must show this one, or an officer's own token."""


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"
