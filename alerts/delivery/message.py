"""A notice as other systems get it: JSON, with its text beside its figures. docs/alerts.md describes it."""

from typing import Any

import msgspec

from alerts.consequences import Card, Notice
from alerts.delivery.channel import Telling
from config.iso_times import iso_utc


def encode(telling: Telling) -> bytes:
    """UTF-8; the same bytes in every attempt. What is unknown is null."""
    return msgspec.json.encode({"key": telling.key, **_notice(telling.notice), **_text(telling)})


def _text(telling: Telling) -> dict[str, str]:
    return {"title": telling.text.title, "text": telling.text.body}


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "number": notice.number,
        "at": iso_utc(notice.at_ns),
        "reason": notice.reason.value,
        "severity": notice.severity,
        "officer": notice.officer,
        "office": notice.office,
        "to": notice.to,
        "language": notice.language,
        "ladder": notice.ladder,
        "step": notice.step,
        "alerts": notice.alerts,
        "cards": [_card(card) for card in notice.cards],
    }


def _card(card: Card) -> dict[str, Any]:
    fields = {name: getattr(card, name) for name in card.__struct_fields__ if not name.endswith("_ns")}
    times = {"fired": card.fired_ns, "learned": card.learned_ns, "ended": card.ended_ns}
    return fields | {name: iso_utc(at_ns) if at_ns else None for name, at_ns in times.items()}
