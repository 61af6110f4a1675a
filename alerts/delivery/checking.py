"""Whether a run could use the configured channels: all that keeps it from starting, and what is likely a slip."""

import os

from alerts.delivery.channel import ChannelUnusableError
from alerts.delivery.open_channels import opened
from alerts.delivery.secret_parts import resolved
from config.channels import Channel
from config.settings import Settings

TO = "{to}"


def unusable_channels(settings: Settings) -> list[str]:
    """A sentence for each. Whose environment variables are not set here may be all right elsewhere."""
    found = []
    for channel in settings.channels:
        if _is_complete(channel):
            try:
                opened(channel, settings)
            except ChannelUnusableError as error:
                found.append(str(error))
    return found


def odd_addresses(settings: Settings) -> list[str]:
    """Of addresses that are the same for whoever is meant."""
    meant = {contact.channel for officer in settings.officers for contact in officer.contacts if contact.to}
    return [
        f"channel {channel.id!r}: its address has no {{to}}, so every contact by it reaches the same place"
        for channel in settings.channels
        if channel.kind == "apprise" and channel.id in meant and (address := _address(channel)) and TO not in address
    ]


def _address(channel: Channel) -> str:
    """Empty where it cannot be known here."""
    try:
        return resolved(channel, "url") or ""
    except ChannelUnusableError:
        return ""


def _is_complete(channel: Channel) -> bool:
    return all(os.environ.get(name) for name in (channel.url_env, channel.secret_env) if name is not None)
