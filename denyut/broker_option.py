"""A broker named on the command line, in the place of those of the configuration."""

from config.addresses import checked_broker
from config.settings import Settings


def with_broker(settings: Settings, broker: str | None) -> Settings:
    """The same settings with every source at this broker. Raises ValueError."""
    if broker is None:
        return settings
    checked_broker(broker)
    sources = tuple(source.model_copy(update={"broker": broker}) for source in settings.sources)
    return settings.model_copy(update={"sources": sources})
