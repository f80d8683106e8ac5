"""Fixtures of the whole suite: PostgreSQL only, as zhike_app, one transaction a test."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import settings as hypothesis_settings
from psycopg.conninfo import make_conninfo
from pytest_django.plugin import DjangoDbBlocker

from tests.harness import databases
from tests.harness.sites import Site, running_site
from zhike.platform.calendars.queries.specs import spec_of_version
from zhike.platform.db import launcher
from zhike.platform.environment import environment

MOST_IDS = 2
# How long one example takes says nothing on a machine that others share.
hypothesis_settings.register_profile("zhike", deadline=None)
hypothesis_settings.load_profile("zhike")


def pytest_configure(config: pytest.Config) -> None:
    """Pages in tests name static files as the source tree does, whatever has been collected for a running Zhike."""
    nothing = environment().root / "build" / "no-static"
    nothing.mkdir(parents=True, exist_ok=True)
    settings.STATIC_ROOT = nothing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse markers that would say more than a test shows."""
    for item in items:
        for marker in item.iter_markers("req"):
            wrong_name = set(marker.kwargs) - {"partial"}
            if not marker.args or wrong_name:
                message = f"{item.nodeid}: use @pytest.mark.req('CUST-01') or req('CUST-01', partial='claims')"
                raise pytest.UsageError(message)
        named = {name for marker in item.iter_markers("req") for name in marker.args}
        if len(named) > MOST_IDS:
            message = f"{item.nodeid} names {len(named)} requirements; a test shows at most {MOST_IDS}"
            raise pytest.UsageError(message)
        django_db = item.get_closest_marker("django_db")
        if django_db is not None and django_db.kwargs.get("transaction"):
            # Its clean-up is a TRUNCATE, which zhike_app may not do.
            message = f"{item.nodeid}: use the fixture fresh_db instead of django_db(transaction=True)"
            raise pytest.UsageError(message)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Leave the counts for `make test`, which sums up several runs."""
    report = os.environ.get("ZHIKE_TEST_REPORT")
    if report:
        found = {name: len(reports) for name, reports in terminalreporter.stats.items()}
        counts = {
            "passed": found.get("passed", 0),
            "failed": found.get("failed", 0) + found.get("error", 0),
            "skipped": found.get("skipped", 0) + found.get("xfailed", 0) + found.get("xpassed", 0),
        }
        Path(report).write_text(json.dumps(counts), "utf-8")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """This process's own database, copied from the template of the present migrations."""
    launcher.ensure()
    with django_db_blocker.unblock(), databases.cloned(databases.empty_template()):
        yield


@pytest.fixture
def fresh_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of this test alone, without a transaction around it: for threads, other processes and crashes.

    Gives its name; child processes find it in ZHIKE_DB_NAME.
    """
    # Hours are kept by their number for the life of a process, and another database numbers them again.
    spec_of_version.cache_clear()
    with django_db_blocker.unblock(), databases.cloned(databases.empty_template()) as name:
        yield name
    spec_of_version.cache_clear()


@pytest.fixture
def own_var(fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of this test alone, for files and secrets.

    The server is named as a foreign one, so that neither this process nor its children touch the shared folder.
    """
    here = environment()
    server = make_conninfo(**launcher.admin_parameters(here), dbname=fresh_db)
    var = tmp_path / "own-var"
    var.mkdir()
    (var / "secrets.json").touch(mode=0o600)
    (var / "secrets.json").write_text(json.dumps(here.secrets))
    monkeypatch.setenv("ZHIKE_VAR", str(var))
    monkeypatch.setenv("DATABASE_URL", server)
    monkeypatch.setattr(settings, "VAR_DIR", var)
    environment.cache_clear()
    yield var
    monkeypatch.undo()
    environment.cache_clear()


@pytest.fixture
def site(fresh_db: str) -> Iterator[Site]:
    """Web and live processes of this test alone on `fresh_db`; `site.start("worker", "outbox")` adds the others."""
    with running_site("web", "live") as running:
        yield running
