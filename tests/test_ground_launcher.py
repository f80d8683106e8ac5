"""The embedded database starts wherever Zhike is unpacked, and whatever was killed."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.harness.clusters import Cluster, as_ordinary_user, me
from zhike.platform.db import place

pytestmark = pytest.mark.concurrency


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="zhike-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster for tests that only look, or leave it as they found it."""
    made = Cluster(tmp_path_factory.mktemp("shared") / "var", me())
    assert made.run("start").returncode == 0
    yield made
    made.remove()


@pytest.fixture
def running(shared: Cluster) -> Cluster:
    """The shared cluster, running, whatever the test before did: a cluster of its own takes long to make."""
    done = shared.run("start")
    assert (done.returncode, done.stderr) == (0, "")
    return shared


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of this user in a folder that no other can enter."""
    tmp_path.chmod(0o700)
    made = Cluster(tmp_path / "var", me())
    yield made
    made.remove()


def test_start__ordinary_user_in_a_folder_with_spaces_and_chinese(open_folder: Path) -> None:
    folder = open_folder / "知客 客户档案 (试用)"
    folder.mkdir()
    cluster = as_ordinary_user(folder)
    try:
        done = cluster.run("start")
        assert (done.returncode, done.stderr) == (0, "")
        assert cluster.home() == cluster.var / "pg"
        assert (cluster.var / "pg/data").stat().st_uid == cluster.account.uid
        with cluster.connect("app") as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
    finally:
        cluster.remove()


def test_start__folder_that_others_cannot_enter(cluster: Cluster) -> None:
    done = cluster.run("start")
    assert (done.returncode, done.stderr) == (0, "")
    if os.geteuid() == 0:
        # PostgreSQL refuses root, and the system user cannot enter: data and programs are kept where it can.
        assert cluster.home().parent == Path("/var/lib/zhike")
        assert cluster.home().stat().st_uid != 0
    else:
        assert cluster.home() == cluster.var / "pg"
    with cluster.connect("app") as conn:
        assert conn.execute("SELECT current_user").fetchone() == ("zhike_app",)


def test_start__closed_folder_is_named_instead_of_beginning_an_empty_company(open_folder: Path) -> None:
    cluster = Cluster(open_folder / "var", me())
    try:
        assert cluster.run("start").returncode == 0
        assert cluster.run("stop").returncode == 0
        open_folder.chmod(0o700)
        again = cluster.run("start")
        if os.geteuid() == 0:
            assert again.returncode == 1
            assert "can no longer enter that folder" in again.stderr
        else:
            assert again.returncode == 0
        assert not (cluster.var / "pg" / "place.json").exists()
    finally:
        open_folder.chmod(0o755)
        cluster.remove()


def test_start__path_longer_than_a_socket_address(open_folder: Path) -> None:
    deep = open_folder / ("数" * 30) / ("x" * 60)
    deep.mkdir(parents=True)
    cluster = Cluster(deep / "var", me())
    try:
        assert cluster.run("start").returncode == 0
        assert len(os.fsencode(cluster.socket())) < 93
        with cluster.connect("app") as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
    finally:
        cluster.remove()


def test_ensure__two_at_once_start_one_server(cluster: Cluster) -> None:
    both = [cluster.begin("ensure") for _ in range(3)]
    ended = [running.finish() for running in both]
    assert [(done.returncode, done.stderr) for done in ended] == [(0, "")] * 3
    assert len({done.stdout for done in ended}) == 1
    assert f"running as process {cluster.pid()};" in ended[0].stdout


def test_start__in_a_process_that_goes_on_warns_of_nothing_and_starts_again_after_a_kill(cluster: Cluster) -> None:
    script = """
import gc, os, signal
from zhike.platform.db import launcher
from zhike.platform.db.place import place_of
from zhike.platform.environment import environment

def running():
    return launcher.running_server(place_of(environment().var))

