from config.checks.service import check_http
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
