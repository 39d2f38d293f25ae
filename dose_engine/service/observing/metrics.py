"""What Prometheus reads. Labels are words of the rulebook and of the service; none comes from a request.

With several workers each writes its numbers to files in one folder, and whichever is asked adds them up: prometheus_client decides so when
it is first imported, by the variable PROMETHEUS_MULTIPROC_DIR, which `serving` sets for the workers.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ...advisory import Advisory

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The numbers of one app, in a registry of its own. Safe in threads."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._folder = os.environ.get(FOLDER_VARIABLE)
        self._registry = CollectorRegistry()

        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"dose_engine_{name}", says, labels, registry=self._registry)

        self._advisories = counter("advisories", "Advisories given, by verdict and by what was asked.", "verdict", "kind")
        self._findings = counter("findings", "Findings in advisories, by rule.", "rule")
        self._disagreements = counter("evaluator_disagreements", "Advisories that the second evaluator did not confirm.")
        self._requests = counter("requests", "Requests answered.", "route", "status")
        self._refused = counter("refusals", "Requests refused, by the code of the problem.", "code")
        self._faults = counter("faults", "Requests that ended in a fault of the service.")
        self._reloads = counter("rulebook_reloads", "Changed rulebooks, by what became of them.", "outcome")
        self._seconds = Histogram(
            "dose_engine_request_seconds", "Time to answer a request.", ("route",), buckets=_SECONDS, registry=self._registry
        )

    def advised(self, advisory: Advisory, kind: str) -> None:
        self._advisories.labels(advisory.verdict.value, kind).inc()
        for finding in advisory.findings:
            self._findings.labels(finding.rule).inc()
        if advisory.evaluators.agreed is False:
            self._disagreements.inc()

    def answered(self, route: str, status: int, seconds: float) -> None:
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def refused(self, code: str) -> None:
        self._refused.labels(code).inc()

    def fault(self) -> None:
        self._faults.inc()

    def reloaded(self, outcome: str) -> None:
        """`loaded` or `refused`."""
        self._reloads.labels(outcome).inc()

    def page(self) -> tuple[bytes, str]:
        """The numbers as Prometheus reads them, of all workers together, and their media type."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

        registry = self._registry
        if self._folder is not None and Path(self._folder).is_dir():
            from prometheus_client.multiprocess import MultiProcessCollector

            registry = CollectorRegistry()
            MultiProcessCollector(registry, path=self._folder)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4
