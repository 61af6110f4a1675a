"""On which topics the sources of a configuration read a device: their templates and filters, the other way round."""

from collections.abc import Sequence

from config.settings import Settings, Source
from config.topics import city_of
from ingest.devices import UNASSIGNED

_ANY = "any"
"""Stands where a template and a filter let every word pass."""
_DEEPER = "up"
_NO_DEVICE = "\0"


def topic_of(source: Source, words: dict[str, str], *, deeper: bool = False) -> str | None:
    """A topic that the source subscribes to and takes for this device; None: there is none.

    `words`: of the levels "city", "kind", "zone" and "device". `deeper`: with a level below those of the template.
    """
    template = source.topic.split("/")
    if "{kind}" not in template and words["kind"] != source.kind:
        return None
    filled = (_filled(template, wanted.split("/"), words, deeper) for wanted in source.topics)
    return next((topic for topic in filled if topic is not None), None)


def topics_of(
    source: Source, city: str, kind: str, devices: Sequence[str], zones: Sequence[str], *, deeper: bool
) -> list[str]:
    """(d,) of the devices, each in its zone. Raises ValueError where the source reads no such device."""
    words = {"city": city, "kind": kind, "zone": "", "device": _NO_DEVICE}
    common = None if "{zone}" in source.topic.split("/") else topic_of(source, words, deeper=deeper)
    if common is not None:
        begin, _, end = common.partition(_NO_DEVICE)
        return [f"{begin}{device}{end}" for device in devices]
    topics = []
    for device, zone in zip(devices, zones, strict=True):
        topic = topic_of(source, {**words, "zone": zone or UNASSIGNED, "device": device}, deeper=deeper)
        if topic is None:
            raise ValueError(f"{_named(source)} reads no topic of {kind} device {device!r}{_why(source, deeper)}")
        topics.append(topic)
    return topics


def source_of(sources: Sequence[Source], city: str, kind: str) -> Source | None:
    """The first that reads devices of the kind."""
    words = {"city": city, "kind": kind, "zone": UNASSIGNED, "device": _ANY}
    return next((source for source in sources if topic_of(_open(source), words) is not None), None)


def city_read(settings: Settings) -> str:
    """The configured city, or where no source lets its topics through, the first that one names."""
    named = [city_of(wanted, source.topic) for source in settings.sources for wanted in source.topics]
    return settings.city.id if settings.city.id in named or None in named else next(filter(None, named))


def reachable(settings: Settings) -> list[Source]:
    """The sources at the broker of the first."""
    return [source for source in settings.sources if source.broker == settings.sources[0].broker]


def _filled(template: list[str], wanted: list[str], words: dict[str, str], deeper: bool) -> str | None:
    is_open = template[-1] == "#"
    meanings = template[:-1] if is_open else template
    levels = []
    for place, meaning in enumerate(meanings):
        passes = _at(wanted, place)
        if passes is None:
            return None
        free = _ANY if passes == "+" else passes
        word = free if meaning == "+" else words.get(meaning[1:-1], meaning) if meaning.startswith("{") else meaning
        if passes not in ("+", word):
            return None
        levels.append(word)
    rest = wanted[len(meanings) :] if "#" not in wanted[: len(meanings)] else ["#"]
    below = [_DEEPER if level == "+" else level for level in rest if level != "#"]
    if deeper and not below and "#" in rest:
        below = [_DEEPER]
    if (below and not is_open) or (deeper and not below):
        return None
    return "/".join((*levels, *below))


def _at(wanted: list[str], place: int) -> str | None:
    """What a filter lets pass there: a word, or + for any; None: it is shorter."""
    if wanted[-1] == "#" and place >= len(wanted) - 1:
        return "+"
    return wanted[place] if place < len(wanted) else None


def _open(source: Source) -> Source:
    """With filters that name no device and no zone, so that it is asked about kinds alone."""
    named = [place for place, level in enumerate(source.topic.split("/")) if level in ("{device}", "{zone}")]
    topics = []
    for topic in source.topics:
        levels = topic.split("/")
        topics.append("/".join("+" if place in named and level != "#" else level for place, level in enumerate(levels)))
    return source.model_copy(update={"topics": tuple(topics)})


def _named(source: Source) -> str:
    return f"source {source.name!r} of the configuration"


def _why(source: Source, deeper: bool) -> str:
    if deeper:
        return f" with a level below it: its topics are {source.topic!r}, of {', '.join(source.topics)}"
    return f": it subscribes to {', '.join(source.topics)}"
