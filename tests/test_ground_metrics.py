"""`/metrics` speaks of the whole deployment, whichever of its processes answers."""

import re
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.harness.clusters import until
from tests.harness.sites import Site, running_site
from zhike.platform.environment import environment
from zhike.platform.ops import counters

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(300)]
GETS = 'django_http_requests_total_by_method_total{method="GET"}'


def get(site: Site, path: str) -> str:
    with closing(HTTPConnection(site.address.host, site.address.port, timeout=20)) as asking:
        asking.request("GET", path, headers={"Host": "localhost"})
        return asking.getresponse().read().decode()


def value(site: Site, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", get(site, "/metrics"), re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_metrics__add_up_over_two_web_processes(fresh_db: str) -> None:
    with running_site("web", web_workers=2) as site:
        before = value(site, GETS)
        for _request in range(40):
            get(site, "/healthz")
        # Each scrape counts itself too, whichever process answered the one before.
        assert [value(site, GETS) - before for _scrape in range(6)] == [41, 42, 43, 44, 45, 46]
        counted = counters.folder_of(environment(), site.address.port)
        assert len(list(counted.glob("counter_*.db"))) == 2


def test_metrics__tell_what_worker_and_outbox_did(fresh_db: str) -> None:
    with running_site("web", "worker", "outbox") as site:
        done = 'zhike_jobs_ended_total{job="jobs.rescue_stalled",outcome="done"}'
        until(lambda: value(site, done) >= 1, seconds=90)
        assert "zhike_outbox_delivered_total 0.0" in get(site, "/metrics")


def test_begin__forgets_what_an_earlier_start_counted() -> None:
    folder = counters.folder_of(environment(), 1)
    counters.begin(folder)
    (folder / "counter_1.db").write_bytes(b"old")

    counters.begin(folder)

    assert list(folder.iterdir()) == []
    folder.rmdir()
