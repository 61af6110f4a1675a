"""What keeps alerts quiet, in a line each, as `denyut check` shows it."""

from config.duty import Inhibition, Maintenance
from config.section import Section
from denyut.rule_words import hours_words


def inhibition_words(inhibition: Inhibition) -> str:
    targets = ", ".join(inhibition.target) or "all others"
    same = " and ".join(name for name in inhibition.equal if name != "gateway")
    words = f"{', '.join(inhibition.source)} hides {targets}" + (f" of the same {same}" if same else "")
    return f"{words} that are heard through its device" if "gateway" in inhibition.equal else words


def maintenance_words(works: Maintenance) -> str:
    """Without the reason, which people read where an alert is muted."""
    times = [
        f"from {works.begin:%Y-%m-%d %H:%M}" if works.begin else "",
        f"to {works.end:%Y-%m-%d %H:%M}" if works.end else "",
    ]
    times += [hours_words(works.hours)] if works.hours else []
    return f"{_named(works)}: {' '.join(filter(None, times))}"


def _named(works: Section) -> str:
    named = [f"{name} {', '.join(getattr(works, name))}" for name in ("rules", "zones", "kinds", "devices")]
    return "; ".join(each for each in named if not each.endswith(" ")) or "all alerts"
