"""What Prometheus is given can be read by the parser of its own library."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from dashboard.http.exposition import CONTENT_TYPE, Exposition
from dashboard.http.families import FAMILIES
from tests.dashboard.http.serving import ask, sources

FIGURES: dict[str, Any] = {
    "state": "running",
    "received": 1_000_003,
    "rejected": {"too_late": 2, "not_utf8": 1},
    "watermark": "2023-11-14T22:13:20Z",
    "sinks": {'a "quoted" \\ name\n': {"points_pending": 5}},
}


def read(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """(name, labels) -> value."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for metric in text_string_to_metric_families(text.decode())
        for sample in metric.samples
    }


def test_the_numbers_of_the_status_come_out_as_they_are() -> None:
    told = read(Exposition(lambda: FIGURES, "1.2.3").text())
    assert told["denyut_messages_received_total", ()] == 1_000_003
    assert told["denyut_messages_rejected_total", (("reason", "too_late"),)] == 2
    assert told["denyut_watermark_timestamp_seconds", ()] == 1_700_000_000
    assert told["denyut_points_pending", (("sink", 'a "quoted" \\ name\n'),)] == 5
    assert told["denyut_build_info", (("version", "1.2.3"),)] == 1


def test_every_family_is_announced_with_its_type_whether_it_has_numbers_or_not() -> None:
    types = {
        metric.name: metric.type for metric in text_string_to_metric_families(Exposition(dict, "1.2.3").text().decode())
    }
    assert {family.name.removesuffix("_total"): family.kind for family in FAMILIES}.items() <= types.items()


def test_the_process_itself_is_measured_too() -> None:
    told = read(Exposition(dict, "1.2.3").text())
    assert told["process_resident_memory_bytes", ()] > 1 << 20
    assert told["process_cpu_seconds_total", ()] > 0


def test_over_http_it_has_the_content_type_that_prometheus_asks_for() -> None:
    answer = ask(sources(FIGURES), "/metrics")
    assert answer.headers["content-type"] == CONTENT_TYPE == "text/plain; version=0.0.4; charset=utf-8"
    assert read(answer.body)["denyut_messages_received_total", ()] == 1_000_003
