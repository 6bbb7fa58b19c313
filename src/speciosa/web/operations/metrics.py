"""Figures of the running service for Prometheus: counts and times by route template."""

from __future__ import annotations

import os

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from speciosa import __version__

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one application. With several workers each writes files that all can read."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter(
            "speciosa_http_requests", "Requests answered.", labels, registry=registry
        )
        self._seconds = Histogram(
            "speciosa_http_request_seconds",
            "Time to the end of the answer.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=registry,
        )
        self.in_progress = Gauge(
            "speciosa_http_requests_in_progress",
            "Requests being answered.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        build = Gauge(
            "speciosa_build",
            "Always 1; the label says which version runs.",
            ("version",),
            multiprocess_mode="max",
            registry=registry,
        )
        build.labels(__version__).set(1)
        ProcessCollector(registry=registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """All figures in Prometheus' text format; of all workers, if there are several."""
        if MULTIPROCESS_VARIABLE not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
