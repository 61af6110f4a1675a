"""What hides what among the rules that ship: a cause its consequences, the graver stage of a figure the milder ones."""

from collections.abc import Collection

from config.duty import Inhibition

SILENT = "device-silent"
_STAGES = (
    ("siaga-1", "siaga-2", "siaga-3"),
    ("ispu-hazardous", "ispu-very-unhealthy", "ispu-unhealthy", "air-unhealthy"),
    ("heat-extreme", "heat-danger"),
    ("rain-very-heavy", "rain-heavy"),
)
"""The gravest first; the last of the air is the same index of a shorter time."""


def shipped_inhibitions(rules: Collection[str]) -> tuple[Inhibition, ...]:
    """Those that say something where these rules are there."""
    found = [Inhibition(id="dead-gateway", source=(SILENT,), equal=("gateway",))] if SILENT in rules else []
    for stages in _STAGES:
        there = [stage for stage in stages if stage in rules]
        for graver, milder in ((stage, there[number + 1 :]) for number, stage in enumerate(there)):
            if milder:
                found.append(Inhibition(id=f"over-{graver}", source=(graver,), target=tuple(milder)))
    return tuple(found)
