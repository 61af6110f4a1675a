"""Ways to people and to other systems."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from config.durations import SECOND_NS, UNITS_NS
from config.section import Duration, File, Name, Section, between


class Channel(Section):
    id: Name
    kind: Literal["apprise", "webhook", "mqtt"]
    url: SecretStr | None = None
    """apprise: an address as Apprise writes it, with {to} where a contact's own part belongs; it holds secrets.
    webhook: http:// or https://."""
    url_env: str | None = None
    url_file: File | None = None
    secret: SecretStr | None = None
    """webhook: the key of the signature."""
    secret_env: str | None = None
    secret_file: File | None = None
    source: str = ""
    """mqtt: the source whose broker it is; empty: the first."""
    topic: str = "denyut/notices/{to}"
    """mqtt."""
    text: Literal["full", "short"] = "full"
    """"short": one line of at most 160 letters, for an SMS."""
    retry_for: Duration = 24 * UNITS_NS["h"]
    """How long a delivery that fails is tried again."""
    timeout: Annotated[Duration, between(SECOND_NS // 10, 300 * SECOND_NS)] = 10 * SECOND_NS
    most_a_minute: Annotated[int, Field(ge=1, le=100_000)] = 600
    """More wait their turn; gateways of messengers allow few."""
