import pytest

from storage.influx_http import answer_error, checked_url, server_message
from storage.store import StoreRefused, StoreUnavailable, StoreUnusable


@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, "invalid"), (401, "unauthorized"), (403, "unauthorized"), (404, "not_found"), (413, "too_large")],
)
def test_what_a_server_refuses_has_a_reason(status: int, reason: str) -> None:
    error = answer_error(status, "its sentence", "http://127.0.0.1:8086")
    assert isinstance(error, StoreRefused)
    assert (error.reason, str(error)) == (reason, f"http://127.0.0.1:8086 answered {status}: its sentence")


@pytest.mark.parametrize("status", [302, 408, 429, 500, 503])
def test_what_may_pass_later_is_unavailable(status: int) -> None:
    assert isinstance(answer_error(status, "", "http://127.0.0.1:8086"), StoreUnavailable)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"error":"partial write"}', "partial write"),
        (b'{"code":"invalid","message":"bad line"}', "bad line"),
        (b"<html>proxy</html>", "<html>proxy</html>"),
        (b"[1]", "[1]"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_the_servers_sentence_is_found_in_any_answer(body: bytes, sentence: str) -> None:
    assert server_message(body) == sentence


@pytest.mark.parametrize("url", ["localhost:8086", "ftp://127.0.0.1", "http://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(StoreUnusable, match="http://HOST:PORT"):
        checked_url(url)


def test_a_password_in_the_address_is_refused_without_showing_it() -> None:
    with pytest.raises(StoreUnusable, match="no user or password") as refusal:
        checked_url("http://city:s3cret@127.0.0.1:8086")
    assert "s3cret" not in str(refusal.value)
