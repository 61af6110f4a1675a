"""What a server sends is taken as far as an answer may go, and no longer than it may take."""

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest
import urllib3
from pydantic import SecretStr

from config.settings import StoreSettings
from ingest.bounded_http import AnswerRefused, BoundedPool
from storage.influx import InfluxStore
from storage.influx1 import Influx1Store
from storage.store import Query, Store, StoreRefused, StoreUnavailable
from tests.storage.answering_server import (
    MEBIBYTE,
    Served,
    answering,
    dripping_body,
    dripping_head,
    endless,
    plain,
    swelling,
)
from tests.storage.store_conformance import T0, points

Answer = Callable[[], Iterable[bytes]]
BOTH = pytest.mark.parametrize("kind", ["influxdb1", "influxdb2"])


@contextmanager
def store_of(kind: str, answer: Answer, timeout_s: float = 5.0) -> Iterator[tuple[Store, Served]]:
    with answering(answer) as served:
        settings = StoreSettings(kind=kind, url=served.url, token=SecretStr("t"))
        store = Influx1Store(settings, timeout_s) if kind == "influxdb1" else InfluxStore(settings, timeout_s)
        yield store, served
        store.close()


def write(store: Store) -> int:
    return store.write([points([("a", T0, {"x": 1.0})])])


@BOTH
@pytest.mark.parametrize("answer", [swelling, endless])
def test_an_answer_to_a_write_that_does_not_end_is_cut_off_and_the_points_wait(kind: str, answer: Answer) -> None:
    with store_of(kind, answer) as (store, served), pytest.raises(StoreUnavailable) as error:
        write(store)
    assert str(error.value) == f"{served.url} answered with more than 64 KiB"
    assert served.sent_bytes < 16 * MEBIBYTE


@BOTH
def test_an_answer_to_a_query_that_swells_costs_no_more_memory_than_an_answer_may(kind: str) -> None:
    with store_of(kind, swelling) as (store, served):
        tracemalloc.start()
        try:
            with pytest.raises(StoreRefused) as refusal:
                store.query(Query("window"))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert refusal.value.reason == "too_large"
    assert str(refusal.value) == (
        f"{served.url} answered with more than 64 MiB: ask for a shorter time, fewer fields or a limit"
    )
    assert peak < 200 * MEBIBYTE


@BOTH
@pytest.mark.parametrize("answer", [dripping_body, dripping_head])
def test_a_server_that_sends_a_byte_now_and_then_is_left_when_the_time_is_up(kind: str, answer: Answer) -> None:
    with store_of(kind, answer, timeout_s=0.25) as (store, served):
        with pytest.raises(StoreUnavailable, match=rf"^{served.url} did not answer as a whole within 1 s$"):
            write(store)
        with pytest.raises(StoreUnavailable, match=rf"^{served.url} did not answer as a whole within 1 s$"):
            store.query(Query("window"))


@BOTH
def test_a_failure_with_a_long_page_keeps_its_status(kind: str) -> None:
    page = plain("502 Bad Gateway", b"<html>" + b"x" * MEBIBYTE)
    with store_of(kind, lambda: [page]) as (store, _), pytest.raises(StoreUnavailable, match=r"answered 502: <html>xx"):
        write(store)


@BOTH
def test_a_redirection_is_not_followed(kind: str) -> None:
    with answering(lambda: [plain("204 No Content")]) as elsewhere:
        moved = plain("302 Found", b"", f"Location: {elsewhere.url}/")
        with store_of(kind, lambda: [moved]) as (store, _), pytest.raises(StoreUnavailable, match="answered 302"):
            write(store)
    assert elsewhere.requests == []


@BOTH
def test_one_connection_carries_one_write_after_the_other(kind: str) -> None:
    with store_of(kind, lambda: [plain("204 No Content")]) as (store, served):
        assert [write(store) for _ in range(3)] == [1, 1, 1]
    assert (len(served.requests), served.connections) == (3, 1)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (plain("200 OK", b"{}", "Content-Encoding: br"), "answered in the encoding 'br', which it was not asked for"),
        (plain("200 OK", b"{}", "Content-Encoding: gzip"), "answered with what is not gzip: "),
    ],
)
def test_an_answer_in_another_encoding_is_refused(answer: bytes, sentence: str) -> None:
    with answering(lambda: [answer]) as served:
        pool = BoundedPool(5.0)
        with pytest.raises(AnswerRefused, match=sentence):
            pool.request("POST", f"{served.url}/query")
        pool.clear()


def test_what_fits_comes_whole_also_when_it_is_compressed() -> None:
    exact, over = b"x" * 1000, b"x" * 1001
    with answering(lambda: [plain("200 OK", exact)]) as served:
        pool = BoundedPool(5.0)
        assert pool.request("POST", served.url, most_bytes=1000).data == exact
        pool.clear()
    with answering(lambda: [plain("200 OK", over)]) as served:
        pool = BoundedPool(5.0)
        with pytest.raises(urllib3.exceptions.HTTPError, match="more than 0 KiB"):
            pool.request("POST", served.url, most_bytes=1000)
        pool.clear()
