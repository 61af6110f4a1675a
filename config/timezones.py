"""Time zones by their IANA name."""

from zoneinfo import ZoneInfo, available_timezones

from config.mistakes import did_you_mean

UTC = ZoneInfo("UTC")


def checked_timezone(name: str) -> str:
    """The name itself. Raises ValueError where the time zone database has none of this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = did_you_mean(name, available_timezones())
        raise ValueError(f"{name!r} is no time zone; write a name such as Asia/Jakarta{hint}") from None
    return name
