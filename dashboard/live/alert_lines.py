"""Alerts in words: a panel of a screen, and lines of a pipe."""

from rich.text import Text

from config.language import Language
from dashboard.live.alert_scene import AlertScene, Firing
from dashboard.live.scales import BLUE, RED, YELLOW
from dashboard.live.scene import Scene

_STYLES = {"critical": RED, "warning": YELLOW, "info": BLUE}
_NARROW = 130
"""Columns below which an office is told by its id."""
_LOW = 20
"""Lines of a screen below which only the numbers are shown."""
_ROOM = ((36, 4, 3), (24, 2, 1), (_LOW, 1, 0))
"""From so many lines on, so many alerts and notices."""


def panel(scene: Scene, language: Language, width: int, height: int) -> list[Text]:
    """The numbers, what is scripted, the gravest alerts in two lines each, the newest notices; then an empty line."""
    alerts = scene.alerts
    if alerts is None:
        return []
    title = Text(numbers(alerts, language), style="bold")
    if height < _LOW:
        return [title]
    most, newest = next((alerts, notices) for lines, alerts, notices in _ROOM if height >= lines)
    lines = [title, *script(alerts, language)]
    for alert in alerts.firing[:most]:
        lines += _alert(alert, scene, language, width)
    if len(alerts.firing) > most:
        more = language.gettext("  and {count} more").format(count=language.number(len(alerts.firing) - most))
        lines.append(Text(more, style="dim"))
    lines += [Text(f"{scene.clock_ns(each.at_ns)} → {each.to}: {each.text}") for each in alerts.heard[:newest]]
    return [*lines, Text()]


def numbers(alerts: AlertScene, language: Language) -> str:
    words = language.gettext(
        "Alerts: {firing} firing of {began} · notices told: {notices} · commands (dry run): {commands}"
    )
    return words.format(
        firing=language.number(len(alerts.firing)),
        began=language.number(alerts.began),
        notices=language.number(alerts.notices),
        commands=language.number(alerts.dry_commands),
    )


def script(alerts: AlertScene, language: Language) -> list[Text]:
    words = language.gettext("Scripted: {what}")
    return [Text(words.format(what=what), style="italic cyan") for what in alerts.script]


def happening_lines(scene: Scene, after: int = 0) -> list[str]:
    """One for each change, notice and command whose number is above `after`."""
    if scene.alerts is None:
        return []
    return [f"  {scene.clock_ns(each.at_ns)} {each.text}" for each in scene.alerts.happenings if each.number > after]


def _alert(alert: Firing, scene: Scene, language: Language, width: int) -> list[Text]:
    style = _STYLES.get(alert.severity, "")
    head = Text.assemble((f" {alert.level} ", style), f" {alert.title} · {alert.place}")
    since = scene.clock_ns(alert.since_ns)
    answer = language.gettext("unanswered")
    if alert.acknowledged_by:
        answer = language.gettext("acknowledged by {who}").format(who=alert.acknowledged_by)
    told = language.gettext("held back") if alert.is_held_back else language.gettext("nobody told")
    if alert.told:
        told = language.gettext("told: {names}").format(names=", ".join(alert.told))
    # Whether somebody has answered is what must not be cut off.
    if width < _NARROW:
        parts = [since, answer, alert.office_id, told]
    else:
        number = language.gettext("no. {number}").format(number=alert.number)
        since = language.gettext("since {time}").format(time=since)
        parts = [number, since, answer, alert.office, told]
    return [head, Text("   " + " · ".join(part for part in parts if part), style="dim")]
