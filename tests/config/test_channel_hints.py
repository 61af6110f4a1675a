from typing import Any

import pytest

from config.channel_hints import of_channels
from config.settings import Settings


def hints(channel: dict[str, Any], *topics: str) -> list[str]:
    ladders = [{"id": "one", "steps": [{"to": ["channel:it"]}]}]
    sources = [{"topics": topics}] if topics else [{}]
    return of_channels(
        Settings.model_validate({"channels": [{"id": "it"} | channel], "ladders": ladders, "sources": sources})
    )


def test_a_channel_that_nobody_uses_is_named() -> None:
    settings = Settings.model_validate({"channels": [{"id": "it", "kind": "mqtt"}]})
    assert of_channels(settings) == ["channel 'it': no contact and no step of a ladder uses it"]


def test_a_webhook_without_signature_or_encryption_is_named() -> None:
    assert hints({"kind": "webhook", "url": "https://a.example/", "secret": "x"}) == []
    assert hints({"kind": "webhook", "url": "http://127.0.0.1:8000/", "secret_env": "x"}) == []
    assert hints({"kind": "webhook", "url": "http://a.example/"}) == [
        "channel 'it': without a secret what it tells is not signed, and the receiver cannot know whose it is",
        "channel 'it': by http:// anybody on the way reads what it tells",
    ]


@pytest.mark.parametrize(
    ("subscribed", "topic", "is_taken"),
    [
        ("#", "denyut/notices/{to}", True),
        ("city/#", "denyut/notices/{to}", False),
        ("+/notices/+", "denyut/notices/{to}", True),
        ("denyut/notices/ayu", "denyut/notices/{to}", True),
        ("denyut/notices", "denyut/notices/{to}", False),
        ("denyut/notices/#", "denyut/notices", True),
    ],
)
def test_notices_that_would_be_taken_for_readings_are_named(subscribed: str, topic: str, is_taken: bool) -> None:
    sentence = (
        f"channel 'it': source 'mqtt' subscribes to {subscribed!r}, and would take its notices for messages of devices"
    )
    assert hints({"kind": "mqtt", "topic": topic}, subscribed) == ([sentence] if is_taken else [])
