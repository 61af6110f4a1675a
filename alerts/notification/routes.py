"""Which office answers for an alert, by which ladder it climbs, and with which others it is told."""

from collections.abc import Iterator

from alerts.assets import Asset
from alerts.book import Alert
from alerts.notification.gateways import Gateways
from alerts.notification.groups import Key, group_key
from alerts.notification.ladders import Ladders
from alerts.own_health import KIND as OWN_KIND
from alerts.own_health import PREFIX as OWN_PREFIX
from config.alert_rules import Rule
from config.duty import Route
from config.settings import Settings
from processors.indicators.domains import kind_of

_REST = Route()


class Routes:
    def __init__(self, settings: Settings, gateways: Gateways) -> None:
        self._gateways = gateways
        self._routes = settings.routes
        self._ladders = Ladders(settings)
        self._rules = {rule.id: rule for rule in settings.rules}
        self._office_of_kind = {kind: office.id for office in reversed(settings.offices) for kind in office.kinds}
        self._devices = {(device.kind, device.id): device for device in settings.devices}
        self._kinds: dict[str, tuple[str, ...]] = {}
        """Of each rule that was asked for."""
        self.ladder = self._ladders.of

    def kind(self, rule: Rule, asset: Asset) -> str:
        """Of the device, or of the devices of which the zone's figure is made; empty: of all, or of several."""
        if asset.kind:
            return asset.kind
        kinds = self._kinds_of(rule)
        return kinds[0] if len(kinds) == 1 else ""

    def place(self, alert: Alert, rule: Rule) -> None:
        """Say of a new alert who answers for it, and by which ladder it climbs."""
        alert.kind = self.kind(rule, alert.asset)
        route = self._route(rule, alert.asset, alert.kind)
        alert.office = self._office(route, rule, alert.asset)
        alert.ladder = self.ladder(route.ladder, alert.severity).id
        if not route.notify:
            alert.never = f"route {route.id}"

    def group(self, alert: Alert, rule: Rule) -> Key:
        route = self._route(rule, alert.asset, alert.kind)
        gateway = self._gateways.nearest(alert.asset.kind, alert.asset.device)
        return group_key(route.group_by, alert, rule, alert.kind, alert.office, gateway)

    def _route(self, rule: Rule, asset: Asset, kind: str) -> Route:
        return next((route for route in self._routes if _fits(route, rule, asset, kind)), _REST)

    def _office(self, route: Route, rule: Rule, asset: Asset) -> str:
        """The route's, else the device's, else that of the kind, of several the first that has one; what no office
        answers for is the backend's own. Empty: none.
        """
        device = self._devices.get((asset.kind, asset.device))
        if named := route.office or (device.office if device else ""):
            return named
        kinds = [asset.kind] if asset.kind else self._kinds_of(rule)
        found = (self._office_of_kind[kind] for kind in (*kinds, OWN_KIND) if kind in self._office_of_kind)
        return next(found, "")

    def _kinds_of(self, rule: Rule) -> tuple[str, ...]:
        """Of the figure, or of the parts in their order; "" stands for what is made of all kinds."""
        if rule.id not in self._kinds:
            self._kinds[rule.id] = tuple(dict.fromkeys(self._found_kinds(rule, ())))
        return self._kinds[rule.id]

    def _found_kinds(self, rule: Rule, above: tuple[str, ...]) -> Iterator[str]:
        if rule.kind:
            yield rule.kind
        elif rule.indicator:
            yield OWN_KIND if rule.indicator.startswith(OWN_PREFIX) else kind_of(rule.indicator)
        for name in (*rule.every, *rule.some):
            if name in self._rules and name not in above:
                yield from self._found_kinds(self._rules[name], (*above, rule.id))


def _fits(route: Route, rule: Rule, asset: Asset, kind: str) -> bool:
    return (
        (not route.rules or rule.id in route.rules)
        and (not route.zones or asset.zone in route.zones)
        and (not route.kinds or kind in route.kinds)
        and (not route.severities or rule.severity in route.severities)
    )
