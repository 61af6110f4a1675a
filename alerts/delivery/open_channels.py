"""The channels of a configuration, ready to be used: what cannot work is said at the start."""

from alerts.delivery.channel import Channel, ChannelUnusableError
from alerts.delivery.courier import Way
from config import channels as configured
from config.settings import Settings, Source


def open_channels(settings: Settings) -> dict[str, Way]:
    """By their ids. Raises ChannelUnusableError."""
    return {channel.id: Way(channel, opened(channel, settings)) for channel in settings.channels}


def opened(channel: configured.Channel, settings: Settings) -> Channel:
    """Raises ChannelUnusableError."""
    # What a kind needs is imported only where one is configured: Apprise alone takes a tenth of a second.
    if channel.kind == "webhook":
        from alerts.delivery.webhook import Webhook

        return Webhook(channel)
    if channel.kind == "mqtt":
        from alerts.delivery.mqtt_channel import MqttChannel

        return MqttChannel(channel, _source(channel, settings))
    from alerts.delivery.apprise_channel import AppriseChannel

    return AppriseChannel(channel)


def _source(channel: configured.Channel, settings: Settings) -> Source:
    found = [source for source in settings.sources if channel.source in ("", source.name)]
    if not found:
        raise ChannelUnusableError(f"channel {channel.id!r}: there is no source {channel.source!r}")
    return found[0]
