import pytest
from pydantic import SecretStr

from alerts.consequences import Notice, Reason
from alerts.delivery.apprise_channel import AppriseChannel
from alerts.delivery.channel import ChannelUnusableError, Telling, TellingRefusedError
from alerts.delivery.mqtt_channel import MqttChannel
from alerts.delivery.open_channels import open_channels
from alerts.delivery.webhook import Webhook
from alerts.texts.rendering import Rendered
from config.channels import Channel
from config.settings import Settings, Source


def test_each_kind_is_what_it_says() -> None:
    channels = (
        Channel(id="a", kind="webhook", url=SecretStr("https://a.example/")),
        Channel(id="b", kind="mqtt"),
        Channel(id="c", kind="apprise", url=SecretStr("tgram://123456789:abcdefghijklmnopqrstuvwxyzabcdefghi/{to}")),
    )
    ways = open_channels(Settings(channels=channels))
    assert {name: type(way.channel) for name, way in ways.items()} == {
        "a": Webhook,
        "b": MqttChannel,
        "c": AppriseChannel,
    }


def test_a_source_whose_password_is_absent_is_named() -> None:
    source = Source(username="denyut", password_env="NO_SUCH_PASSWORD")
    with pytest.raises(ChannelUnusableError, match=r"channel 'b': source 'mqtt': .*'NO_SUCH_PASSWORD' is not set"):
        open_channels(Settings(sources=(source,), channels=(Channel(id="b", kind="mqtt"),)))


def test_an_address_with_a_place_for_whom_it_is_tells_nobody_in_particular() -> None:
    notice = Notice(number=1, at_ns=0, reason=Reason.FIRING, severity="info", channel="mail", language="id", cards=())
    mail = Channel(id="mail", kind="apprise", url=SecretStr("mailto://user:geheim@127.0.0.1:1?to={to}"))
    with pytest.raises(TellingRefusedError, match="the address of channel 'mail' needs a recipient, and none is named"):
        AppriseChannel(mail).tell(Telling("key-1", notice, Rendered("title", "text")))
