"""Where the tokens come from that are shown over HTTP, and that no two of those who act have the same."""

from pathlib import Path

import pytest

from config.duty import Officer
from config.service import Http
from denyut.tokens import TokenError, officers_tokens, token_of


def test_a_token_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("rahasia\n")
    assert token_of(Http()) is None
    assert token_of(Http(token_file=file)) == "rahasia"
    assert token_of(Http(token_env="TOKEN"), environment={"TOKEN": "rahasia"}) == "rahasia"
    assert token_of(Http(operator_token_file=file), "operator_token") == "rahasia"


def test_a_token_that_is_named_but_not_there_is_one_sentence(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text("\n")
    binary.write_bytes(b"\xff\xfe")
    for settings, sentence in (
        (Http(token_env="TOKEN"), "http.token_env names TOKEN, which is not set in the environment"),
        (Http(token_file=tmp_path / "absent"), f"http.token_file {tmp_path}/absent cannot be read: No such file"),
        (Http(token_file=empty), f"http.token_file {empty} is empty"),
        (Http(token_file=binary), f"http.token_file {binary} is no UTF-8"),
    ):
        with pytest.raises(TokenError) as raised:
            token_of(settings, environment={"TOKEN": " "})
        assert str(raised.value).startswith(sentence)


def test_officers_have_tokens_of_their_own_or_none(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("of-citra\n")
    ayu = Officer(id="ayu", office="dishub", token="of-ayu")
    budi = Officer(id="budi", office="dishub", token_env="TOKEN_OF_BUDI")
    citra = Officer(id="citra", office="dishub", token_file=file)
    dewi = Officer(id="dewi", office="dishub")
    found = officers_tokens([ayu, budi, citra, dewi], {"the monitor": None}, {"TOKEN_OF_BUDI": "of-budi"})
    assert found == [("of-ayu", ayu), ("of-budi", budi), ("of-citra", citra)]


def test_an_officers_token_that_is_not_there_is_one_sentence() -> None:
    budi = Officer(id="budi", office="dishub", token_env="TOKEN_OF_BUDI")
    with pytest.raises(TokenError) as raised:
        officers_tokens([budi], {}, {})
    assert str(raised.value) == "officer budi: token_env names TOKEN_OF_BUDI, which is not set in the environment"


def test_no_two_have_the_same_token_and_the_sentence_does_not_say_it() -> None:
    ayu = Officer(id="ayu", office="dishub", token="rahasia")
    for officers, others in (
        ([ayu, Officer(id="budi", office="dishub", token="rahasia ")], {}),
        ([ayu], {"the operator": "rahasia"}),
        ([ayu], {"the monitor": "rahasia"}),
    ):
        with pytest.raises(TokenError, match=r"officer ayu and .* have the same token") as raised:
            officers_tokens(officers, others, {})
        assert "rahasia" not in str(raised.value)
