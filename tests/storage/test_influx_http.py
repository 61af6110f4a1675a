import pytest

from storage.influx_http import answer_error, checked_url, retry_after_s, server_message
from storage.store import StoreRefused, StoreUnavailable, StoreUnusable


@pytest.mark.parametrize(
    ("status", "reason", "advice"),
    [
        (400, "invalid", ""),
        (422, "invalid", ""),
        (413, "too_large", ""),
        (401, "unauthorized", "; check the user, password or token, and its right to write"),
        (403, "unauthorized", "; check the user, password or token, and its right to write"),
        (404, "not_found", "; make the database or bucket, or name the one that is there"),
    ],
)
def test_what_a_server_refuses_has_a_reason_and_where_someone_can_mend_it_says_how(
    status: int, reason: str, advice: str
) -> None:
    error = answer_error(status, "its sentence", "http://127.0.0.1:8086")
    assert isinstance(error, StoreRefused)
    assert (error.reason, str(error)) == (reason, f"http://127.0.0.1:8086 answered {status}: its sentence{advice}")


@pytest.mark.parametrize("status", [302, 408, 429, 500, 503])
def test_what_may_pass_later_is_unavailable(status: int) -> None:
    assert isinstance(answer_error(status, "", "http://127.0.0.1:8086"), StoreUnavailable)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 60.0),
        ("Wed, 21 Oct 2015 07:26:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("", None),
        ("Wed, 99 Oct 2015 07:26:00 GMT", None),
    ],
)
def test_how_long_a_server_asks_to_be_left_alone(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, 1_445_412_420.0) == seconds


def test_an_answer_that_names_a_moment_carries_it() -> None:
    error = answer_error(429, "too many writes", "http://127.0.0.1:8086", "12")
    assert isinstance(error, StoreUnavailable)
    assert error.retry_after_s == 12.0


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
