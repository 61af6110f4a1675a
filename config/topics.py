"""Topic filters and templates: what is legal in MQTT (5.0, section 4.7), and which filter can meet which template."""

import re

PLACEHOLDERS = ("{city}", "{kind}", "{device}", "{zone}")

LONGEST_TOPIC = 65_535
"""Bytes of UTF-8 that MQTT can carry as a topic."""


def _checked_levels(topic: str) -> list[str]:
    if not topic:
        raise ValueError("must not be empty")
    if "\0" in topic:
        raise ValueError(f"{topic!r} holds the character U+0000, which MQTT forbids")
    if (size := len(topic.encode())) > LONGEST_TOPIC:
        raise ValueError(f"is {size} bytes long; MQTT allows {LONGEST_TOPIC}")
    levels = topic.split("/")
    for position, level in enumerate(levels, 1):
        if "#" in level and (level != "#" or position < len(levels)):
            raise ValueError(f"{topic!r}: # must stand alone in the last level, not in level {position} ({level!r})")
        if "+" in level and level != "+":
            raise ValueError(f"{topic!r}: + must stand alone in its level, not in level {position} ({level!r})")
    return levels


def checked_filter(topic: str) -> str:
    """The topic filter itself. Raises ValueError where a broker would refuse it."""
    _checked_levels(topic)
    if topic.startswith("$share/"):
        group = topic.split("/")[1]
        raise ValueError(f"{topic!r}: write the topic alone and shared_group = {group!r}")
    if found := re.search(r"\{\w+\}", topic):
        raise ValueError(f"{topic!r}: {found[0]} belongs into `topic`; in `topics` a + stands for any level")
    return topic


def checked_template(template: str) -> str:
    """The template itself. Raises ValueError where a level is no placeholder, no + and no plain word."""
    levels = _checked_levels(template)
    for level in levels:
        if ("{" in level or "}" in level) and level not in PLACEHOLDERS:
            known = ", ".join(PLACEHOLDERS)
            raise ValueError(f"{template!r}: level {level!r} is none of {known}; a placeholder is a whole level")
    for placeholder in PLACEHOLDERS:
        count = levels.count(placeholder)
        if count > 1 or (count == 0 and placeholder == "{device}"):
            raise ValueError(f"{template!r} must hold {placeholder} exactly once, not {count} times")
    return template


def checked_group(group: str | None) -> str | None:
    """The name of a shared subscription. Raises ValueError where it is empty or holds /, + or #."""
    if group is not None and (not group or set(group) & set("/+#\0")):
        raise ValueError(f"{group!r} is no group name: one or more characters without /, + and #")
    return group


def city_of(topic_filter: str, template: str) -> str | None:
    """The one city whose topics the filter lets through; None where it does not say, or lets several through."""
    levels = template.split("/")
    if "{city}" not in levels:
        return None
    wanted = topic_filter.split("/")[: levels.index("{city}") + 1]
    return wanted[-1] if len(wanted) > levels.index("{city}") and wanted[-1] not in ("+", "#") else None


def can_meet(topic_filter: str, template: str) -> bool:
    """Whether any topic passes the filter and fits the template."""
    wanted, given = topic_filter.split("/"), template.split("/")
    for position in range(max(len(wanted), len(given))):
        # A final # stands for any number of levels, none included.
        rest = wanted[position : position + 1], given[position : position + 1]
        if ["#"] in rest:
            return True
        if [] in rest:
            return False
        (level,), (meaning,) = rest
        if level != "+" and meaning != "+" and meaning not in PLACEHOLDERS and level != meaning:
            return False
    return True
