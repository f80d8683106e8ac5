"""Prometheus: what Django counts, and every reading of the operations cards as a gauge."""

import ipaddress
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.http import HttpRequest
from prometheus_client import REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from zhike.platform import clock
from zhike.platform.ops.types import Reading, Value, cards

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Readings:
    """Asks the database at each scrape, so that the figures are those of the deployment, not of one process."""

    def collect(self) -> Iterator[Metric]:
        """One gauge for each reading that has a name and a value."""
        now = clock.now()
        for card in cards():
            for reading in card.read(now):
                number = as_number(reading.value)
                if reading.metric and number is not None:
                    yield GaugeMetricFamily(reading.metric, _documentation(reading), value=number)


def _documentation(reading: Reading) -> str:
    return f"{reading.label}"


def as_number(value: Value) -> float | None:
    """Seconds for times and durations."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value)


def exposition() -> bytes:
    """The text that Prometheus reads; counters of all web processes together."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    own = CollectorRegistry(auto_describe=False)
    own.register(Readings())
    return generate_latest(registry) + generate_latest(own)


def may_scrape(request: HttpRequest) -> bool:
    """Whoever knows ZHIKE_METRICS_TOKEN; without one, programs of this machine that come by no proxy."""
    token = os.environ.get("ZHIKE_METRICS_TOKEN", "")
    if token:
        return secrets.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
