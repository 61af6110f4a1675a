import hashlib
import hmac
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from alerts.delivery.channel import ChannelUnusableError, Telling, TellingFailedError, TellingRefusedError
from alerts.delivery.webhook import Webhook, retry_after_s
from alerts.texts.rendering import Rendered
from config.channels import Channel
from config.durations import SECOND_NS
from tests.alerts.delivery.couriers import hook
from tests.alerts.record.notices import notice
from tests.servers.free_ports import free_port
from tests.servers.webhook_receiver import Answer, receiving

TELLING = Telling("a1b2-7", notice(7), Rendered("Parking is full", "Pasar Besar: 97 %"))
NOON_S = 1_763_802_000.0
"""2025-11-22 09:00:00 UTC."""


def test_what_is_told_is_json_with_its_key_and_text() -> None:
    with receiving() as receiver:
        Webhook(hook(receiver.url)).tell(TELLING)
    (told,) = receiver.told
    assert told.headers["Content-Type"] == "application/json"
    assert told.headers["Idempotency-Key"] == "a1b2-7"
    assert "Denyut-Signature" not in told.headers
    content = told.json
    assert {name: content[name] for name in ("key", "number", "at", "reason", "severity", "title", "text")} == {
        "key": "a1b2-7",
        "number": 7,
        "at": "2025-11-22T09:00:00Z",
        "reason": "firing",
        "severity": "warning",
        "title": "Parking is full",
        "text": "Pasar Besar: 97 %",
    }
    (card,) = content["cards"]
    assert (card["zone_name"], card["value"], card["fired"], card["ended"]) == (
        "Pasar Besar",
        0.97,
        "2025-11-22T09:00:00Z",
        None,
    )


def test_the_signature_is_over_time_and_body() -> None:
    with receiving() as receiver:
        Webhook(hook(receiver.url, secret=SecretStr("rahasia"))).tell(TELLING)
    (told,) = receiver.told
    at, digest = (part.partition("=")[2] for part in told.headers["Denyut-Signature"].split(","))
    assert abs(int(at) - time.time()) < 5
    assert digest == hmac.new(b"rahasia", at.encode() + b"." + told.body, hashlib.sha256).hexdigest()


def test_user_and_password_of_the_address_are_sent_as_such() -> None:
    with receiving() as receiver:
        Webhook(hook(receiver.url.replace("//", "//ayu:kunci@"))).tell(TELLING)
    headers = {name.lower(): value for name, value in receiver.told[0].headers.items()}
    assert headers["authorization"] == "Basic YXl1Omt1bmNp"


def test_a_redirection_is_not_followed() -> None:
    with receiving() as other, receiving(lambda *_: Answer(302, (("Location", other.url),))) as receiver:
        with pytest.raises(TellingFailedError, match=r"answered 302$"):
            Webhook(hook(receiver.url)).tell(TELLING)
        assert other.told == []


@pytest.mark.parametrize(("status", "error"), [(500, TellingFailedError), (401, TellingFailedError)])
def test_what_somebody_may_mend_is_tried_again(status: int, error: type[Exception]) -> None:
    with receiving(lambda *_: Answer(status)) as receiver, pytest.raises(error):
        Webhook(hook(receiver.url)).tell(TELLING)


def test_what_was_refused_for_good_is_said_so() -> None:
    refusal = pytest.raises(TellingRefusedError, match="answered 410: closed")
    with receiving(lambda *_: Answer(410, body=b"closed")) as receiver, refusal:
        Webhook(hook(receiver.url)).tell(TELLING)


@pytest.mark.parametrize("answer", [b"token k3yk3yk3y is wrong", b"/hooks/k3yk3yk3y?sig=s1gs1gs1g not found"])
def test_no_secret_of_the_address_stands_in_an_error(answer: bytes) -> None:
    with receiving(lambda *_: Answer(500, body=answer)) as receiver:
        channel = hook(f"http://127.0.0.1:{receiver.port}/hooks/k3yk3yk3y?sig=s1gs1gs1g", secret=SecretStr("rahasia"))
        with pytest.raises(TellingFailedError) as failure:
            Webhook(channel).tell(TELLING)
    assert "k3yk3yk3y" not in str(failure.value)
    assert "s1gs1gs1g" not in str(failure.value)
    assert "***" in str(failure.value)
    assert "k3yk3yk3y" not in repr(channel)


def test_nobody_listening_is_said_with_the_host_alone() -> None:
    port = free_port()
    with pytest.raises(TellingFailedError) as failure:
        Webhook(hook(f"http://127.0.0.1:{port}/k3yk3yk3y")).tell(TELLING)
    assert str(failure.value).startswith(f"http://127.0.0.1:{port}: ")
    assert "refused" in str(failure.value)
    assert "k3yk3yk3y" not in str(failure.value)


def test_a_dripping_answer_ends_at_the_timeout() -> None:
    with receiving(lambda *_: Answer(after_s=3)) as receiver:
        began = time.monotonic()
        with pytest.raises(TellingFailedError):
            Webhook(hook(receiver.url, timeout=SECOND_NS // 2)).tell(TELLING)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("999999", 3600.0),
        ("Sat, 22 Nov 2025 09:01:30 GMT", 90.0),
        ("Sat, 22 Nov 2025 08:00:00 GMT", 0.0),
        ("soon", None),
        (None, None),
    ],
)
def test_how_long_a_receiver_asks_to_wait(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOON_S) == seconds


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "channel 'hook': a webhook needs url, url_env or url_file"),
        ({"url": SecretStr("ftp://x/")}, "channel 'hook': its address must begin with http:// or https://"),
        ({"url": SecretStr("http://x:99999/")}, "channel 'hook': its address must begin with http:// or https://"),
        ({"url_env": "NO_SUCH_URL"}, "channel 'hook': url_env names NO_SUCH_URL, which is not set in the environment"),
        ({"url_file": Path("/nowhere/url")}, "channel 'hook': url_file '/nowhere/url': No such file or directory"),
    ],
)
def test_what_cannot_work_is_said_at_the_start(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ChannelUnusableError) as refusal:
        Webhook(Channel.model_validate({"id": "hook", "kind": "webhook", **settings}))
    assert str(refusal.value) == sentence
