"""Channels against the servers they are made for."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from alerts.delivery.apprise_channel import AppriseChannel
from alerts.delivery.channel import ChannelUnusableError, Telling, TellingFailedError, TellingRefusedError
from alerts.delivery.mqtt_channel import MqttChannel
from alerts.texts.rendering import Rendered
from config.channels import Channel
from config.durations import SECOND_NS
from config.settings import Source
from tests.alerts.record.notices import notice
from tests.flow.test_run import wait_for
from tests.servers.free_ports import free_port
from tests.servers.mosquitto import ANONYMOUS, mosquitto
from tests.servers.older_broker import older_broker
from tests.servers.passwords import password_file
from tests.servers.smtp_server import smtp_server
from tests.servers.subscriber import subscriber
from tests.servers.webhook_receiver import Answer, receiving

TEXT = Rendered("Parkir penuh <b>", "Pasar Besar: 97 % & *penuh*")


def telling(to: str, number: int = 7) -> Telling:
    return Telling(f"a1b2-{number}", notice(number, to=to), TEXT)


def mqtt(port: int, **settings: Any) -> MqttChannel:
    source = Source(broker=f"mqtt://127.0.0.1:{port}", **settings)
    return MqttChannel(Channel(id="board", kind="mqtt", timeout=5 * SECOND_NS), source)


def apprise(url: str, **settings: Any) -> AppriseChannel:
    return AppriseChannel(Channel(id="mail", kind="apprise", url=SecretStr(url), **settings))


def test_a_notice_comes_over_the_broker_and_is_never_retained(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        with subscriber(port, "denyut/#") as heard:
            mqtt(port).tell(telling("dishub"))
            (message,) = wait_for(lambda: heard, "the notice")
        assert (message.topic, message.qos, message.retain) == ("denyut/notices/dishub", 1, False)
        assert json.loads(message.payload)["key"] == "a1b2-7"
        with subscriber(port, "denyut/#") as later:
            time.sleep(0.3)
            assert later == []


def test_nobody_subscribed_is_nobody_told(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port, pytest.raises(TellingFailedError) as failure:
        mqtt(port).tell(telling("dishub"))
    assert str(failure.value).endswith("no client is subscribed to 'denyut/notices/dishub'")


def test_a_broker_of_old_gets_it_by_mqtt_3(tmp_path: Path) -> None:
    async def told(answers: bool, port: int) -> None:
        async with older_broker(port, answers=answers) as older:
            channel = mqtt(older)
            with pytest.raises(TellingFailedError, match="speaks no MQTT 5"):
                await asyncio.to_thread(channel.tell, telling("dishub"))
            await asyncio.to_thread(channel.tell, telling("dishub"))

    with mosquitto(tmp_path) as port, subscriber(port, "denyut/#") as heard:
        asyncio.run(told(True, port))
        asyncio.run(told(False, port))
        wait_for(lambda: len(heard) == 2, "both")


def test_a_broker_that_lets_nobody_in_is_named_without_the_password(tmp_path: Path) -> None:
    passwords = password_file(tmp_path, "denyut", "benar-sekali")
    with mosquitto(tmp_path, listener=passwords) as port:
        channel = mqtt(port, username="denyut", password=SecretStr("salah-sekali"))
        with pytest.raises(TellingFailedError, match=r"refused the connection: Not authorized") as failure:
            channel.tell(telling("dishub"))
        assert "salah" not in str(failure.value)
        with subscriber(port, "denyut/#", "denyut", "benar-sekali") as heard:
            mqtt(port, username="denyut", password=SecretStr("benar-sekali")).tell(telling("dishub"))
            wait_for(lambda: heard, "the notice")


def test_a_topic_that_may_not_be_published_to_is_no_delivery(tmp_path: Path) -> None:
    (tmp_path / "acl").write_text("topic read #\n")
    refusal = pytest.raises(TellingFailedError, match="refused the notice: Not authorized")
    with mosquitto(tmp_path, listener=f"{ANONYMOUS}acl_file acl\n") as port, refusal:
        mqtt(port).tell(telling("dishub"))


@pytest.mark.parametrize("to", ["#", "a/+/b"])
def test_no_notice_goes_to_a_topic_with_wildcards(to: str) -> None:
    with pytest.raises(TellingRefusedError, match="nothing can be published to"):
        mqtt(free_port()).tell(telling(to))


def test_a_broker_that_is_away_fails_soon() -> None:
    with pytest.raises(TellingFailedError, match=r"broker 127.0.0.1:\d+: .*refused"):
        mqtt(free_port()).tell(telling("dishub"))


def test_mail_comes_through_apprise_as_it_was_written() -> None:
    with smtp_server() as box:
        url = f"mailto://127.0.0.1:{box.port}/?from=denyut@bjn.go.id&to={{to}}"
        apprise(url).tell(telling("sari@bjn.go.id"))
    ((recipients, mail),) = box.mail
    assert recipients == ["sari@bjn.go.id"]
    assert mail["Subject"] == "Parkir penuh <b>"
    plain = mail.get_body(("plain",))
    html = mail.get_body(("html",))
    assert plain is not None or html is not None
    if html is not None:
        assert "&amp; *penuh*" in html.get_content()
    if plain is not None:
        assert plain.get_content().strip() == TEXT.body


@pytest.mark.parametrize("to", ["a@b.id?smtp=evil.example", "x/../y@b.id&mode=insecure", "a@b.id,c@d.id"])
def test_what_stands_in_a_contact_changes_no_other_part_of_the_address(to: str) -> None:
    with smtp_server() as box:
        try:
            apprise(f"mailto://127.0.0.1:{box.port}/?from=denyut@bjn.go.id&to={{to}}").tell(telling(to))
        except TellingFailedError:
            assert box.mail == []
        else:
            assert all("evil" not in mail["From"] for _, mail in box.mail)


def test_a_mail_server_that_takes_nothing_is_a_failure_without_the_password() -> None:
    with smtp_server() as box:
        box.answer = "451 come back later"
        with pytest.raises(TellingFailedError) as failure:
            apprise(f"mailto://127.0.0.1:{box.port}/?from=denyut@bjn.go.id&to={{to}}").tell(telling("a@b.id"))
    port = free_port()
    with pytest.raises(TellingFailedError) as absent:
        apprise(f"mailto://sari:r4hasia-sekali@127.0.0.1:{port}/?to={{to}}").tell(telling("a@b.id"))
    for each in (failure, absent):
        assert str(each.value)
        assert "r4hasia" not in str(each.value)


def test_a_messenger_that_refuses_is_a_failure_without_the_token(caplog: pytest.LogCaptureFixture) -> None:
    refusing = receiving(lambda *_: Answer(401, body=b"bad token k3yk3yk3y"))
    with refusing as receiver, pytest.raises(TellingFailedError) as failure:
        apprise(f"json://127.0.0.1:{receiver.port}/k3yk3yk3y/{{to}}").tell(telling("sari"))
    assert receiver.told[0].path == "/k3yk3yk3y/sari"
    assert "401" in str(failure.value)
    assert "k3yk3yk3y" not in str(failure.value) + caplog.text


def test_a_messenger_that_hangs_ends_at_the_timeout() -> None:
    with receiving(lambda *_: Answer(after_s=4)) as receiver:
        began = time.monotonic()
        with pytest.raises(TellingFailedError):
            apprise(f"json://127.0.0.1:{receiver.port}/", timeout=SECOND_NS // 2).tell(telling(""))
        assert time.monotonic() - began < 3


def test_an_address_that_apprise_does_not_know_is_said_at_the_start_without_it() -> None:
    with pytest.raises(ChannelUnusableError) as refusal:
        apprise("tgramm://123:secret/1")
    assert (
        str(refusal.value)
        == "channel 'mail': Apprise knows no address that begins so; did you mean 'tgram' or 'pingram'?"
    )
