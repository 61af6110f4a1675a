"""Which office answers for an alert, by which ladder it climbs, and with which others it is told."""

from alerts.assets import Asset
from alerts.book import Alert
from alerts.notification.gateways import Gateways
from alerts.notification.groups import Key, group_key
from alerts.notification.ladders import Ladders
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
        self._kinds: dict[str, str] = {}
        self.ladder = self._ladders.of

    def kind(self, rule: Rule, asset: Asset) -> str:
        """Of the device, or of the devices of which the zone's figure is made; empty: of all."""
        if asset.kind:
            return asset.kind
        if rule.id not in self._kinds:
            self._kinds[rule.id] = self._kind_of_rule(rule, ())
        return self._kinds[rule.id]

    def place(self, alert: Alert, rule: Rule) -> None:
        """Say of a new alert who answers for it, and by which ladder it climbs."""
        alert.kind = self.kind(rule, alert.asset)
        route = self._route(rule, alert.asset, alert.kind)
        alert.office = self._office(route, alert.asset, alert.kind)
        alert.ladder = self.ladder(route.ladder, alert.severity).id
        if not route.notify:
            alert.never = f"route {route.id}"

    def group(self, alert: Alert, rule: Rule) -> Key:
        route = self._route(rule, alert.asset, alert.kind)
        gateway = self._gateways.nearest(alert.asset.kind, alert.asset.device)
        return group_key(route.group_by, alert, rule, alert.kind, alert.office, gateway)

    def _route(self, rule: Rule, asset: Asset, kind: str) -> Route:
        return next((route for route in self._routes if _fits(route, rule, asset, kind)), _REST)

    def _office(self, route: Route, asset: Asset, kind: str) -> str:
        """The route's, else the device's, else that of the kind; empty: none."""
        device = self._devices.get((asset.kind, asset.device))
        return route.office or (device.office if device else "") or self._office_of_kind.get(kind, "")

    def _kind_of_rule(self, rule: Rule, above: tuple[str, ...]) -> str:
        if rule.kind:
            return rule.kind
        if rule.indicator:
            return kind_of(rule.indicator)
        parts = [name for name in (*rule.every, *rule.some) if name in self._rules and name not in above]
        kinds = {self._kind_of_rule(self._rules[name], (*above, rule.id)) for name in parts}
        return kinds.pop() if len(kinds) == 1 else ""


def _fits(route: Route, rule: Rule, asset: Asset, kind: str) -> bool:
    return (
        (not route.rules or rule.id in route.rules)
        and (not route.zones or asset.zone in route.zones)
        and (not route.kinds or kind in route.kinds)
        and (not route.severities or rule.severity in route.severities)
    )
