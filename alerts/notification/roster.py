"""Who is on duty where, at which hours, and by which ways somebody is reached."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.hours import CivilHours
from config.alert_rules import Severity
from config.channels import Channel
from config.duty import Contact, Officer, Shift
from config.settings import Settings

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
"""Ascending."""


def gravity(severity: str) -> int:
    """In the order of `SEVERITIES`."""
    return SEVERITIES.index(severity)


@dataclass(frozen=True, slots=True)
class Recipient:
    """An officer, or a channel as such."""

    id: str
    """"officer:ayu" or "channel:wall"."""
    officer: str
    office: str
    language: str
    contacts: tuple[Contact, ...]

    def ways(self, severity: str) -> list[Contact]:
        """Those by which alerts of this severity come."""
        return [contact for contact in self.contacts if gravity(contact.severity) <= gravity(severity)]


def needs_no_address(channel: Channel) -> bool:
    """Whether it reaches another system as it is. An address of Apprise stands among the secrets: nobody looks."""
    return channel.kind == "webhook" or (channel.kind == "mqtt" and "{to}" not in channel.topic)


class Roster:
    def __init__(self, settings: Settings) -> None:
        self._language = settings.city.language
        self._offices = {office.id: office for office in settings.offices}
        self._officers = {officer.id: officer for officer in settings.officers}
        self._channels = {channel.id for channel in settings.channels}
        self._without_address = [channel.id for channel in settings.channels if needs_no_address(channel)]
        self._of_office: dict[str, list[Officer]] = {office: [] for office in self._offices}
        for officer in settings.officers:
            self._of_office.setdefault(officer.office, []).append(officer)
        zone = ZoneInfo(settings.city.timezone)
        self._shifts: dict[str, list[tuple[Shift, CivilHours]]] = {}
        for shift in settings.shifts:
            hours = CivilHours(shift.hours, settings.calendar, zone)
            self._shifts.setdefault(shift.office, []).append((shift, hours))

    def officer(self, name: str) -> Officer | None:
        """By its id."""
        return self._officers.get(name)

    def shifts(self, office: str, now_ns: int) -> list[Shift]:
        """Those that are on, as they are configured."""
        return [shift for shift, hours in self._shifts.get(office, ()) if hours.holds(now_ns)]

    def change_ns(self, office: str, now_ns: int) -> int | None:
        """When a shift of the office begins or ends next; None: never."""
        times = [hours.next_change_ns(now_ns) for _, hours in self._shifts.get(office, ())]
        return min((time for time in times if time is not None), default=None)

    def on_duty(self, office: str, now_ns: int) -> list[Officer]:
        """Officers of the shifts that are on; of an office that has no shifts, all of its officers."""
        if office not in self._shifts:
            return self._of_office.get(office, [])
        names = dict.fromkeys(name for shift in self.shifts(office, now_ns) for name in shift.officers)
        return [self._officers[name] for name in names if name in self._officers]

    def recipients(self, targets: Iterable[str], office: str, now_ns: int) -> list[Recipient]:
        """Of the steps of a ladder, each once; `office` is the one that answers for the alert."""
        found = {each.id: each for target in targets for each in self._meant(target, office, now_ns)}
        return list(found.values())

    def fallback(self, office: str) -> list[Recipient]:
        """Who is told where nobody else can be: the first of these chains in which somebody can.

        The whole office, its head, operators, systems that need no address, the heads of all offices, all officers.
        """
        chains: Sequence[list[Recipient]] = (
            self._told(self._of_office.get(office, ())),
            self._told(self._head(office)),
            self._told(officer for officer in self._officers.values() if officer.may_operate),
            [each for name in self._without_address for each in self._meant(f"channel:{name}", office, 0)],
            [head for each in self._offices for head in self._told(self._head(each))],
            self._told(self._officers.values()),
        )
        return next((reached for chain in chains if (reached := [each for each in chain if each.contacts])), [])

    def recipient(self, known_as: str) -> Recipient | None:
        """By its id; None where it is configured no more."""
        kind, _, _ = known_as.partition(":")
        found = self._meant(known_as, "", 0) if kind in ("officer", "channel") else []
        return found[0] if found else None

    def _meant(self, target: str, office: str, now_ns: int) -> list[Recipient]:
        kind, _, name = target.partition(":")
        match kind:
            case "shift":
                return self._told(self.on_duty(name or office, now_ns))
            case "office":
                return self._told(self._of_office.get(name or office, ()))
            case "head":
                return self._told(self._head(name or office))
            case "officer":
                return self._told([self._officers[name]] if name in self._officers else [])
            case _:
                way = (Contact(channel=name),) if name in self._channels else ()
                return [Recipient(target, "", "", self._language, way)] if way else []

    def _head(self, office: str) -> list[Officer]:
        head = self._offices[office].head if office in self._offices else ""
        return [self._officers[head]] if head in self._officers else []

    def _told(self, officers: Iterable[Officer]) -> list[Recipient]:
        return [
            Recipient(
                f"officer:{officer.id}",
                officer.id,
                officer.office,
                officer.language or self._language,
                tuple(contact for contact in officer.contacts if contact.channel in self._channels),
            )
            for officer in officers
        ]
