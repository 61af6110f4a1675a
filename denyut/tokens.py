"""The tokens that are shown over HTTP, from where the configuration says that they are. They never stand in a text."""

import os
from collections.abc import Mapping, Sequence
from hmac import compare_digest
from pathlib import Path

from config.duty import Officer
from config.section import Section
from config.service import Http


class TokenError(ValueError):
    """It cannot be had, or several have the same; one sentence."""


def token_of(settings: Http, name: str = "token", environment: Mapping[str, str] = os.environ) -> str | None:
    """What a monitor, or with "operator_token" an operator, must show; None where nothing is configured.

    Raises TokenError.
    """
    return _given(settings, name, "http", environment)


def officers_tokens(
    officers: Sequence[Officer], others: Mapping[str, str | None], environment: Mapping[str, str] = os.environ
) -> list[tuple[str, Officer]]:
    """The token of each officer who has one. `others`: whose -> tokens that must be none of theirs.

    Raises TokenError.
    """
    found = [(token, officer) for officer in officers if (token := _of(officer, environment)) is not None]
    _refuse_twins(
        [
            *((f"officer {officer.id}", token) for token, officer in found),
            *((whose, token) for whose, token in others.items() if token is not None),
        ]
    )
    return found


def _of(officer: Officer, environment: Mapping[str, str]) -> str | None:
    if officer.token is not None:
        return officer.token.get_secret_value().strip() or None
    return _given(officer, "token", f"officer {officer.id}:", environment)


def _refuse_twins(known: Sequence[tuple[str, str]]) -> None:
    for index, (whose, token) in enumerate(known):
        for other, same in known[:index]:
            # Of the tokens of the service itself one may serve as the other.
            if compare_digest(token.encode(), same.encode()) and other.startswith("officer"):
                raise TokenError(f"{other} and {whose} have the same token: nobody could tell who acts")


def _given(section: Section, name: str, place: str, environment: Mapping[str, str]) -> str | None:
    setting = f"{place}{'.' if place == 'http' else ' '}{name}"
    variable: str | None = getattr(section, f"{name}_env")
    file: Path | None = getattr(section, f"{name}_file")
    if variable is not None:
        token = environment.get(variable, "").strip()
        if not token:
            raise TokenError(f"{setting}_env names {variable}, which is not set in the environment")
        return token
    if file is None:
        return None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise TokenError(f"{setting}_file {file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TokenError(f"{setting}_file {file} is no UTF-8") from None
    if not token:
        raise TokenError(f"{setting}_file {file} is empty")
    return token
