from pathlib import Path

import pytest

from alerts.delivery.channel import ChannelUnusableError
from alerts.delivery.secret_parts import Masked, resolved
from config.channels import Channel


def test_a_secret_comes_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("https://example.go.id/hook\n")
    monkeypatch.setenv("HOOK", "https://example.go.id/other")
    assert resolved(Channel(id="a", kind="webhook", url_file=tmp_path / "url"), "url") == "https://example.go.id/hook"
    assert resolved(Channel(id="a", kind="webhook", url_env="HOOK"), "url") == "https://example.go.id/other"
    assert resolved(Channel(id="a", kind="webhook"), "secret") is None


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("\n")
    with pytest.raises(ChannelUnusableError, match=r"^channel 'a': url_file '.*/url' is empty$"):
        resolved(Channel(id="a", kind="webhook", url_file=tmp_path / "url"), "url")


@pytest.mark.parametrize(
    ("url", "said", "shown"),
    [
        (
            "tgram://123456789:AAbbCC-dd/{to}",
            "POST /bot123456789:AAbbCC-dd/send failed",
            "POST /bot***:***/send failed",
        ),
        ("mailto://ayu:s%40ndi-lewat@mail.go.id", "login with s@ndi-lewat failed", "login with *** failed"),
        ("https://hooks.go.id/services/T000/B000/abcdefgh", "GET /services/T000/B000/abcdefgh: 404", "GET ***: 404"),
        ("https://hooks.go.id/x", "hooks.go.id refused", "hooks.go.id refused"),
    ],
)
def test_secrets_of_an_address_are_masked_however_they_are_written(url: str, said: str, shown: str) -> None:
    assert Masked.of_address(url)(said) == shown
