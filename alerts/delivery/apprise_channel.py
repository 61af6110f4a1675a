"""Notices through Apprise: Telegram, gateways of WhatsApp, e-mail, SMS, ntfy and more than a hundred others."""

import logging
from typing import Any
from urllib.parse import quote

import apprise
from apprise.manager_plugins import NotificationManager

from alerts.delivery.channel import ChannelUnusableError, Telling, TellingFailedError, TellingRefusedError
from alerts.delivery.secret_parts import Masked, resolved
from config.channels import Channel
from config.durations import SECOND_NS
from config.mistakes import did_you_mean

TO = "{to}"
_SHOWN = 300
_TYPES = {
    "critical": apprise.NotifyType.FAILURE,
    "warning": apprise.NotifyType.WARNING,
    "info": apprise.NotifyType.INFO,
}


class AppriseChannel:
    def __init__(self, channel: Channel) -> None:
        """Raises ChannelUnusableError."""
        url = resolved(channel, "url")
        if url is None:
            raise ChannelUnusableError(f"channel {channel.id!r}: Apprise needs url, url_env or url_file")
        scheme = url.partition("://")[0].lower()
        known: list[str] = list(NotificationManager().schemas())  # type: ignore[no-untyped-call] # it has none
        if scheme not in known:
            raise ChannelUnusableError(
                f"channel {channel.id!r}: Apprise knows no address that begins so" + did_you_mean(scheme, known)
            )
        self._name = channel.id
        self._url = url
        self._mask = Masked.of_address(url)
        self._timeout_s = channel.timeout / SECOND_NS
        # What it says stands in the record, without secrets; its own log may hold parts of the address.
        log = logging.getLogger("apprise")
        log.propagate = False
        log.addHandler(logging.NullHandler())

    def tell(self, telling: Telling) -> None:
        if TO in self._url and not telling.notice.to:
            # Some services would take their own account for the recipient, and call it told.
            raise TellingRefusedError(f"the address of channel {self._name!r} needs a recipient, and none is named")
        try:
            sender = self._sender(telling.notice.to)
            result = sender.notify(
                title=telling.text.title,
                body=telling.text.body,
                body_format=apprise.NotifyFormat.TEXT,
                notify_type=_TYPES.get(telling.notice.severity, apprise.NotifyType.INFO),
            )
        except TellingFailedError:
            raise
        # Anything may come out of a hundred plugins, and its text may hold the address.
        except Exception as error:
            raise TellingFailedError(f"{type(error).__name__}: {self._shown(str(error))}") from None
        if not result:
            said = "; ".join(dict.fromkeys(entry.message for entry in result.logs()))
            raise TellingFailedError(self._shown(said) or "Apprise could not send it and says no more")

    def _sender(self, to: str) -> Any:
        """For this recipient alone, so that one that fails does not take others along."""
        asset = apprise.AppriseAsset(
            app_id="Denyut",
            app_desc="Denyut",
            async_mode=False,
            http_redirects=False,
            secure_logging=True,
            storage_mode=apprise.PersistentStoreMode.MEMORY,
        )
        service = apprise.Apprise.instantiate(self._url.replace(TO, quote(to, safe="")), asset=asset)
        if service is None:
            raise TellingFailedError(f"Apprise cannot read the address of channel {self._name!r} with to = {to!r}")
        service.socket_connect_timeout = service.socket_read_timeout = self._timeout_s
        sender = apprise.Apprise(asset=asset)
        sender.add(service)
        return sender

    def _shown(self, text: str) -> str:
        return " ".join(self._mask(text).split())[:_SHOWN]
