from pathlib import Path
from typing import Any

import pytest

from config.checks.channels import check_channels
from config.load import load_settings
from config.mistakes import ConfigurationError
from config.settings import Settings

HOOK = {"id": "hook", "kind": "webhook", "url": "https://control.example.go.id/k3yk3yk3y"}


def said(*channels: dict[str, Any], **settings: Any) -> list[tuple[str, str]]:
    """(setting, sentence) of each finding."""
    found = check_channels(Settings.model_validate({"channels": channels, **settings}))
    return [(".".join(map(str, finding.paths[0])), finding.message) for finding in found]


def officer(**contact: str) -> list[dict[str, Any]]:
    return [{"id": "sari", "office": "dishub", "contacts": [contact]}]


def test_channels_of_each_kind_are_right() -> None:
    mail = {"id": "mail", "kind": "apprise", "url_env": "MAIL"}
    assert said(HOOK | {"secret_env": "KEY"}, mail, {"id": "board", "kind": "mqtt", "source": "mqtt"}) == []


@pytest.mark.parametrize(
    ("channel", "setting", "sentence"),
    [
        ({"kind": "webhook"}, "kind", "a channel of kind 'webhook' needs url, url_env or url_file"),
        ({"kind": "apprise"}, "kind", "a channel of kind 'apprise' needs url, url_env or url_file"),
        ({"kind": "webhook", "url": "k3yk3yk3y"}, "url", "the url (not shown) is no address: it has no ://"),
        (
            {"kind": "webhook", "url": "ftp://x/k3yk3yk3y"},
            "url",
            "the url (not shown) must be http://HOST... or https://HOST...",
        ),
        (
            {"kind": "webhook", "url": "http://x:123456/"},
            "url",
            "the url (not shown) must be http://HOST... or https://HOST...",
        ),
        (
            {"kind": "webhook", "url": "http://x/", "url_env": "HOOK"},
            "url_env",
            "the url is given 2 times, as url and url_env; keep one of them",
        ),
        ({"kind": "webhook", "url_file": "/nowhere/hook"}, "url_file", "there is no file '/nowhere/hook'"),
        ({"kind": "mqtt", "source": "mqt"}, "source", "there is no source 'mqt'; did you mean 'mqtt'?"),
        ({"kind": "mqtt", "topic": "told/#"}, "topic", "'told/#' holds #: a notice goes to one topic"),
        ({"kind": "mqtt", "topic": "$SYS/x"}, "topic", "'$SYS/x': topics that begin with $ are the broker's own"),
        ({"kind": "mqtt", "topic": ""}, "topic", "must not be empty"),
        ({"kind": "mqtt", "url": "http://x/"}, "url", "a channel of kind 'mqtt' uses no url"),
        (
            {"kind": "apprise", "url": "tgram://1/{to}", "secret_env": "KEY"},
            "secret_env",
            "a channel of kind 'apprise' uses no secret_env",
        ),
        ({"kind": "webhook", "url": "http://x/", "secret": " "}, "secret", "the secret is empty"),
        ({"kind": "webhook", "url": ""}, "url", "the url is empty"),
        ({"kind": "webhook", "url": "http://x/", "topic": "a"}, "topic", "a channel of kind 'webhook' uses no topic"),
    ],
)
def test_a_channel_that_cannot_work_is_named(channel: dict[str, Any], setting: str, sentence: str) -> None:
    assert said({"id": "it"} | channel) == [(f"channels.0.{setting}", sentence)]


def test_two_channels_with_one_id_are_a_mistake() -> None:
    assert said(HOOK, HOOK) == [("channels.1.id", "'hook' is {other} too; ids stand once")]


def test_a_contact_and_its_channel_belong_together() -> None:
    telegram = {"id": "telegram", "kind": "apprise", "url": "tgram://123/{to}"}
    group = {"id": "telegram", "kind": "apprise", "url": "tgram://123/456"}
    assert said(telegram, officers=officer(channel="telegram", to="12")) == []
    assert said(telegram, officers=officer(channel="telegram")) == [
        ("officers.0.contacts.0", "'to' is missing: the address of channel 'telegram' has a place for it")
    ]
    assert said(group, officers=officer(channel="telegram", to="12")) == [
        ("officers.0.contacts.0.to", "the address of channel 'telegram' has no {to}: 'to' would go nowhere")
    ]


def test_all_mistakes_come_at_once_with_their_lines_and_without_secrets(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(
        '[[channels]]\nid = "hook"\nkind = "webhook"\nurl = "k3yk3yk3y"\n'
        '[[channels]]\nid = "hook"\nkind = "mqtt"\ntopic = "a/+"\nsecret = 12345678\ntimeout = "1h"\n'
    )
    with pytest.raises(ConfigurationError) as error:
        load_settings(file)
    assert str(error.value).splitlines() == [
        f"{file}:4: channels[0].url: the url (not shown) is no address: it has no ://",
        f"{file}:6: channels[1].id: 'hook' is channels[0].id (line 2) too; ids stand once",
        f"{file}:8: channels[1].topic: 'a/+' holds +: a notice goes to one topic",
        f"{file}:9: channels[1].secret: must be text in quotes, not this (not shown)",
        f"{file}:10: channels[1].timeout: must be at most 5m, not 1h",
    ]
