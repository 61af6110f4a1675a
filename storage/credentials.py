"""Where a store's password or token comes from: written down, in the environment, or in a file."""

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from config.settings import StoreSettings
from storage.store import StoreUnusable

MASK = "***"
SHORTEST_MASKED = 4


@dataclass(frozen=True, slots=True)
class Credentials:
    username: str | None = None
    password: SecretStr | None = None
    token: SecretStr | None = None

    def mask(self, text: str) -> str:
        """The text without the secrets, for messages that come from elsewhere."""
        for secret in (self.password, self.token):
            # A secret of a letter or two would blot out the message and be no secret all the same.
            if secret is not None and len(secret.get_secret_value()) >= SHORTEST_MASKED:
                text = text.replace(secret.get_secret_value(), MASK)
        return text


def resolve_credentials(settings: StoreSettings) -> Credentials:
    """Raises `StoreUnusable` when the environment or the file named holds nothing."""
    password = _secret("password", settings.password, settings.password_env, settings.password_file)
    token = _secret("token", settings.token, settings.token_env, settings.token_file)
    return Credentials(settings.username, password, token)


def _secret(name: str, value: SecretStr | None, variable: str | None, path: Path | None) -> SecretStr | None:
    if value is not None:
        return value
    if variable is not None:
        if not os.environ.get(variable):
            raise StoreUnusable(f"store.{name}_env names {variable}, which is not set in the environment")
        return SecretStr(os.environ[variable])
    return None if path is None else _secret_from_file(name, path)


def _secret_from_file(name: str, path: Path) -> SecretStr:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreUnusable(f"store.{name}_file {path} cannot be read: {error}") from error
    if not text:
        raise StoreUnusable(f"store.{name}_file {path} is empty")
    return SecretStr(text)
