"""The rules of alerts: what each watches, and how many alerts of it are firing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from alerts.book import Alert
from config.alert_rules import Rule
from config.calendar import Hours
from config.durations import UNITS_NS, format_duration
from config.shipped_rules import is_shipped
from dashboard.http import configured
from dashboard.http.access import Role
from dashboard.http.asked import known, query_of
from dashboard.http.page import Page
from dashboard.http.refusal import answer


@dataclass(frozen=True, slots=True)
class RuleApi:
    rules: Sequence[Rule]
    alerts: Callable[[], Sequence[Alert]]
    """Those that are firing."""

    def pages(self) -> tuple[Page, ...]:
        return (
            Page(
                "/api/rules",
                Role.MONITOR,
                self.listed,
                summary="What is watched, by which rule.",
                answer=configured.Rules,
            ),
            Page("/api/rules/{id:path}", Role.MONITOR, self.one, summary="One rule.", answer=configured.Rule),
        )

    async def listed(self, request: Request) -> Response:
        query_of(request, ())
        firing = self._firing()
        return answer({"rules": [self._described(rule, firing) for rule in self.rules]})

    async def one(self, request: Request) -> Response:
        query_of(request, ())
        rules = {rule.id: rule for rule in self.rules}
        return answer(self._described(rules[known(request.path_params["id"], rules, "rule", 404)], self._firing()))

    def _firing(self) -> Counter[str]:
        return Counter(alert.rule for alert in self.alerts())

    def _described(self, rule: Rule, firing: Counter[str]) -> dict[str, Any]:
        return {**describe_rule(rule), "shipped": is_shipped(rule), "firing": firing[rule.id]}


def describe_rule(rule: Rule) -> dict[str, Any]:
    """For JSON, with the keys and the durations of the configuration; what does not apply is null or empty."""
    return {
        "id": rule.id,
        "severity": rule.severity,
        "title": rule.title.model_dump(),
        "advice": rule.advice.model_dump(),
        "indicator": rule.indicator,
        "against": rule.against,
        "kind": rule.kind,
        "field": rule.field,
        "quantity": rule.quantity,
        "all": list(rule.every),
        "any": list(rule.some),
        "over": _duration(rule.over),
        "size": rule.size,
        "zones": list(rule.zones),
        "devices": list(rule.devices),
        "when": rule.when,
        "enter": rule.enter,
        "exit": rule.exit,
        "unit": rule.unit,
        "for": _duration(rule.lasting),
        "keep": _duration(rule.keep),
        "stale_after": _duration(rule.stale_after),
        "min_coverage": rule.min_coverage,
        "hours": describe_hours(rule.hours),
        "cause": rule.cause,
        "orders": [order.model_dump(mode="json") for order in rule.orders],
    }


def describe_hours(hours: Hours | None) -> dict[str, Any] | None:
    if hours is None:
        return None
    return {
        "days": list(hours.days),
        "begin": _time_of_day(hours.begin),
        "end": _time_of_day(hours.end),
        "holidays": hours.holidays,
    }


def _time_of_day(since_midnight_ns: int) -> str:
    hours, minutes = divmod(since_midnight_ns // UNITS_NS["m"], 60)
    return f"{hours:02}:{minutes:02}"


def _duration(duration_ns: int | None) -> str | None:
    return None if duration_ns is None else format_duration(duration_ns)
