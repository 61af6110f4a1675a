"""Alerts as the book holds them."""

from alerts.assets import Asset
from alerts.book import Alert

SECOND = 10**9
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def of_zone(number: int = 1, rule: str = "full", zone: str = "kota", fired_ns: int = 0, city: str = "bjn") -> Alert:
    return Alert(number, rule, "warning", Asset(city, zone), fired_ns, fired_ns, 0.97, 1.0)


def of_device(
    number: int = 1, rule: str = "silent", device: str = "b1", kind: str = "bin", zone: str = "kota", fired_ns: int = 0
) -> Alert:
    return Alert(number, rule, "warning", Asset("bjn", zone, kind, device), fired_ns, fired_ns, 4.0, 1.0)
