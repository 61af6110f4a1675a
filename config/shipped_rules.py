"""The rules of alerts that come with Denyut: `config/rules/*.toml`, chosen by `shipped_rules`."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from config.alert_rules import Rule
from config.default_kinds import effective_kinds
from config.indicator_sizes import all_sizes, sizes_with
from config.settings import Settings
from config.shipped_inhibitions import shipped_inhibitions

ALL = "all"
_HERE = Path(__file__).parent / "rules"


class _Offered(NamedTuple):
    rule: Rule
    sizes: tuple[str, ...]
    """Of windows, the best first."""
    units: dict[str, str]
    """Quantity -> unit that some kind of device must say it has."""


class Shipped(NamedTuple):
    rules: tuple[Rule, ...]
    left_out: tuple[tuple[str, str], ...]
    """(id, why) of those that were chosen, but cannot watch anything here."""


def shipped_ids() -> list[str]:
    return list(_offered())


def is_shipped(rule: Rule) -> bool:
    """Whether it is as it came with Denyut, but for its windows."""
    offered = _offered().get(rule.id)
    return offered is not None and rule.model_copy(update={"size": offered.rule.size}) == offered.rule


def shipped_among(settings: Settings) -> list[str]:
    """Ids of the rules that came with Denyut, of settings that have them."""
    offered = _offered()
    known = [rule for rule in settings.rules if rule.id in offered]
    return [rule.id for rule in known if rule == offered[rule.id].rule.model_copy(update={"size": rule.size})]


def with_shipped_rules(settings: Settings) -> Settings:
    """One of the configuration's own with the same id takes the place of a shipped rule; those stand behind.

    With them come the inhibitions that belong to them, also to those whose place is taken, where none are configured.
    """
    if not settings.shipped_rules:
        return settings
    rules = shipped(settings).rules
    update: dict[str, object] = {"rules": (*settings.rules, *rules)}
    if "inhibitions" not in settings.model_fields_set:
        update["inhibitions"] = shipped_inhibitions({rule.id for rule in (*settings.rules, *rules)})
    return settings.model_copy(update=update)


def shipped(settings: Settings) -> Shipped:
    """What of the chosen ones fits the configuration, which must not have them yet."""
    own = {rule.id for rule in settings.rules}
    chosen = shipped_ids() if ALL in settings.shipped_rules else settings.shipped_rules
    rules, left_out = list[Rule](), list[tuple[str, str]]()
    for offered in (_offered()[name] for name in dict.fromkeys(chosen) if name in _offered() and name not in own):
        sizes = _sizes(offered.rule, settings)
        size = next((size for size in offered.sizes if size in sizes), "")
        if not size:
            left_out.append((offered.rule.id, f"there are no windows of {' or '.join(offered.sizes)} for it"))
        elif other := next(_without_unit(offered, settings), ""):
            left_out.append((offered.rule.id, other))
        else:
            rules.append(offered.rule.model_copy(update={"size": size}))
    return Shipped(tuple(rules), tuple(left_out))


def _sizes(rule: Rule, settings: Settings) -> list[str]:
    return all_sizes(settings) if rule.indicator is None else sizes_with(rule.indicator, settings)


def _without_unit(offered: _Offered, settings: Settings) -> Iterator[str]:
    """Why the limit of the rule might mean something else here: a battery speaks in percent, or in volts."""
    for quantity, unit in offered.units.items():
        said = {
            kind.quantities[quantity].unit
            for kind in effective_kinds(settings).values()
            if quantity in kind.quantities and kind.quantities[quantity].unit
        }
        if said != {unit}:
            yield f'no kind of device says that the unit of {quantity!r} is "{unit}", or another one says otherwise'


@cache
def _offered() -> dict[str, _Offered]:
    """By id, in the order of the files and of the rules in them."""
    offered = {}
    for file in sorted(_HERE.glob("*.toml")):
        for entry in tomllib.loads(file.read_text(encoding="utf-8"))["rules"]:
            sizes, units = tuple(entry.pop("sizes")), entry.pop("units", {})
            rule = Rule.model_validate({**entry, "size": sizes[0]}, context={"folder": _HERE})
            offered[rule.id] = _Offered(rule, sizes, units)
    return offered
