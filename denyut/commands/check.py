"""`denyut check`: every mistake of a configuration, or what it would run."""

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from alerts.delivery.checking import odd_addresses, unusable_channels
from alerts.texts.checking import template_mistakes
from config.actuator_hints import odd_actuators
from config.actuators import Actuator
from config.channel_hints import of_channels
from config.default_kinds import effective_kinds
from config.device_hints import odd_devices
from config.durations import format_duration
from config.duty_hints import odd_duty
from config.hints import odd_rules, open_to_others, other_cities, out_of_reach, unregistered
from config.kind_hints import kinds_without_devices, near_kinds
from config.load import load_settings
from config.mistakes import ConfigurationError, Mistake
from config.periods import PERIODS, TAGS
from config.pillars import Scores, inputs_of
from config.service import Http
from config.settings import Settings, Source, StoreSettings
from config.shipped_rules import shipped, shipped_among
from denyut.quiet_words import inhibition_words, maintenance_words
from denyut.rule_words import rule_words
from processors.indicators.catalogue import UNITS

EXAMPLE = """\b
Example:
  denyut check city.toml
"""


@click.command(epilog=EXAMPLE)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(file: Path, as_json: bool) -> None:
    """Check the configuration FILE and all files it names.

    Prints each mistake as FILE:LINE: place: message and exits with 2, or prints what would run and exits with 0.
    """
    try:
        settings = load_settings(file, UNITS)
        unusable = [Mistake(file, None, "", sentence) for sentence in unusable_channels(settings)]
        if mistakes := [*template_mistakes(settings), *unusable]:
            raise ConfigurationError(mistakes)
    except ConfigurationError as error:
        _report(error, as_json)
        sys.exit(2)
    summary = summarise(settings)
    _print(json.dumps(summary, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(file, summary)))


def _report(error: ConfigurationError, as_json: bool) -> None:
    if as_json:
        mistakes = [
            {"file": str(mistake.file), "line": mistake.line, "place": mistake.place, "message": mistake.message}
            for mistake in error.mistakes
        ]
        _print(json.dumps({"valid": False, "mistakes": mistakes}, ensure_ascii=False, indent=2))
        return
    count = len(error.mistakes)
    _print(f"{error}\n{count} {'mistake' if count == 1 else 'mistakes'}", err=True)


def _print(text: str, *, err: bool = False) -> None:
    # The name of a file may hold bytes that no terminal can show.
    click.echo(text.encode("utf-8", "backslashreplace").decode(), err=err)


def summarise(settings: Settings) -> dict[str, Any]:
    """What the configuration would run, ready for JSON; of a secret only where it comes from."""
    return {
        "valid": True,
        "city": {"id": settings.city.id, "name": settings.city.name, "timezone": settings.city.timezone},
        "sources": [_source(source) for source in settings.sources],
        "windows": [
            *(_window(window.size, window.hop, window.kinds) for window in settings.windows.sizes),
            *(f"{TAGS[period]} (civil {period})" for period in PERIODS if period in settings.windows.civil),
        ],
        "kinds": {kind: sorted(entry.quantities) for kind, entry in sorted(effective_kinds(settings).items())},
        "scores": _scores(settings.scores),
        "rules": {rule.id: rule_words(rule) for rule in settings.rules},
        "shipped_rules": shipped_among(settings),
        "left_out_rules": dict(shipped(settings).left_out),
        "zones": len(settings.zones),
        "offices": len(settings.offices),
        "devices": dict(sorted(Counter(device.kind for device in settings.devices).items())),
        "inhibitions": {inhibition.id: inhibition_words(inhibition) for inhibition in settings.inhibitions},
        "maintenance": {works.id: maintenance_words(works) for works in settings.maintenance},
        "actuators": {actuator.id: _actuator(actuator) for actuator in settings.actuators},
        "store": _store(settings.store),
        "mirrors": [{"name": mirror.name, **_store(mirror)} for mirror in settings.mirrors],
        "http": _http(settings.http),
        "hints": [
            *filter(None, [open_to_others(settings.http)]),
            *other_cities(settings),
            *(f"{place}: kind {kind!r} is new; did you mean {near!r}?" for place, kind, near in near_kinds(settings)),
            *kinds_without_devices(settings),
            *odd_devices(settings),
            *odd_rules(settings),
            *unregistered(settings),
            *odd_actuators(settings),
            *out_of_reach(settings),
            *of_channels(settings),
            *odd_duty(settings),
            *odd_addresses(settings),
            *(
                f"the environment variable {name} is not set here"
                for name in sorted(_variables(settings) - {*os.environ})
            ),
        ],
    }


