from config.checks.service import check_http
from config.duty import Officer
from config.service import Http
from config.settings import Settings


def messages(**http):
    return [finding.message for finding in check_http(Settings(http=Http(**http)))]


def test_no_token_or_one_is_right(tmp_path):
    token = tmp_path / "token"
    token.write_text("t")
    assert messages() == messages(token_env="TOKEN") == messages(token_file=token) == []


def test_a_token_is_given_once(tmp_path):
    (tmp_path / "token").write_text("t")
    assert messages(token_env="TOKEN", token_file=tmp_path / "token") == [
        "the token is given 2 times, as token_env and token_file; keep one of them"
    ]


def test_the_file_of_a_token_must_be_there(tmp_path):
    assert messages(token_file=tmp_path / "absent") == [f"there is no file {str(tmp_path / 'absent')!r}"]


def of_officers(http, *officers):
    settings = Settings(http=Http(**http), officers=tuple(Officer(office="dishub", **each) for each in officers))
    return [(finding.message, finding.paths) for finding in check_http(settings)]


SAME = "it is the token of {other} too: nobody could tell who acts"


def test_officers_have_tokens_of_their_own(tmp_path):
    (tmp_path / "token").write_text("of-budi\n")
    assert of_officers({}, {"id": "ayu", "token": "of-ayu"}, {"id": "budi", "token_file": tmp_path / "token"}) == []


def test_two_officers_with_one_token_are_a_mistake_wherever_it_comes_from(tmp_path, monkeypatch):
    (tmp_path / "token").write_text("rahasia\n")
    monkeypatch.setenv("TOKEN_OF_BUDI", "rahasia")
    ayu, budi, citra = (
        {"id": "ayu", "token": "rahasia"},
        {"id": "budi", "token_env": "TOKEN_OF_BUDI"},
        {"id": "citra", "token_file": tmp_path / "token"},
    )
    assert of_officers({}, ayu, budi, citra) == [
        (SAME, (("officers", 1, "token_env"), ("officers", 0, "token"))),
        (SAME, (("officers", 2, "token_file"), ("officers", 0, "token"))),
    ]


def test_an_officers_token_is_not_that_of_monitors_or_operators(tmp_path):
    (tmp_path / "token").write_text("rahasia\n")
    for name in ("token_file", "operator_token_file"):
        assert of_officers({name: tmp_path / "token"}, {"id": "ayu", "token": "rahasia"}) == [
            (SAME, (("officers", 0, "token"), ("http", name)))
        ]


def test_a_token_that_http_cannot_carry_is_a_mistake():
    ((message, paths),) = of_officers({}, {"id": "ayu", "token": "raha\nsia"})
    assert message == "the token must be one line of ASCII characters: HTTP carries no other"
    assert paths == (("officers", 0, "token"),)


def test_a_token_is_not_empty(tmp_path, monkeypatch):
    (tmp_path / "token").write_text(" \n")
    assert messages(token_file=tmp_path / "token") == ["the token is empty"]
    assert [message for message, _ in of_officers({}, {"id": "ayu", "token": ""})] == ["the token is empty"]
    monkeypatch.setenv("TOKEN", "")
    assert messages(token_env="TOKEN") == []
