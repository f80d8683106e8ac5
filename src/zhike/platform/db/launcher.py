"""Start and stop the embedded PostgreSQL: `python -m zhike.platform.db.launcher start|stop|status|ensure`."""

import argparse
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from zhike.platform.db import config, roles
from zhike.platform.db.place import (
    PORT,
    Account,
    DatabaseUnavailable,
    Place,
    as_account,
    choose_place,
    major_version,
    place_of,
    server_account,
    usable_binaries,
)
from zhike.platform.environment import Environment, environment

ADMIN = "zhike_admin"
# Replaying the log after a crash may take long, and nothing is gained by giving up.
_START_PATIENCE = timedelta(minutes=15)
_STOP_PATIENCE = timedelta(minutes=5)
# For a moment after `kill -9` the old process is still visible, and its lock file turns a new server away.
_LOCKED_PATIENCE = timedelta(seconds=30)
_MEGABYTE = 1_048_576
_SMALL_SHARED_MEMORY = 512 * _MEGABYTE


@dataclass(frozen=True, slots=True)
class Running:
    """The process that holds the data folder."""

    pid: int


def admin_parameters(env: Environment) -> dict[str, str]:
    """Parameters for libpq of the role that prepares databases: ours, or the one in DATABASE_URL."""
    if env.database_url is None:
        return {**config.server(env), "user": ADMIN, "password": env.secrets["db_admin"]}
    given = conninfo_to_dict(env.database_url)
    return {name: str(value) for name, value in given.items() if value is not None and name != "dbname"}


def maintenance_database() -> str:
    """The database to stand in while others are made and dropped; every server has this one."""
    return os.environ.get("ZHIKE_DB_MAINTENANCE", "postgres")


def passwords(env: Environment) -> dict[str, str]:
    return {role: env.secrets[f"db_{role}"] for role in roles.ROLES}


def ensure() -> None:
    """The database of this process runs and is prepared; with DATABASE_URL nothing is launched."""
    env = environment()
    if env.database_url is None:
        start()
        return
    _prepare(env, config.database_name(env))


def start() -> None:
    """Make the cluster if there is none, start the server if it does not run, prepare the database."""
    env = environment()
    with _locked(env.var / "pg"):
        account = server_account(place_of(env.var).data)
        place = choose_place(env.var, account)
        _make_folders(place, account)
        binaries = usable_binaries(place, account)
        if not (place.data / "PG_VERSION").exists():
            _init(place, account, binaries, env.secrets["db_admin"])
        _check_major(place, binaries)
        if not _answers(env):
            _launch(env, place, account, binaries)
        _prepare(env, config.DATABASE)


def stop() -> None:
    """Ask the server to end its sessions and stop, and wait until it has."""
    env = environment()
    place = place_of(env.var)
    if not place.control.exists():
        return
    with _locked(place.control):
        running = running_server(place)
        if running is None:
            return
        # Fast shutdown: sessions end, the checkpoint is written.
        os.kill(running.pid, signal.SIGINT)
        deadline = time.monotonic() + _STOP_PATIENCE.total_seconds()
        while running_server(place) is not None:
            if time.monotonic() > deadline:
                message = f"PostgreSQL (process {running.pid}) is still writing its checkpoint; see {place.log}"
                raise DatabaseUnavailable(message)
            time.sleep(0.05)


def status() -> str:
    """One line: where the server runs, or that it does not."""
    env = environment()
    if env.database_url is not None:
        return "DATABASE_URL is set: nothing is launched here"
    place = place_of(env.var)
    running = running_server(place)
    if running is None:
        return f"stopped; data in {place.data}"
    return f"running as process {running.pid}; data in {place.data}, socket in {place.socket}"


def running_server(place: Place) -> Running | None:
    """The server of this data folder, told from a stranger with a recycled number by its working folder."""
    try:
        pid = int((place.data / "postmaster.pid").read_text("utf-8").split("\n", 1)[0])
    except (FileNotFoundError, PermissionError, ValueError):
        return None
    try:
        at_home = Path(f"/proc/{pid}/cwd").readlink() == place.data.resolve()
    except FileNotFoundError:
        return None
    except PermissionError:
        return Running(pid)
    return Running(pid) if at_home else None


class _Server(subprocess.Popen[bytes]):
    """It is meant to outlive this process: that nobody waits for it is no leak to warn of."""

    def __del__(self) -> None:
        """Nothing, unlike any other process that is still running when it is forgotten."""


_launched: list[_Server] = []


