"""Databases for tests: one template a state of the migrations, cloned for each process."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connections
from psycopg import sql

from zhike.platform.db import launcher, roles
from zhike.platform.environment import environment

TEMPLATE_PREFIX = "zhike_template_"
CLONE_PREFIX = "zhike_test_"
KEPT_TEMPLATES = 12


@dataclass(frozen=True, slots=True)
class Template:
    """A database that is only ever copied."""

    name: str
    build: Callable[[str], None]
    base: "Template | None" = None
    """What `build` finds; an empty database without it."""


@cache
def migrations_state() -> str:
    """A digest of everything that shapes the empty schema; looked at once, for a run must not change its ground."""
    env = environment()
    files = sorted((env.root / "src").rglob("migrations/*.py")) + sorted((env.root / "src").rglob("*.sql"))
    files += [*sorted((env.root / "src/zhike/platform/db").glob("*.py")), env.root / "requirements.lock"]
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(env.root)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def empty_template() -> Template:
    """The schema without rows."""
    return Template(f"{TEMPLATE_PREFIX}{migrations_state()}", migrate)


def migrate(database: str) -> None:
    """Run every migration on `database` as zhike_owner, in a process of its own."""
    manage(["migrate", "--no-input", "--skip-checks", "--verbosity", "0"], database=database, role="owner")
    manage(["createcachetable", "--verbosity", "0"], database=database, role="owner")


def manage(arguments: list[str], *, database: str, role: str = "app") -> str:
    """Run manage.py on `database`; returns what it printed, raises with what it complained about."""
    root = environment().root
    done = subprocess.run(
        [sys.executable, root / "manage.py", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "ZHIKE_DB_NAME": database, "ZHIKE_DB_ROLE": role, "ZHIKE_PROCESS": "migrate"},
    )
    if done.returncode != 0:
        message = f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"
        raise RuntimeError(message)
    return done.stdout


def ensure_template(template: Template) -> None:
    """Build `template` unless it is there; processes that start together wait for the first one."""
    env = environment()
    admin, maintenance = launcher.admin_parameters(env), launcher.maintenance_database()
    if template.base is not None:
        ensure_template(template.base)
    with _locked(env.var / "test-templates.lock"):
        if template.name in _names(TEMPLATE_PREFIX):
            return
        _drop_abandoned()
        draft = f"{CLONE_PREFIX}{os.getpid()}_{uuid.uuid4().hex[:8]}"
        try:
            if template.base is None:
                roles.prepare_database(admin, name=draft, maintenance=maintenance, passwords=launcher.passwords(env))
            else:
                roles.clone_database(admin, name=draft, template=template.base.name, maintenance=maintenance)
            template.build(draft)
            with roles.connect(admin, dbname=maintenance) as conn:
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                conn.execute(rename.format(sql.Identifier(draft), sql.Identifier(template.name)))
            _close(template.name)
        except BaseException:
            roles.drop_database(admin, name=draft, maintenance=maintenance)
            raise


@contextmanager
def cloned(template: Template) -> Iterator[str]:
    """A copy of `template` that this process is connected to, dropped afterwards."""
    ensure_template(template)
    with copied(template.name) as name, connected_to(name):
        yield name


@contextmanager
def copied(source: str) -> Iterator[str]:
    """A copy of a database that nobody is connected to, dropped afterwards; the lake is not copied."""
    env = environment()
    admin, maintenance = launcher.admin_parameters(env), launcher.maintenance_database()
    name = f"{CLONE_PREFIX}{os.getpid()}_{uuid.uuid4().hex[:8]}"
    roles.clone_database(admin, name=name, template=source, maintenance=maintenance)
    try:
        yield name
    finally:
        roles.drop_database(admin, name=name, maintenance=maintenance)
        shutil.rmtree(env.var / "lake" / name, ignore_errors=True)


def _close(name: str) -> None:
    """Nobody, not even autovacuum, is then connected when it is copied."""
    with roles.connect(launcher.admin_parameters(environment()), dbname=launcher.maintenance_database()) as conn:
        conn.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(sql.Identifier(name)))


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Django, `db.config.uri` and every child process use database `name` meanwhile."""
    before, before_variable = settings.DATABASES["default"]["NAME"], os.environ.get("ZHIKE_DB_NAME")
    _point_to(name)
    os.environ["ZHIKE_DB_NAME"] = name
    try:
        yield
    finally:
        _point_to(before)
        if before_variable is None:
            del os.environ["ZHIKE_DB_NAME"]
        else:
            os.environ["ZHIKE_DB_NAME"] = before_variable


def _point_to(name: str) -> None:
    connections["default"].close()
    settings.DATABASES["default"]["NAME"] = name
    connections.settings["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


def _names(prefix: str) -> list[str]:
    env = environment()
    with roles.connect(launcher.admin_parameters(env), dbname=launcher.maintenance_database()) as conn:
        found = conn.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", [prefix])
        return [row[0] for row in found]


def _drop_abandoned() -> None:
    """Databases of test processes that are gone, and templates of migrations long past."""
    env = environment()
    admin, maintenance = launcher.admin_parameters(env), launcher.maintenance_database()
    for name in _names(CLONE_PREFIX):
        owner = re.match(rf"{CLONE_PREFIX}(\d+)_", name)
        if env.database_url is None and owner and not Path(f"/proc/{owner.group(1)}").exists():
            roles.drop_database(admin, name=name, maintenance=maintenance)
    for name in _names(TEMPLATE_PREFIX)[:-KEPT_TEMPLATES]:
        roles.drop_database(admin, name=name, maintenance=maintenance)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
