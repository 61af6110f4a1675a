"""Channels: they lead somewhere, and have what their kind needs and nothing that it has no use for."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from config.channels import Channel
from config.checks.credentials import check_not_empty
from config.checks.finding import OTHER, Finding
from config.checks.secrets import check_secret, ways_to_give
from config.locate import Path
from config.mistakes import did_you_mean
from config.settings import Settings
from config.topics import LONGEST_TOPIC

TO = "{to}"
_URL = ("url", "url_env", "url_file")
_SECRET = ("secret", "secret_env", "secret_file")
_UNUSED = {
    "webhook": ("source", "topic"),
    "apprise": ("source", "topic", *_SECRET),
    "mqtt": (*_URL, *_SECRET),
}


def check_channels(settings: Settings) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, channel in enumerate(settings.channels):
        place: Path = ("channels", index)
        first = seen.setdefault(channel.id, index)
        if first != index:
            yield Finding(f"{channel.id!r} is {OTHER} too; ids stand once", ((*place, "id"), ("channels", first, "id")))
        yield from check_secret(channel, "url", place)
        yield from check_secret(channel, "secret", place)
        yield from check_not_empty(channel, "url", place)
        # With an empty one nothing would be signed.
        yield from check_not_empty(channel, "secret", place)
        yield from _unused(channel, place)
        if channel.kind == "mqtt":
            yield from _topic(channel, settings, place)
        else:
            yield from _address(channel, place)
    yield from _contacts(settings)


def _unused(channel: Channel, place: Path) -> Iterator[Finding]:
    for name in _UNUSED[channel.kind]:
        if name in channel.model_fields_set and getattr(channel, name) is not None:
            message = f"a channel of kind {channel.kind!r} uses no {name}"
            yield Finding(message, ((*place, name), (*place, "kind")))


def _address(channel: Channel, place: Path) -> Iterator[Finding]:
    """What it holds is a secret, and is not shown."""
    if not ways_to_give(channel, "url"):
        places = ((*place, "kind"), *((*place, name) for name in _URL))
        yield Finding(f"a channel of kind {channel.kind!r} needs url, url_env or url_file", places)
    if channel.url is None:
        return
    url = channel.url.get_secret_value()
    if url.strip() and "://" not in url:
        yield Finding("the url (not shown) is no address: it has no ://", ((*place, "url"),))
    elif url.strip() and channel.kind == "webhook" and not _is_http(url):
        yield Finding("the url (not shown) must be http://HOST... or https://HOST...", ((*place, "url"),))


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _topic(channel: Channel, settings: Settings, place: Path) -> Iterator[Finding]:
    sources = [source.name for source in settings.sources]
    if channel.source and channel.source not in sources:
        hint = did_you_mean(channel.source, sources)
        yield Finding(f"there is no source {channel.source!r}{hint}", ((*place, "source"), ("sources",)))
    topic, where = channel.topic, ((*place, "topic"),)
    if not topic:
        yield Finding("must not be empty", where)
    if wild := sorted(set(topic) & set("+#")):
        yield Finding(f"{topic!r} holds {' and '.join(wild)}: a notice goes to one topic", where)
    if "\0" in topic:
        yield Finding(f"{topic!r} holds the character U+0000, which MQTT forbids", where)
    if topic.startswith("$"):
        yield Finding(f"{topic!r}: topics that begin with $ are the broker's own", where)
    if (size := len(topic.encode())) > LONGEST_TOPIC:
        yield Finding(f"the topic has {size} bytes, MQTT carries {LONGEST_TOPIC} at most", where)


def _contacts(settings: Settings) -> Iterator[Finding]:
    """An address that has a place for the contact's own part, and a contact that has one, belong together."""
    channels = {channel.id: (index, channel) for index, channel in reversed(list(enumerate(settings.channels)))}
    for number, officer in enumerate(settings.officers):
        for position, contact in enumerate(officer.contacts):
            index, channel = channels.get(contact.channel, (0, None))
            if channel is None or channel.kind != "apprise" or channel.url is None:
                continue
            here: Path = ("officers", number, "contacts", position)
            has_place = TO in channel.url.get_secret_value()
            if has_place and not contact.to:
                message = f"'to' is missing: the address of channel {channel.id!r} has a place for it"
                yield Finding(message, (here, ("channels", index, "url")))
            elif contact.to and not has_place:
                message = f"the address of channel {channel.id!r} has no {TO}: 'to' would go nowhere"
                yield Finding(message, ((*here, "to"), ("channels", index, "url")))