@contextmanager
def _locked(control: Path) -> Iterator[None]:
    """One process at a time starts or stops this cluster."""
    control.mkdir(parents=True, exist_ok=True)
    with (control / "launcher.lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_folders(place: Place, account: Account) -> None:
    for folder in (place.home, place.log, place.socket):
        folder.mkdir(parents=True, exist_ok=True)
        state = folder.lstat()
        if state.st_uid not in {account.uid, os.geteuid()} or not folder.is_dir() or folder.is_symlink():
            message = f"{folder} belongs to someone else; remove it"
            raise DatabaseUnavailable(message)
        if folder == place.control:
            continue
        if state.st_uid != account.uid:
            os.chown(folder, account.uid, account.gid)
        folder.chmod(0o700)
    if place.home == place.control and not account.is_me:
        # The server's user makes its data folder here.
        os.chown(place.home, account.uid, account.gid)
        place.home.chmod(0o711)


def _server_environment(place: Place) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": roles.LOCALE, "HOME": str(place.home)}


def _init(place: Place, account: Account, binaries: Path, password: str) -> None:
    draft = place.home / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    secret = place.home / ".password"
    secret.unlink(missing_ok=True)
    handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(password)
        os.chown(secret, account.uid, account.gid)
        command: list[str | Path] = [binaries / "initdb", "--pgdata", draft, "--username", ADMIN, "--pwfile", secret]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", f"--locale={roles.LOCALE}", "--data-checksums"]
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd=place.home,
            env=_server_environment(place),
            **as_account(account),
        )
    finally:
        secret.unlink(missing_ok=True)
    if done.returncode != 0:
        message = f"initdb failed: {done.stderr.strip() or done.stdout.strip()}"
        raise DatabaseUnavailable(message)
    # Only a complete cluster gets the name: an interrupted initdb is begun anew.
    draft.replace(place.data)


def _check_major(place: Place, binaries: Path) -> None:
    made_by = int((place.data / "PG_VERSION").read_text("utf-8"))
    found = major_version(binaries)
    if made_by != found:
        message = (
            f"The data in {place.data} belong to PostgreSQL {made_by}, but {binaries} is {found}. Name the folder of "
            f"PostgreSQL {made_by}'s programs in ZHIKE_PG_BIN, or follow docs/operations/database.md (major upgrade)."
        )
        raise DatabaseUnavailable(message)


def _settings(place: Place) -> dict[str, str | int]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEGABYTE
    socket_directory = str(place.socket).replace('"', '""')
    settings: dict[str, str | int] = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": f'"{socket_directory}"',
        "max_connections": 200,
        "max_locks_per_transaction": 256,
        "shared_buffers": f"{min(max(memory // 8, 128), 2048)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64), 512)}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": str(place.log),
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_size": 0,
        "log_lock_waits": "on",
        "log_min_duration_statement": "2s",
        "log_parameter_max_length": 0,
    }
    shared = os.statvfs("/dev/shm") if Path("/dev/shm").is_dir() else None  # noqa: S108 asked only for its size
    if shared is None or shared.f_frsize * shared.f_blocks < _SMALL_SHARED_MEMORY:
        # Containers often have 64 MB there, too little for a parallel query.
        settings["dynamic_shared_memory_type"] = "sysv"
    return settings


def _launch(env: Environment, place: Place, account: Account, binaries: Path) -> None:
    command: list[str | Path] = [binaries / "postgres", "-D", place.data]
    for name, value in _settings(place).items():
        command += ["-c", f"{name}={value}"]
    begun = time.monotonic()
    first_words = place.log / "start.log"
    while True:
        # A killed server that we started is a zombie until asked for, and its lock file counts as held so long.
        _launched[:] = [server for server in _launched if server.poll() is None]
        with first_words.open("wb") as log:
            server = _Server(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=place.home,
                env=_server_environment(place),
                # It outlives this process and does not hear the terminal's Ctrl-C.
                start_new_session=True,
                **as_account(account),
            )
        _launched.append(server)
        while server.poll() is None:
            if _answers(env):
                return
            if time.monotonic() - begun > _START_PATIENCE.total_seconds():
                message = f"PostgreSQL does not answer after {_START_PATIENCE}; it is left running, see {place.log}"
                raise DatabaseUnavailable(message)
            time.sleep(0.05)
        said = first_words.read_text("utf-8", "replace")
        locked = "postmaster.pid" in said or "pre-existing shared memory block" in said or "lock file" in said
        if not locked or time.monotonic() - begun > _LOCKED_PATIENCE.total_seconds():
            message = f"PostgreSQL did not start: {said.strip()[-2000:]} (see {place.log})"
            raise DatabaseUnavailable(message)
        time.sleep(0.25)


def _answers(env: Environment) -> bool:
    """Whether the server accepts sessions; False while it starts up. Raises when it refuses our password."""
    try:
        roles.connect(admin_parameters(env), dbname=maintenance_database()).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            message = (
                f"The database refuses the passwords in {env.var / 'secrets.json'}: restore the file it was made with"
            )
            raise DatabaseUnavailable(message) from error
        return False
    return True


def _prepare(env: Environment, name: str) -> None:
    admin, maintenance = admin_parameters(env), maintenance_database()
    try:
        roles.prepare_cluster(admin, maintenance=maintenance, passwords=passwords(env))
        roles.prepare_database(admin, name=name, maintenance=maintenance, passwords=passwords(env))
    except psycopg.OperationalError as error:
        message = f"The database cannot be reached: {error}"
        raise DatabaseUnavailable(message) from error


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, or 1 with the reason on standard error; `status` gives 3 when stopped, as pg_ctl does."""
    parser = argparse.ArgumentParser(prog="python -m zhike.platform.db.launcher", description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "status", "ensure"])
    command = parser.parse_args(arguments).command
    try:
        if command == "stop":
            stop()
        elif command != "status":
            ensure() if command == "ensure" else start()
        line = status()
    except DatabaseUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{line}\n")
    return 3 if command == "status" and line.startswith("stopped") else 0


if __name__ == "__main__":
    sys.exit(main())
