"""A backup brings back every row, every file and every figure, and a half one changes nothing."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.harness import databases
from tests.harness.figures import figures_of_goods
from zhike.platform.accounts.models import User
from zhike.platform.db import launcher, roles
from zhike.platform.db.config import uri
from zhike.platform.environment import environment
from zhike.platform.ops import backup, erasures
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests import factories as goods

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


LATE = goods.NOW + goods.hours(30)


def _sent(number: int) -> None:
    """One shipment promised for the moment of `goods.NOW`: every third late, every fifth still on the way."""
    arrived = goods.NOW - goods.hours(number % 7) if number % 3 else LATE
    done = {"status": "delivered", "delivered_at": arrived} if number % 5 else {}
    goods.shipment(ordered_at=goods.NOW - goods.hours(72 + number), **done)


def test_backup__brings_back_every_figure(company: Path, tmp_path: Path) -> None:
    organization.company()
    for number in range(60):
        _sent(number)
    before = figures_of_goods()
    assert [before["on_time"][0][at] for at in (1, 3)] == [48, 32]
    made = backup.make(tmp_path / "zhike.tar")

    # What is read afterwards must not come from files of the company as it became.
    Shipment.objects.filter(delivered_at__isnull=False).update(delivered_at=LATE)
    for number in range(60, 80):
        _sent(number)
    assert figures_of_goods() != before
    backup.restore(made, replace=True)
    connection.close()  # the restore has ended it

    assert figures_of_goods() == before


def test_backup__overwrites_nothing(company: Path, tmp_path: Path) -> None:
    kept = tmp_path / "zhike.tar"
    kept.write_text("precious")
    with pytest.raises(backup.BackupRefused, match="exists already"):
        backup.make(kept)
    assert kept.read_text() == "precious"


def test_backup__password_is_on_no_command_line(company: Path) -> None:
    assert environment().secrets["db_owner"] not in backup._where(environment())
    assert databases.CLONE_PREFIX in backup._where(environment())


def test_restore__keeps_the_list_of_erasures_and_adds_that_of_the_backup(company: Path, tmp_path: Path) -> None:
    kept = company / erasures.NAME
    erasures.append(kept, {"id": "before", "contacts": [1], "marks": []})
    made = backup.make(tmp_path / "zhike.tar")
    erasures.append(kept, {"id": "since", "contacts": [2], "marks": []})
    backup.restore(made, replace=True)
    assert [entry["id"] for entry in erasures.entries(kept)] == ["before", "since"]

    kept.write_text('{"id": "of another machine"}\n{"id": "cut sh', "utf-8")
    backup.restore(made, replace=True)
    assert [entry["id"] for entry in erasures.entries(kept)] == ["of another machine", "before"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
