"""Sources: topics that can arrive and be read, names that keep sources apart, credentials given once."""

from collections.abc import Iterator
from itertools import combinations

from config.addresses import broker_address
from config.checks.credentials import check_mqtt_password, check_mqtt_text
from config.checks.finding import OTHER, Finding
from config.checks.secrets import check_file, check_secret
from config.locate import Path
from config.settings import Settings, Source
from config.topics import can_meet


def check_sources(settings: Settings) -> Iterator[Finding]:
    for index, source in enumerate(settings.sources):
        path: Path = ("sources", index)
        yield from _topics(source, path)
        yield from _fields(source, path)
        yield from check_secret(source, "password", path)
        yield from check_mqtt_text(source, "client_id", path)
        yield from check_mqtt_text(source, "username", path)
        yield from check_mqtt_password(source, path)
        yield from _tls(source, path)
    for (first, one), (second, other) in combinations(enumerate(settings.sources), 2):
        yield from _pair(one, first, other, second)


def _topics(source: Source, path: Path) -> Iterator[Finding]:
    for index, topic in enumerate(source.topics):
        if not can_meet(topic, source.topic):
            yield Finding(
                f"no topic that {topic!r} subscribes to can fit the template {source.topic!r}",
                ((*path, "topics", index), (*path, "topic"), (*path, "topics")),
            )
    if source.kind is None and "{kind}" not in source.topic.split("/"):
        yield Finding(
            f'{source.topic!r} holds no {{kind}}, so the kind of its devices must be given: kind = "..."',
            ((*path, "topic"), (*path, "kind")),
        )


def _fields(source: Source, path: Path) -> Iterator[Finding]:
    for name in sorted(set(source.fields) & set(source.ignore)):
        yield Finding(
            f"{name!r} stands in ignore too; a field is either the quantity {source.fields[name]!r} or ignored",
            ((*path, "fields", name), (*path, "ignore")),
        )
    if source.time_field == source.sequence_field:
        yield Finding(
            f"{source.sequence_field!r} is the time_field too; time and sequence number are different fields",
            ((*path, "sequence_field"), (*path, "time_field")),
        )


def _tls(source: Source, path: Path) -> Iterator[Finding]:
    given = [name for name in ("ca", "certificate", "key") if getattr(source.tls, name) is not None]
    if given and not broker_address(source.broker)[2]:
        yield Finding(
            f"tls.{given[0]} is given, but {source.broker!r} speaks no TLS; write mqtts://",
            ((*path, "broker"), (*path, "tls")),
        )
    # The other way round is right: a certificate file may hold its key too.
    if "key" in given and "certificate" not in given:
        yield Finding("tls.key is given without tls.certificate", ((*path, "tls", "key"),))
    for name in given:
        yield from check_file(source.tls, name, (*path, "tls"))


def _pair(one: Source, first: int, other: Source, second: int) -> Iterator[Finding]:
    if one.name == other.name:
        yield Finding(
            f"{other.name!r} is {OTHER} too; each source needs a name of its own",
            (("sources", second, "name"), ("sources", first, "name")),
        )
    if one.client_id and one.client_id == other.client_id and one.broker == other.broker:
        yield Finding(
            f"{other.client_id!r} is {OTHER} too; a broker would drop one for the other",
            (("sources", second, "client_id"), ("sources", first, "client_id")),
        )
