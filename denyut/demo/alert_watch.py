"""What the demo sees of alerts: in the record of `denyut run`, and on the board where notices arrive."""

from collections import deque
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from alerts.assets import Asset
from alerts.record.reading import Chosen, LogLine, Page, PastAlert, RecordReader
from alerts.record.schema import FILE_NAME, RecordUnavailableError, RecordUnusableError
from config.language import N_, Language
from config.settings import Settings
from dashboard.live.alert_scene import AlertScene, Firing, Happening, Heard, gravest_first
from denyut.demo.alert_words import AlertWords
from denyut.demo.notice_board import Arrived, NoticeBoard

_FIRING_SHOWN = 100
_HEARD_SHOWN = 5
_KEPT = 200
_PAGE = Page(limit=_KEPT)
_FIRED, _DRY_RUN = "firing", "command_dry_run"
_CHANGES = {
    _FIRED: N_("alert no. {number} began: {level}, {title}, {place}"),
    "stale": N_("alert no. {number} has no data any more: {title}, {place}"),
    "heard": N_("alert no. {number} has data again: {title}, {place}"),
    "resolved": N_("alert no. {number} is over: {title}, {place}"),
    "withdrawn": N_("alert no. {number} was withdrawn: {title}, {place}"),
}


class AlertWatch:
    def __init__(
        self,
        data_dir: Path,
        settings: Settings,
        language: Language,
        board: NoticeBoard,
        script: tuple[str, ...] = (),
    ) -> None:
        """`script`: what is played to the city, a sentence each."""
        self._reader = RecordReader(data_dir / FILE_NAME)
        self._board = board
        self._words = AlertWords(settings, language)
        self._say = language.gettext
        self._logged = self._arrived = 0
        self._muted: set[int] = set()
        self._happenings: deque[Happening] = deque(maxlen=_KEPT)
        self._heard: deque[Heard] = deque(maxlen=_HEARD_SHOWN)
        self._seen = AlertScene(script)

    def scene(self) -> AlertScene:
        """Of the record what can be read now; else as it was: it is not made yet, or in the middle of something."""
        with suppress(RecordUnavailableError, RecordUnusableError):
            self._read()
        for number, arrived in self._board.newest(self._arrived):
            self._arrived = number
            self._hear(arrived)
        return replace(
            self._seen,
            notices=self._board.count,
            heard=tuple(reversed(self._heard)),
            happenings=tuple(self._happenings),
        )

    def close(self) -> None:
        self._reader.close()

    def _read(self) -> None:
        began, dry_commands = self._seen.began, self._seen.dry_commands
        for line in self._new_lines():
            began += line.what == _FIRED
            dry_commands += line.what == _DRY_RUN
            self._note_muting(line)
            if text := self._change(line):
                self._note(line.at_ns, text)
            self._logged = line.id
        self._seen = replace(self._seen, began=began, dry_commands=dry_commands)
        firing = self._reader.alerts(page=Page(limit=_FIRING_SHOWN), ended=False)
        self._seen = replace(self._seen, firing=gravest_first(map(self._firing, firing)))

    def _new_lines(self) -> list[LogLine]:
        """Of the log, since the last look; the oldest first."""
        lines: list[LogLine] = []
        page = _PAGE
        while rows := self._reader.log(page=page):
            lines += [row for row in rows if row.id > self._logged]
            if rows[-1].id <= self._logged:
                break
            page = replace(page, before=rows[-1].id)
        return lines[::-1]

    def _note_muting(self, line: LogLine) -> None:
        if line.what == "muted":
            self._muted.add(line.alert)
        elif line.what in ("unmuted", "resolved", "withdrawn"):
            self._muted.discard(line.alert)

    def _change(self, line: LogLine) -> str:
        """Empty: it is none of an alert."""
        if line.what == _DRY_RUN:
            name = self._words.actuator(str(line.detail["actuator"]))
            words = self._say(N_("command {command} to {name}: dry run, nothing is sent"))
            return words.format(command=line.detail["command"], name=name)
        if line.what not in _CHANGES:
            return ""
        about = self._words.about(line.rule, Asset(line.city, line.zone, line.kind, line.device))
        words = self._say(_CHANGES[line.what])
        return words.format(number=line.alert, level=about.level, title=about.title, place=about.place)

    def _firing(self, alert: PastAlert) -> Firing:
        about = self._words.about(alert.rule, Asset(alert.city, alert.zone, alert.kind, alert.device))
        # Those for whom a channel has taken a notice.
        sent = self._reader.deliveries(Chosen({"state": "sent"}), alert=alert.number)
        told = dict.fromkeys(self._words.officer(delivery.notice.officer) for delivery in reversed(sent))
        return Firing(
            number=alert.number,
            severity=alert.severity,
            level=about.level,
            title=about.title,
            place=about.place,
            since_ns=alert.fired_ns,
            office=about.office,
            office_id=about.office_id,
            told=tuple(told),
            acknowledged_by=self._words.officer(alert.acknowledged_by),
            is_held_back=alert.number in self._muted,
        )

    def _hear(self, arrived: Arrived) -> None:
        notice = arrived.notice
        to = self._words.officer(notice.officer)
        text = self._words.title(notice) if notice.cards else arrived.title
        self._heard.append(Heard(arrived.at_ns, to, text))
        self._note(arrived.at_ns, self._say(N_("notice to {who}: {text}")).format(who=to, text=text))

    def _note(self, at_ns: int, text: str) -> None:
        number = self._happenings[-1].number + 1 if self._happenings else 1
        self._happenings.append(Happening(number, at_ns, text))
