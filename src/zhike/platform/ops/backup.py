"""One file that holds the company: `python -m zhike.platform.ops.backup make|restore FILE`."""

import argparse
import fcntl
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from zhike.platform import clock
from zhike.platform.db import config, launcher, roles
from zhike.platform.db.place import DatabaseUnavailable, find_binaries
from zhike.platform.environment import Environment, EnvironmentRefused, environment
from zhike.platform.ops import erasures

FORMAT = 1
_DUMP, _MANIFEST, _FILES = "database.dump", "manifest.json", "files"


class BackupRefused(RuntimeError):
    """Why nothing was written; the message is for the person at the terminal."""


def make(target: Path) -> Path:
    """Write a complete backup to `target`, which appears only when it is whole; readable by its owner alone.

    Zhike may run meanwhile: the database is taken as of one moment, and files are never changed, only added.
    """
    env = environment()
    launcher.ensure()
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        message = f"{target} exists already; a backup overwrites nothing"
        raise BackupRefused(message)
    at = clock.now()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump = Path(folder) / _DUMP
        # The database first: whatever file it names is on the disk already.
        _pg("pg_dump", "--format=custom", "--no-comments", f"--file={dump}", _where(env))
        manifest = {
            "format": FORMAT,
            "at": at.isoformat(),
            "database": config.database_name(env),
            "django_secret_key": env.secrets["django_secret_key"],
        }
        draft = Path(folder) / "backup.tar"
        draft.touch(mode=0o600)
        with tarfile.open(draft, "w") as archive:
            note = Path(folder) / _MANIFEST
            note.write_text(json.dumps(manifest), "utf-8")
            archive.add(note, _MANIFEST)
            archive.add(dump, _DUMP)
            if (env.var / erasures.NAME).exists():
                archive.add(env.var / erasures.NAME, erasures.NAME)
            if (env.var / _FILES).is_dir():
                archive.add(env.var / _FILES, _FILES)
        _sync(draft)
        draft.rename(target)
    _sync(target.parent)
    (env.var / "last-backup.json").write_text(json.dumps({"at": at.isoformat(), "file": str(target)}), "utf-8")
    return target


def restore(source: Path, *, replace: bool = False) -> None:
    """Bring back the company of a backup. Zhike must be stopped; data that are here go only with `replace`."""
    env = environment()
    with _nobody_serves(env):
        launcher.ensure()
        name = config.database_name(env)
        if _holds_tables() and not replace:
            message = f"Database {name} is not empty. To give up what it holds: --replace (make restore REPLACE=1)"
            raise BackupRefused(message)
        with tempfile.TemporaryDirectory(dir=env.var, prefix=".restore-") as folder:
            manifest = _unpack(source, Path(folder))
            # Files first: an interruption leaves some that nobody names, never names without their file.
            _bring_files(env, Path(folder) / _FILES)
            # What was erased since the backup stays erased: the list here outlives it and is replayed at the start.
            erasures.merge(env.var / erasures.NAME, erasures.entries(Path(folder) / erasures.NAME))
            _load(env, Path(folder) / _DUMP, name)
            _keep_secret(env, manifest["django_secret_key"])


def _load(env: Environment, dump: Path, name: str) -> None:
    """Into a database beside the present one, which is dropped only when the new one is whole."""
    admin, maintenance = launcher.admin_parameters(env), launcher.maintenance_database()
    draft, old = f"{name}_restoring", f"{name}_replaced"
    roles.drop_database(admin, name=draft, maintenance=maintenance)
    roles.prepare_database(admin, name=draft, maintenance=maintenance, passwords=launcher.passwords(env))
    try:
        _pg(
            "pg_restore",
            "--exit-on-error",
            "--no-comments",
            "--jobs=2",
            f"--dbname={_where(env, draft)}",
            str(dump),
        )
    except BackupRefused:
        roles.drop_database(admin, name=draft, maintenance=maintenance)
        raise
    roles.drop_database(admin, name=old, maintenance=maintenance)
    roles.rename_database(admin, name=name, to=old, maintenance=maintenance)
    roles.rename_database(admin, name=draft, to=name, maintenance=maintenance)
    roles.drop_database(admin, name=old, maintenance=maintenance)


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text("utf-8"))
    except (OSError, tarfile.TarError, ValueError) as error:
        message = f"{source} is not a whole backup of Zhike ({error}); nothing was changed"
        raise BackupRefused(message) from error
    if manifest.get("format") != FORMAT or not (folder / _DUMP).exists():
        message = f"{source} is not a backup that this version can read; nothing was changed"
        raise BackupRefused(message)
    return manifest


def _bring_files(env: Environment, folder: Path) -> None:
    """Files are named by their content: those that are here already are the same."""
    for file in folder.rglob("*"):
        target = env.var / _FILES / file.relative_to(folder)
        if file.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            file.rename(target)
    os.sync()


def _keep_secret(env: Environment, key: str) -> None:
    """What the old company signed must stay valid; passwords of the database are this machine's own."""
    path = env.var / "secrets.json"
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({**env.secrets, "django_secret_key": key}, indent=1), "utf-8")
    _sync(draft)
    draft.replace(path)


def _holds_tables() -> bool:
    with psycopg.connect(config.uri("owner")) as conn:
        row = conn.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return bool(row and row[0])


@contextmanager
def _nobody_serves(env: Environment) -> Iterator[None]:
    with (env.var / "serve.json").open("a+", encoding="utf-8") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = "Zhike is running on this folder. Stop it first (Ctrl-C), then restore."
            raise BackupRefused(message) from error
        yield


def _where(env: Environment, database: str = "") -> str:
    """How PostgreSQL's programs connect as owner; without the password, for command lines are seen by everybody."""
    name = database or config.database_name(env)
    return make_conninfo(**config.server(env), user=roles.role_name("owner"), dbname=name)


def _pg(program: str, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 PostgreSQL's own programs
        [find_binaries() / program, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env={**os.environ, "PGPASSWORD": environment().secrets["db_owner"]},
    )
    if done.returncode != 0:
        message = f"{program} failed, nothing was changed: {done.stderr.strip()[-2000:]}"
        raise BackupRefused(message)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m zhike.platform.ops.backup", description=__doc__)
    parser.add_argument("command", choices=["make", "restore"])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--replace", action="store_true", help="give up what the database holds now")
    given = parser.parse_args(arguments)
    try:
        if given.command == "make":
            name = f"zhike-{clock.now():%Y%m%d-%H%M%S}.tar"
            sys.stdout.write(f"{make(given.file or environment().var / 'backups' / name)}\n")
        elif given.file is None:
            parser.error("name the file to restore")
        else:
            restore(given.file, replace=given.replace)
            sys.stdout.write("Restored. Start Zhike as usual: make run\n")
    except (BackupRefused, DatabaseUnavailable, EnvironmentRefused) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
