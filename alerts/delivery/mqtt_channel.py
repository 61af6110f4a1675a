"""Notices to other systems over a source's broker: QoS 1, JSON, never retained."""

import secrets
import ssl
import time
from typing import Any

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from alerts.delivery import message
from alerts.delivery.channel import ChannelUnusableError, Telling, TellingFailedError, TellingRefusedError
from alerts.delivery.secret_parts import Masked
from config.channels import Channel
from config.durations import SECOND_NS
from config.settings import Source
from ingest.mqtt.options import ConnectionOptions, options_of

_LOOK_S = 0.1
_NOBODY = ReasonCode(PacketTypes.PUBACK, "No matching subscribers").value
_FAILED_FROM = 0x80
_VERSION_REFUSED = (1, 132)
"""Of MQTT 3.1.1 (2.2.3) and MQTT 5 (3.2.2.2): a broker that speaks no MQTT 5."""


class MqttChannel:
    """A connection for each notice: few come, and one that stayed open would have to be watched."""

    def __init__(self, channel: Channel, source: Source) -> None:
        """Raises ChannelUnusableError."""
        try:
            self._options = options_of(source, channel.id)
        except ValueError as error:
            raise ChannelUnusableError(f"channel {channel.id!r}: {error}") from None
        self._topic = channel.topic
        self._timeout_s = channel.timeout / SECOND_NS
        password = self._options.password
        self._mask = Masked(password.decode(errors="replace") if password else None)
        self._protocol = MQTTProtocolVersion.MQTTv5

    def tell(self, telling: Telling) -> None:
        topic = self._topic.replace("{to}", telling.notice.to)
        if not topic or any(each in topic for each in "#+\0"):
            raise TellingRefusedError(f"nothing can be published to {topic!r}")
        attempt = _Attempt(self._options, self._protocol, time.monotonic() + self._timeout_s)
        try:
            attempt.publish(topic, message.encode(telling))
        except _OlderBroker:
            self._protocol = MQTTProtocolVersion.MQTTv311
            raise TellingFailedError(f"{attempt.broker} speaks no MQTT 5; MQTT 3.1.1 is tried next", 0.0) from None
        except (OSError, ValueError, ssl.SSLError) as error:
            raise TellingFailedError(f"{attempt.broker}: {self._mask(str(error))}") from None
        finally:
            attempt.end()


class _OlderBroker(Exception):  # noqa: N818 - it is no failure
    pass


class _Attempt:
    """For one thread."""

    def __init__(self, options: ConnectionOptions, protocol: MQTTProtocolVersion, until: float) -> None:
        """`until`: of time.monotonic."""
        self.broker = f"broker {options.host}:{options.port}"
        self._address = options.host, options.port
        self._until = until
        self._connected: ReasonCode | None = None
        self._published: ReasonCode | None = None
        self._gone = False
        client = Client(CallbackAPIVersion.VERSION2, client_id=f"denyut-{secrets.token_hex(6)}", protocol=protocol)
        client.connect_timeout = max(0.1, until - time.monotonic())
        if options.username is not None:
            client.username_pw_set(options.username, options.password)  # type: ignore[arg-type] # takes bytes too
        if options.tls is not None:
            client.tls_set_context(options.tls)
        client.on_connect = self._on_connect
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        self._client = client

    def publish(self, topic: str, payload: bytes) -> None:
        """Returns once the broker has answered for it. Raises TellingFailedError, OSError or ValueError."""
        self._client.connect(*self._address)
        self._run(lambda: self._connected is not None, "did not answer")
        answered = self._connected
        assert answered is not None  # noqa: S101 - `_run` has waited for it
        if answered.value in _VERSION_REFUSED and self._client.protocol == MQTTProtocolVersion.MQTTv5:
            raise _OlderBroker
        if answered.is_failure:
            raise TellingFailedError(f"{self.broker} refused the connection: {answered}")
        handed: MQTTMessageInfo = self._client.publish(topic, payload, qos=1, retain=False)
        if handed.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise TellingFailedError(f"{self.broker}: {handed.rc.name}")
        self._run(lambda: self._published is not None, "did not acknowledge the notice")
        code = self._published
        if code is not None and code.value >= _FAILED_FROM:
            raise TellingFailedError(f"{self.broker} refused the notice: {code}")
        if code is not None and code.value == _NOBODY:
            raise TellingFailedError(f"{self.broker}: no client is subscribed to {topic!r}")

    def end(self) -> None:
        self._client.disconnect()

    def _run(self, done: Any, complaint: str) -> None:
        while not done():
            left_s = self._until - time.monotonic()
            if left_s <= 0:
                raise TellingFailedError(f"{self.broker} {complaint} in time")
            status = self._client.loop(min(left_s, _LOOK_S))
            if (status != MQTTErrorCode.MQTT_ERR_SUCCESS or self._gone) and not done():
                if self._connected is None and self._client.protocol == MQTTProtocolVersion.MQTTv5:
                    # Some brokers of old hang up on a version that they do not know.
                    raise _OlderBroker
                raise TellingFailedError(f"{self.broker} closed the connection")

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, code: ReasonCode, _properties: Any) -> None:
        self._connected = code

    def _on_publish(self, _client: Any, _data: Any, _number: Any, code: ReasonCode, _properties: Any) -> None:
        self._published = code

    def _on_disconnect(self, *_: Any) -> None:
        self._gone = True
