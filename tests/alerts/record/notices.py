"""Notices, events and orders as a desk brings them."""

from alerts.assets import Asset
from alerts.consequences import AuditEntry, Card, CommandOrder, Consequences, Notice, Reason
from alerts.engine import AlertEvent
from alerts.lifecycle import Change
from config.alert_rules import Rule

NINE = 1_763_802_000_000_000_000
"""2025-11-22 09:00 UTC."""
SECOND = 1_000_000_000
RULE = Rule(id="parking_full", indicator="parking_occupancy", when=">=", enter=0.95, severity="warning")
MARKET = Asset("bjn", "market")


def event(change: Change, number: int = 1, at_ns: int = NINE, asset: Asset = MARKET) -> AlertEvent:
    return AlertEvent(RULE, asset, change, at_ns, at_ns + SECOND, 0.97, 1.0, number=number)


def card(number: int = 1) -> Card:
    return Card(
        number=number,
        rule="parking_full",
        title="Parking is full",
        severity="warning",
        city="bjn",
        zone="market",
        zone_name="Pasar Besar",
        figure="parking_occupancy",
        value=0.97,
        unit="",
        when=">=",
        limit=0.95,
        coverage=1.0,
        fired_ns=NINE,
        learned_ns=NINE + SECOND,
    )


def notice(
    number: int, channel: str = "hook", severity: str = "warning", to: str = "", officer: str = "sari"
) -> Notice:
    return Notice(
        number=number,
        at_ns=NINE,
        reason=Reason.FIRING,
        severity=severity,
        channel=channel,
        to=to,
        officer=officer,
        office="dishub",
        language="en",
        cards=(card(number),),
        alerts=(number,),
    )


def order(number: int) -> CommandOrder:
    return CommandOrder(
        number=number,
        actuator="siren",
        command="on",
        source="mqtt",
        topic="city/bjn/siren/1/command",
        qos=1,
        payload=b'{"command": "on"}',
        decided_ns=NINE,
        expires_ns=NINE + 30 * SECOND,
    )


def told(*notices: Notice) -> Consequences:
    return Consequences(notices=list(notices))


def entry(what: str, alert: int = 1) -> AuditEntry:
    return AuditEntry(NINE, what, alert=alert, rule="parking_full", asset=MARKET, detail={"value": 0.97})
