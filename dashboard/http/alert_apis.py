"""All that is asked about alerts, and done about them, over HTTP."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from alerts.desk import Alerts
from alerts.notification.ladders import Ladders
from alerts.record.reading import RecordReader
from config.settings import Settings
from dashboard.http.acting import Acting, Acts
from dashboard.http.alert_api import AlertApi
from dashboard.http.event_stream import EventStream
from dashboard.http.log_api import LogApi
from dashboard.http.page import Page
from dashboard.http.people_api import PeopleApi
from dashboard.http.quiet_api import QuietApi
from dashboard.http.rule_api import RuleApi
from dashboard.http.street_api import StreetApi


class Api(Protocol):
    def pages(self) -> Sequence[Page]: ...


@dataclass(frozen=True, slots=True)
class AlertSources:
    """What is known of alerts, asked anew for every request, and who takes in what is done."""

    settings: Settings
    desk: Alerts
    reader: RecordReader
    act: Acting
    events: EventStream
    now_ns: Callable[[], int]
    """Of the receive clock."""

    def apis(self) -> tuple[Api, ...]:
        settings, desk, reader, now_ns = self.settings, self.desk, self.reader, self.now_ns
        book, acts, dispatcher = desk.book, Acts(self.act), desk.dispatcher
        muting = dispatcher.muting
        return (
            AlertApi(settings, book, desk.commander, reader, acts, lambda: self.events.newest, now_ns),
            QuietApi(settings, lambda: muting.silences.listed(now_ns()), muting.works.works, acts, now_ns),
            RuleApi(settings.rules, lambda: book.alerts),
            PeopleApi(settings, dispatcher.roster, lambda: book.alerts, Ladders(settings).of, now_ns),
            LogApi(reader, now_ns),
            StreetApi(settings.actuators, desk.commander, book, reader, acts),
            self.events,
        )
