from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import StoreSettings
from storage.credentials import resolve_credentials
from storage.store import StoreUnusable


def test_a_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_TOKEN", "from-environment")
    credentials = resolve_credentials(StoreSettings(token_env="CITY_TOKEN"))
    assert credentials.token == SecretStr("from-environment")
    assert "from-environment" not in repr(credentials)


def test_a_password_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("from-file\n")
    assert resolve_credentials(StoreSettings(password_file=path)).password == SecretStr("from-file")


def test_an_environment_without_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CITY_TOKEN", raising=False)
    with pytest.raises(StoreUnusable, match=r"store\.token_env names CITY_TOKEN, which is not set"):
        resolve_credentials(StoreSettings(token_env="CITY_TOKEN"))


@pytest.mark.parametrize(("content", "complaint"), [(None, "cannot be read"), (b" \n", "is empty"), (b"\xff", "read")])
def test_a_file_without_a_secret_is_named(tmp_path: Path, content: bytes | None, complaint: str) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreUnusable, match=f"store.token_file .*{complaint}"):
        resolve_credentials(StoreSettings(token_file=path))


def test_secrets_are_masked_in_what_others_say() -> None:
    credentials = resolve_credentials(StoreSettings(token=SecretStr("s3cret-token"), password=SecretStr("pw-1")))
    assert credentials.mask("bad token s3cret-token for pw-1") == "bad token *** for ***"