def _variables(settings: Settings) -> set[str]:
    """The environment variables that secrets come from."""
    names = [source.password_env for source in settings.sources]
    names += [name for store in (settings.store, *settings.mirrors) for name in (store.password_env, store.token_env)]
    names += [name for channel in settings.channels for name in (channel.url_env, channel.secret_env)]
    names += [officer.token_env for officer in settings.officers]
    return {name for name in (*names, settings.http.token_env, settings.http.operator_token_env) if name}


def _source(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "broker": source.broker,
        "topics": list(source.topics),
        "topic": source.topic,
        "qos": source.qos,
        "user": source.username,
        "password": _origin(source, "password"),
    }


def _actuator(actuator: Actuator) -> str:
    dry_run = "; dry run: nothing is sent" if actuator.dry_run else ""
    return f"{', '.join(actuator.commands)} on {actuator.topic}{dry_run}"


def _window(size: int, hop: int | None, kinds: tuple[str, ...]) -> str:
    text = format_duration(size) + (f" every {format_duration(hop)}" if hop and hop != size else "")
    return text + (f" ({', '.join(kinds)})" if kinds else "")


def _store(store: StoreSettings) -> dict[str, Any]:
    if store.kind == "sqlite":
        return {"kind": store.kind}
    secret = "password" if store.kind == "influxdb1" else "token"
    return {"kind": store.kind, "url": store.url, "database": store.database, secret: _origin(store, secret)}


def _http(http: Http) -> dict[str, Any] | None:
    return {"listen": http.listen, "token": _origin(http, "token")} if http.enabled else None


def _origin(section: Source | StoreSettings | Http, secret: str) -> str | None:
    """Where a secret comes from, never the secret."""
    if getattr(section, secret, None) is not None:
        return "********"
    variable, file = getattr(section, f"{secret}_env"), getattr(section, f"{secret}_file")
    return f"from the environment variable {variable}" if variable else f"from {file}" if file else None


def _scores(scores: Scores) -> dict[str, Any] | None:
    """Pillar -> what it is scored by."""
    if not scores.enabled:
        return None
    pillars = {name: [each.indicator for each in inputs] for name, inputs in inputs_of(scores).items()}
    return {"every": format_duration(scores.every), "pillars": pillars}


def _lines(file: Path, summary: dict[str, Any]) -> list[str]:
    devices = summary["devices"]
    counts = ", ".join(f"{count} {kind}" for kind, count in devices.items())
    city, scores = summary["city"], summary["scores"]
    return [
        f"{file}: no mistakes",
        f"city     {city['name'] or city['id']} ({city['id']}), {city['timezone']}",
        *(_source_line(source) for source in summary["sources"]),
        f"windows  {', '.join(summary['windows'])}",
        *(f"kind     {kind}: {', '.join(quantities)}" for kind, quantities in summary["kinds"].items()),
        *([f"scores   each {scores['every']}: {', '.join(scores['pillars'])}"] if scores else []),
        *(f"rule     {name}{_origin_of(name, summary)}: {words}" for name, words in summary["rules"].items()),
        *(f"rule     {name} (shipped) is left out: {why}" for name, why in summary["left_out_rules"].items()),
        *(f"inhibits {name}: {words}" for name, words in summary["inhibitions"].items()),
        *(f"works    {name}: {words}" for name, words in summary["maintenance"].items()),
        f"zones    {summary['zones']}, offices {summary['offices']}",
        f"devices  {sum(devices.values())}" + (f": {counts}" if counts else ", others as they appear"),
        *(f"actuator {name}: {words}" for name, words in summary["actuators"].items()),
        f"store    {_store_words(summary['store'])}",
        *(f"mirror   {mirror['name']}: {_store_words(mirror)}" for mirror in summary["mirrors"]),
        *([_http_line(summary["http"])] if summary["http"] else []),
        *(f"hint     {hint}" for hint in summary["hints"]),
    ]


def _origin_of(rule: str, summary: dict[str, Any]) -> str:
    return " (shipped)" if rule in summary["shipped_rules"] else ""


def _store_words(store: dict[str, Any]) -> str:
    shown = (f", {name} {value}" for name, value in store.items() if name not in ("name", "kind") and value is not None)
    return f"{store['kind']}{''.join(shown)}"


def _http_line(http: dict[str, Any]) -> str:
    return f"http     {http['listen']}" + (f", token {http['token']}" if http["token"] else "")


def _source_line(source: dict[str, Any]) -> str:
    line = f"source   {source['name']}: {source['broker']}, {', '.join(source['topics'])} as {source['topic']}"
    given = [f", {name} {source[name]}" for name in ("user", "password") if source[name]]
    return f"{line}, QoS {source['qos']}{''.join(given)}"
