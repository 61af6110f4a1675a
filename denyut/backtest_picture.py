"""When each alert was firing, as a picture: a line of time for each rule and asset, in light and in dark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from alerts.assets import Asset
from alerts.episodes import Episode, Episodes, Label
from alerts.pages import Page
from config.alert_rules import Rule
from config.language import N_, Language, open_language
from config.settings import Settings
from denyut.terminal_text import visible
from denyut.time_axis import marks
from processors.indicators.indicator_batch import CITY_ZONE

WIDTH, NAMES, RIGHT = 1200, 270, 24
ROW, HEAD, TOP, FOOT = 20, 34, 64, 34
MOST_ROWS = 40
"""Of one rule; assets that were firing longest come first."""
_THINNEST = 2.0
MONTHS = (
    *(N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun")),
    *(N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")),
)
STYLE = """\
svg { --paper: #ffffff; --ink: #1d2430; --soft: #5b6675; --line: #d9dee5; --band: #eef1f5;
  --info: #2f6fb3; --warning: #b26a00; --critical: #c0262d; --label: #2f8f6b;
  font: 13px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
@media (prefers-color-scheme: dark) { svg { --paper: #14181f; --ink: #e8ebf0; --soft: #9aa5b4; --line: #303846;
  --band: #1c222c; --info: #6aa9ea; --warning: #f0a63a; --critical: #ff6b6b; --label: #5fcaa0; } }
.paper { fill: var(--paper); } .band { fill: var(--band); } text { fill: var(--ink); } .soft { fill: var(--soft); }
.line { stroke: var(--line); } .title { font-size: 17px; font-weight: 600; } .rule { font-weight: 600; }
.info { fill: var(--info); } .warning { fill: var(--warning); } .critical { fill: var(--critical); }
.withdrawn { fill: none; stroke: var(--soft); stroke-dasharray: 3 2; } .end { text-anchor: end; }
.mid { text-anchor: middle; }
.label { fill: var(--label); fill-opacity: 0.22; stroke: var(--label); stroke-opacity: 0.7; }
.page { fill: var(--ink); fill-opacity: 0.75; }"""


@dataclass(frozen=True, slots=True)
class Scale:
    first_ns: int
    last_ns: int

    def x(self, at_ns: int) -> float:
        share = (at_ns - self.first_ns) / max(1, self.last_ns - self.first_ns)
        return NAMES + min(max(share, 0.0), 1.0) * (WIDTH - NAMES - RIGHT)


@dataclass(frozen=True, slots=True)
class Row:
    asset: Asset
    episodes: tuple[Episode, ...]


def draw(
    episodes: Episodes,
    pages: Sequence[Page],
    rules: Sequence[Rule],
    labels: Sequence[tuple[str, Label]],
    span_ns: tuple[int, int],
    settings: Settings,
) -> str:
    """An SVG document. `span_ns`: first and last time of the data; names are written as they can be shown."""
    return _Picture(episodes, pages, labels, span_ns, settings).draw(rules)


class _Picture:
    def __init__(
        self,
        episodes: Episodes,
        pages: Sequence[Page],
        labels: Sequence[tuple[str, Label]],
        span_ns: tuple[int, int],
        settings: Settings,
    ) -> None:
        self._episodes, self._pages, self._labels = episodes, pages, labels
        self._settings = settings
        self._language: Language = open_language(settings.city.language)
        self._zone = ZoneInfo(settings.city.timezone)
        self._zone_names = {zone.id: zone.name for zone in settings.zones if zone.name}
        self._zone_names[CITY_ZONE] = self._language.gettext("whole city")
        times = [label.start_ns for _, label in labels] + [label.end_ns for _, label in labels]
        self._scale = Scale(min([span_ns[0], *times]), max([span_ns[1], *times]))

    def draw(self, rules: Sequence[Rule]) -> str:
        body: list[str] = []
        y = float(TOP)
        for rule in rules:
            drawn, height = self._rule(rule, y)
            body += drawn
            y += height
        height = y + FOOT
        _ = self._language.gettext
        title = _("Alerts of {city}").format(city=self._settings.city.name or self._settings.city.id)
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img" '
                f"aria-label={quoteattr(visible(title))}>",
                f"<style>{STYLE}</style>",
                f'<rect class="paper" width="{WIDTH}" height="{height:g}"/>',
                _text(16, 28, title, "title"),
                *self._key(),
                *self._axis(y),
                *body,
                "</svg>\n",
            ]
        )

    def _key(self) -> Iterator[str]:
        """What colours and marks mean, at the upper right."""
        _ = self._language.gettext
        shown = [("info", _("INFO")), ("warning", _("WARNING")), ("critical", _("CRITICAL"))]
        shown += [("page", _("somebody is told"))] * bool(self._pages)
        shown += [("label", _("known time"))] * bool(self._labels)
        x = float(WIDTH - RIGHT)
        for style, words in reversed(shown):
            x -= 7.2 * len(words) + 34
            yield f'<rect class="{style}" x="{x:.1f}" y="18" width="{4 if style == "page" else 14}" height="11"/>'
            yield _text(x + 19, 28, words, "soft")

    def _axis(self, bottom: float) -> Iterator[str]:
        _ = self._language.gettext
        scale = self._scale
        for mark in marks(scale.first_ns, scale.last_ns, self._zone, tuple(_(name) for name in MONTHS)):
            x = scale.x(mark.at_ns)
            yield f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{bottom:g}"/>'
            for y in (TOP - 14, bottom + 20):
                yield _text(x, y, mark.text, "soft mid")
        yield _text(16, bottom + 20, self._settings.city.timezone, "soft")

    def _rule(self, rule: Rule, y: float) -> tuple[list[str], float]:
        _ = self._language.gettext
        rows = _rows(self._episodes, rule)
        own = self._episodes.of(rule)
        drawn = [f'<rect class="band" x="0" y="{y:g}" width="{WIDTH}" height="{HEAD - 8}"/>']
        drawn.append(_text(16, y + 18, rule.id, "rule"))
        told = _("alerts: {alerts}, assets: {assets}").format(
            alerts=self._language.number(len(own)), assets=self._language.number(len({each.asset for each in own}))
        )
        quiet = _("never firing") if self._episodes.judged.get(rule.id, (0, 0))[0] else _("no data")
        drawn.append(_text(WIDTH - RIGHT, y + 18, told if own else quiet, "soft end"))
        drawn += self._pages_of(rule, y)
        top = y + HEAD
        for number, row in enumerate(rows[:MOST_ROWS]):
            drawn += self._row(row, top + number * ROW)
        height = HEAD + ROW * min(len(rows), MOST_ROWS)
        drawn += self._labels_of(rule, [row.asset for row in rows[:MOST_ROWS]], top)
        if (more := len(rows) - MOST_ROWS) > 0:
            drawn.append(_text(16, y + height + 14, _("and {count} more assets").format(count=more), "soft"))
            height += ROW
        return drawn, height + 10

    def _row(self, row: Row, y: float) -> Iterator[str]:
        asset = row.asset
        name = f"{asset.kind}/{asset.device}" if asset.device else self._zone_names.get(asset.zone, asset.zone)
        yield _text(16, y + 13, _short(visible(name)), "")
        yield f'<line class="line" x1="{NAMES}" x2="{WIDTH - RIGHT}" y1="{y + 9:g}" y2="{y + 9:g}"/>'
        for each in row.episodes:
            left = self._scale.x(each.fired_ns)
            width = max(self._scale.x(each.ended_ns or self._scale.last_ns) - left, _THINNEST)
            style = "withdrawn" if each.withdrawn else each.rule.severity
            yield (
                f'<rect class="{style}" x="{left:.1f}" y="{y + 3:g}" width="{width:.1f}" height="12" rx="1.5">'
                f"<title>{escape(self._about(each, name))}</title></rect>"
            )

    def _about(self, episode: Episode, name: str) -> str:
        language = self._language
        ended = language.gettext("still firing") if episode.ended_ns is None else self._time(episode.ended_ns)
        value = language.number(episode.value, 2)
        return f"{visible(episode.rule.id)}, {visible(name)}: {self._time(episode.fired_ns)} - {ended}, {value}"

    def _time(self, at_ns: int) -> str:
        return f"{datetime.fromtimestamp(at_ns // 10**9, self._zone):%Y-%m-%d %H:%M}"

    def _pages_of(self, rule: Rule, y: float) -> Iterator[str]:
        places = sorted({round(self._scale.x(page.at_ns)) for page in self._pages if rule.id in page.rules})
        for x in places:
            yield f'<rect class="page" x="{x - 1}" y="{y + HEAD - 7:g}" width="2" height="6"/>'

    def _labels_of(self, rule: Rule, assets: Sequence[Asset], top: float) -> Iterator[str]:
        """On the lines of the assets that they mean; where none of them was ever firing, above."""
        for name, label in self._labels:
            if name not in ("", rule.id):
                continue
            left = self._scale.x(label.start_ns)
            width = max(self._scale.x(label.end_ns) - left, _THINNEST)
            meant = [top + at * ROW for at, asset in enumerate(assets) if label.names(asset)]
            for y, height in [(y, ROW - 2) for y in meant] or [(top - 7, 5)]:
                yield f'<rect class="label" x="{left:.1f}" y="{y:g}" width="{width:.1f}" height="{height}"/>'


def _rows(episodes: Episodes, rule: Rule) -> list[Row]:
    found: dict[Asset, list[Episode]] = {}
    for each in episodes.told:
        if each.rule.id == rule.id:
            found.setdefault(each.asset, []).append(each)
    firing_ns = {asset: sum((each.ended_ns or 2**62) - each.fired_ns for each in own) for asset, own in found.items()}
    kept = sorted(found, key=lambda asset: (-firing_ns[asset], asset))
    return [Row(asset, tuple(found[asset])) for asset in kept]


def _text(x: float, y: float, words: str, style: str) -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(visible(words))}</text>'


def _short(name: str, most: int = 34) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
