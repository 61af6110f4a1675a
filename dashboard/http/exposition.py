"""The figures of a run as Prometheus text, from the numbers that its status holds."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from dashboard.http.families import FAMILIES, Family, samples

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Exposition:
    """Collected anew at each request, from a registry of its own: the library's global one holds nothing of ours."""

    def __init__(self, figures: Callable[[], Mapping[str, Any]], version: str) -> None:
        self._figures = figures
        self._version = version
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(self)

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def describe(self) -> Iterator[Metric]:
        """Asked at registration, before there are any figures."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        figures = self._figures()
        build = GaugeMetricFamily("denyut_build_info", "The version that runs; always 1.", labels=["version"])
        build.add_metric([self._version], 1)
        yield build
        for family in FAMILIES:
            yield _metric(family, figures)


def _metric(family: Family, figures: Mapping[str, Any]) -> Metric:
    make = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    metric = make(family.name, family.meaning, labels=family.labels)
    for labels, number in samples(figures, family.place):
        metric.add_metric(labels, number)
    return metric
