"""Which zones and devices a rule means, as columns that are looked up once."""

import numpy as np
from numpy.typing import NDArray

from alerts.assets import Asset, DeviceAssets, ZoneAssets
from config.alert_rules import Rule
from processors.indicators.indicator_batch import CITY_ZONE

_Places = tuple[tuple[str, ...], tuple[str, ...]]


class Scopes:
    """Rules with one scope share it; assets are only ever added."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, _Places], NDArray[np.bool_]] = {}
        """(kind of device, zones and devices of a rule) -> (a,), as far as looked at."""

    def of(self, rule: Rule, kind: str, assets: ZoneAssets | DeviceAssets) -> NDArray[np.bool_] | None:
        """(a,) whether the rule means each asset; None: all of them. An empty kind: they are zones."""
        places = (rule.zones, rule.devices)
        if kind and not any(places):
            return None
        known = self._known.get((kind, places), np.zeros(0, np.bool_))
        if len(known) < len(assets):
            new = [_is_meant(assets[number], *places) for number in range(len(known), len(assets))]
            known = self._known[kind, places] = np.concatenate([known, np.array(new, np.bool_)])
        return known


def _is_meant(asset: Asset, zones: tuple[str, ...], devices: tuple[str, ...]) -> bool:
    if devices and asset.device not in devices:
        return False
    return asset.zone in zones if zones else asset.zone != CITY_ZONE
