"""What a channel's settings make likely, and nobody may have meant."""

from urllib.parse import urlsplit

from config.addresses import is_of_this_machine
from config.channels import Channel
from config.checks.secrets import ways_to_give
from config.settings import Settings, Source


def of_channels(settings: Settings) -> list[str]:
    used = {contact.channel for officer in settings.officers for contact in officer.contacts}
    used |= {
        target.partition(":")[2]
        for ladder in settings.ladders
        for step in ladder.steps
        for target in step.to
        if target.startswith("channel:")
    }
    hints = []
    for channel in settings.channels:
        place = f"channel {channel.id!r}"
        if channel.id not in used:
            hints.append(f"{place}: no contact and no step of a ladder uses it")
        if channel.kind == "webhook":
            hints += [f"{place}: {hint}" for hint in _of_webhook(channel)]
        if channel.kind == "mqtt":
            hints += [f"{place}: {hint}" for hint in _of_topic(channel, settings)]
    return hints


def _of_webhook(channel: Channel) -> list[str]:
    hints = []
    if not ways_to_give(channel, "secret"):
        hints.append("without a secret what it tells is not signed, and the receiver cannot know whose it is")
    if channel.url is not None:
        parts = urlsplit(channel.url.get_secret_value())
        if parts.scheme == "http" and not is_of_this_machine(parts.hostname or ""):
            hints.append("by http:// anybody on the way reads what it tells")
    return hints


def _of_topic(channel: Channel, settings: Settings) -> list[str]:
    """A source that subscribes to the notices takes them for readings."""
    first = settings.sources[0].name if settings.sources else ""
    return [
        f"source {source.name!r} subscribes to {topic!r}, and would take its notices for messages of devices"
        for source in settings.sources
        if source.broker == _broker(settings.sources, channel.source or first)
        for topic in source.topics
        if _takes(topic.split("/"), channel.topic.split("/"))
    ]


def _broker(sources: tuple[Source, ...], name: str) -> str | None:
    return next((source.broker for source in sources if source.name == name), None)


def _takes(wanted: list[str], topic: list[str]) -> bool:
    """Whether a filter matches a topic, by levels; what holds {to} may be anything."""
    if wanted[:1] == ["#"]:
        return True
    if not wanted or not topic:
        return not wanted and not topic
    fits = wanted[0] in ("+", topic[0]) or "{to}" in topic[0]
    return fits and _takes(wanted[1:], topic[1:])