launcher.start()
gc.collect()
first = running().pid
os.kill(first, signal.SIGKILL)
launcher.start()
gc.collect()
assert running().pid != first
"""
    done = cluster.begin_python("-W", "error", "-c", script).finish()
    assert (done.returncode, done.stderr) == (0, "")


def test_start__after_kill_nothing_acknowledged_is_lost(running: Cluster) -> None:
    with running.connect("owner") as conn:
        conn.execute("CREATE TABLE kept (id int PRIMARY KEY)")
    for round_number in range(3):
        acknowledged = 0
        with running.connect("app") as conn:
            for number in range(200):
                conn.execute("INSERT INTO kept VALUES (%s)", [round_number * 1000 + number])
                acknowledged += 1
            killed = running.pid()
            running.kill_server()
        done = running.run("start")
        assert (done.returncode, done.stderr) == (0, "")
        assert running.pid() != killed
        with running.connect("app") as conn:
            kept = conn.execute("SELECT count(*) FROM kept WHERE id / 1000 = %s", [round_number]).fetchone()
            assert kept == (acknowledged,)


def test_stop__ends_the_server_and_start_finds_the_data_again(running: Cluster) -> None:
    with running.connect("owner") as conn:
        conn.execute("CREATE TABLE found_again AS SELECT 7 AS n")
    assert running.run("stop").returncode == 0
    stopped = running.run("status")
    assert stopped.returncode == 3
    assert stopped.stdout.startswith("stopped")
    assert running.run("stop").returncode == 0
    running.run("start")
    with running.connect("app") as conn:
        assert conn.execute("SELECT n FROM found_again").fetchone() == (7,)


def test_start__interrupted_initdb_is_begun_anew(cluster: Cluster) -> None:
    cluster.run("start")
    cluster.run("stop")
    home = cluster.home()
    (home / "data").rename(home / "data.new")
    (home / "data.new" / "PG_VERSION").unlink()
    assert cluster.run("start").returncode == 0
    with cluster.connect("app") as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)


def test_start__other_major_version_is_refused(running: Cluster) -> None:
    running.run("stop")
    version = running.home() / "data" / "PG_VERSION"
    right = version.read_text()
    version.write_text("15\n")
    refused = running.run("start")
    version.write_text(right)
    assert refused.returncode == 1
    assert "belong to PostgreSQL 15" in refused.stderr
    assert "ZHIKE_PG_BIN" in refused.stderr


def test_start__lost_secrets_are_named(running: Cluster) -> None:
    (running.var / "secrets.json").rename(running.var / "secrets.kept")
    refused = running.run("start")
    (running.var / "secrets.json").unlink()
    (running.var / "secrets.kept").rename(running.var / "secrets.json")
    assert refused.returncode == 1
    assert "refuses the passwords in" in refused.stderr


def test_start__settings_keep_what_was_acknowledged(running: Cluster) -> None:
    with running.connect("admin") as conn:
        shown = {
            name: conn.execute(f"SHOW {name}").fetchone()
            for name in ("fsync", "full_page_writes", "synchronous_commit", "listen_addresses", "server_encoding")
        }
        located = conn.execute("SELECT datcollate, datctype FROM pg_database WHERE datname = 'zhike'").fetchone()
    assert shown == {
        "fsync": ("on",),
        "full_page_writes": ("on",),
        "synchronous_commit": ("on",),
        "listen_addresses": ("",),
        "server_encoding": ("UTF8",),
    }
    assert located == ("C.UTF-8", "C.UTF-8")


def test_start__passwords_are_asked_for_and_kept_secret(running: Cluster) -> None:
    assert stat.S_IMODE((running.var / "secrets.json").stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host=running.socket(), user="zhike_app", password="guessed", dbname="zhike")
    logs = "".join(file.read_text("utf-8") for file in (running.home() / "log").iterdir())
    assert not [name for name, secret in running.secrets().items() if secret in logs]


def test_trigram__chinese_is_indexed(running: Cluster) -> None:
    with running.connect("app") as conn:
        assert conn.execute("SELECT cardinality(show_trgm('冷链车'))").fetchone() == (4,)


def test_ensure__external_server_is_prepared_by_an_administrator_who_is_no_superuser(cluster: Cluster) -> None:
    cluster.run("start")
    with cluster.connect("admin", dbname="postgres") as conn:
        conn.execute("DROP DATABASE zhike")
        conn.execute("DROP ROLE zhike_owner, zhike_app, zhike_redactor")
        conn.execute("CREATE ROLE dba LOGIN PASSWORD 'invented' CREATEDB CREATEROLE")
        conn.execute("CREATE ROLE guest LOGIN PASSWORD 'invented'")
    address = f"?host={quote(cluster.socket())}"
    cluster.variables["DATABASE_URL"] = f"postgresql://guest:invented@/postgres{address}"
    refused = cluster.run("ensure")
    assert refused.returncode == 1
    assert "guest may not CREATE ROLE zhike_owner" in refused.stderr
    cluster.variables["DATABASE_URL"] = f"postgresql://dba:invented@/company{address}"
    done = cluster.run("ensure")
    assert (done.returncode, done.stderr) == (0, "")
    with cluster.connect("owner", dbname="company") as conn:
        conn.execute("CREATE TABLE kept AS SELECT 7 AS n")
    with cluster.connect("app", dbname="company") as conn:
        assert conn.execute("SELECT n FROM kept").fetchone() == (7,)
        assert conn.execute("SELECT similarity('冷链车', '冷链')").fetchone() is not None
    del cluster.variables["DATABASE_URL"]


def test_place__copied_folder_does_not_share_the_data(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    (first / "pg").mkdir(parents=True)
    (first / "pg" / "place.json").write_text(f'{{"var": "{first}", "home": "/var/lib/zhike/abc"}}')
    assert place.place_of(first).home == Path("/var/lib/zhike/abc")
    shutil.copytree(first, second)
    with pytest.raises(place.DatabaseUnavailable, match="is a copy of"):
        place.place_of(second)
    shutil.rmtree(first)
    assert place.place_of(second).home == Path("/var/lib/zhike/abc")


def test_binaries__named_folder_without_postgresql_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIKE_PG_BIN", str(tmp_path))
    with pytest.raises(place.DatabaseUnavailable, match="No PostgreSQL 16 or newer found"):
        place.find_binaries()
