"""A backup brings back every row and every file, and a half one changes nothing."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.harness import databases
from zhike.platform.accounts.models import User
from zhike.platform.db import launcher, roles
from zhike.platform.db.config import uri
from zhike.platform.environment import environment
from zhike.platform.ops import backup

pytestmark = pytest.mark.concurrency
CONTENT = "ab" * 32


@pytest.fixture
def company(own_var: Path) -> Path:
    """A database with a person and a folder with a file."""
    (own_var / "files" / "ab").mkdir(parents=True)
    (own_var / "files" / "ab" / CONTENT).write_bytes("签收照片".encode())
    User.objects.create_user("chen", "invented-password", name="陈静")
    return own_var


def figures() -> dict[str, tuple[Any, ...] | None]:
    """Rows and a digest of every table."""
    with psycopg.connect(uri("owner")) as conn:
        tables = [row[0] for row in conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return {
            table: conn.execute(
                f'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM "{table}" t'  # noqa: S608
            ).fetchone()
            for table in tables
        }


def test_backup__brings_back_every_row_and_file(company: Path, tmp_path: Path, fresh_db: str) -> None:
    before = figures()
    assert before["accounts_user"] is not None
    assert before["accounts_user"][0] == 1
    made = backup.make(tmp_path / "kept" / "zhike.tar")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    noted = json.loads((company / "last-backup.json").read_text())
    assert noted["file"] == str(made)

    User.objects.all().delete()
    (company / "files" / "ab" / CONTENT).unlink()
    with pytest.raises(backup.BackupRefused, match="is not empty"):
        backup.restore(made)
    backup.restore(made, replace=True)

    assert figures() == before
    assert (company / "files" / "ab" / CONTENT).read_bytes().decode() == "签收照片"
    with psycopg.connect(uri("app"), autocommit=True) as app:
        app.execute("UPDATE accounts_user SET name = '陈静宜'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("TRUNCATE accounts_user")


def test_restore__truncated_or_foreign_file_changes_nothing(company: Path, tmp_path: Path) -> None:
    before = figures()
    made = backup.make(tmp_path / "zhike.tar")
    for name, content in (("half.tar", made.read_bytes()[: made.stat().st_size // 3]), ("other.tar", b"no archive")):
        broken = tmp_path / name
        broken.write_bytes(content)
        with pytest.raises(backup.BackupRefused):
            backup.restore(broken, replace=True)
    assert figures() == before
    admin = launcher.admin_parameters(environment())
    with roles.connect(admin, dbname="postgres") as conn:
        left = conn.execute("SELECT 1 FROM pg_database WHERE datname LIKE %s", [f"%{os.getpid()}%restoring"]).fetchall()
    assert left == []


def test_backup__overwrites_nothing(company: Path, tmp_path: Path) -> None:
    kept = tmp_path / "zhike.tar"
    kept.write_text("precious")
    with pytest.raises(backup.BackupRefused, match="exists already"):
        backup.make(kept)
    assert kept.read_text() == "precious"


def test_backup__password_is_on_no_command_line(company: Path) -> None:
    assert environment().secrets["db_owner"] not in backup._where(environment())
    assert databases.CLONE_PREFIX in backup._where(environment())
