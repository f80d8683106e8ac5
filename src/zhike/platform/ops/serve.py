"""Run everything on this machine: `python -m zhike.platform.ops.serve`."""

import argparse
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import IO

from zhike.platform.db import launcher
from zhike.platform.db.place import DatabaseUnavailable, place_of
from zhike.platform.environment import Environment, EnvironmentRefused, environment
from zhike.platform.ops import counters
from zhike.platform.ops.supervisor import Child, Supervisor, python

READY_PATIENCE = 180.0


class CannotServe(RuntimeError):
    """Why nothing was started; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        shown = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::"} else self.host  # noqa: S104 compared only
        return f"http://{shown}:{self.port}"

    @property
    def live(self) -> "Address":
        return Address(self.host, self.port + 1)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def serve(address: Address, *, demo: str = "") -> int:
    """Start database, web, live, worker and outbox; look after them until told to stop; stop what was started."""
    env = environment()
    if demo:
        # Where links in its messages lead, unless somebody has said so: without it no survey can invite.
        os.environ.setdefault("ZHIKE_ORIGINS", address.url)
    with _only_one(env) as note:
        _check_ports(address, demo=bool(demo))
        started_database = _start_database(env, note)
        _write_note(note, address, database=started_database)
        mail = _demo_mail(env, address) if demo else None
        beside = [*_players(env), *([mail] if mail else [])] if demo else []
        supervisor = Supervisor([*beside, *children(env, address)], say, chores=[_DatabaseWatch(env)])
        try:
            say("Preparing database and static files …")
            prepare(env)
            sign_ins = _build_demo(env, demo) if demo else []
            if demo:
                sign_ins += _lead_demo_mail(env, address, here=mail is not None)
            counters.begin(counters.folder_of(env, address.port))
            supervisor.start()
            _wait_until_ready(supervisor, address)
            if not supervisor.asked_to_stop:
                say(_welcome(address, sign_ins))
            supervisor.run()
        finally:
            say("Stopping …")
            supervisor.stop()
            if started_database:
                launcher.stop()
            _write_note(note, address, database=False)
            say("Stopped.")
    return 0


def prepare(env: Environment) -> None:
    """Compile messages, migrate as zhike_owner, collect static files; in a process that then ends."""
    messages = env.root / "tools" / "messages.py"
    if messages.exists():
        _run(env, python(str(messages), "compile"), {})
    owner = {"ZHIKE_DB_ROLE": "owner", "ZHIKE_PROCESS": "migrate"}
    _run(env, python(str(env.root / "manage.py"), "prepare"), owner)


def _run(env: Environment, command: list[str], extra: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 our own programs
        command, check=False, cwd=env.root, env={**os.environ, **extra}
    )
    if done.returncode != 0:
        message = f"{' '.join(command[1:])} failed; nothing was started"
        raise CannotServe(message)


@contextmanager
def _only_one(env: Environment) -> Iterator[IO[str]]:
    """One supervisor for each state folder; the note says where it answers and whether it started the database."""
    env.var.mkdir(parents=True, exist_ok=True)
    with (env.var / "serve.json").open("a+", encoding="utf-8") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            note.seek(0)
            other = json.loads(note.read() or "{}")
            message = (
                f"Zhike already runs here as process {other.get('pid')} on {other.get('url')}. Stop it with Ctrl-C "
                f"where it was started, or: kill {other.get('pid')}"
            )
            raise CannotServe(message) from error
        yield note


def _start_database(env: Environment, note: IO[str]) -> bool:
    """Whether the database is ours to stop: we start it now, or one of us was killed after starting it."""
    note.seek(0)
    before = json.loads(note.read() or "{}")
    place = place_of(env.var)
    ours = env.database_url is None and (launcher.running_server(place) is None or bool(before.get("database")))
    say("Starting the database …")
    launcher.ensure()
    return ours


def _write_note(note: IO[str], address: Address, *, database: bool) -> None:
    note.seek(0)
    note.truncate()
    json.dump({"pid": os.getpid(), "url": address.url, "database": database}, note)
    note.flush()


def _check_ports(address: Address, *, demo: bool = False) -> None:
    """Everything that is to listen here can; raises CannotServe naming the port and the way out."""
    wanted = [(address, "pages"), (address.live, "live events")]
    if demo and _has_mail_server():
        smtp, imap = _demo_ports(address)
        loopback = "127.0.0.1"
        wanted += [
            (Address(loopback, smtp), "the demonstration's mail to us (SMTP)"),
            (Address(loopback, imap), "the demonstration's mailboxes (IMAP)"),
        ]
    for place, what in wanted:
        family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((place.host, place.port))
            except (OSError, OverflowError) as error:
                why = getattr(error, "strerror", None) or "there is no such port"
                message = (
                    f"Port {place.port} of {place.host}, needed for {what}, cannot be used ({why}). "
                    f"Choose another one: make {'demo' if demo else 'run'} PORT={address.port + 100}"
                )
                raise CannotServe(message) from error


def _has_mail_server() -> bool:
    return bool(shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin"))


def children(env: Environment, address: Address) -> list[Child]:
    """In the order in which they are stopped: first whoever takes new work."""
    live = address.live
    # A literal IPv6 address is no source expression of a content security policy: browsers complain of it.
    hosts = [name for name in env.hosts if name != "*" and not name.startswith("[")]
    shared = {
        **os.environ,
        "ZHIKE_LIVE_PORT": str(live.port),
        counters.VARIABLE: str(counters.folder_of(env, address.port)),
    }
    shared.setdefault("ZHIKE_LIVE_ORIGINS", ",".join(f"http://{name}:{live.port}" for name in hosts))
    manage = str(env.root / "manage.py")
    servers = "zhike.platform.ops.servers"

    def child(name: str, command: list[str], patience: float) -> Child:
        return Child(name, command, {**shared, "ZHIKE_PROCESS": name}, patience)

    def where(at: Address) -> list[str]:
        return ["--host", at.host, "--port", str(at.port)]

    worker = ["worker", "--concurrency", os.environ.get("ZHIKE_WORKER_CONCURRENCY", "4")]
    return [
        child("web", python("-m", servers, "web", *where(address)), 40),
        child("live", python("-m", servers, "live", *where(live)), 5),
        child("outbox", python(manage, "drain_outbox"), 40),
        child("worker", python(manage, "procrastinate", *worker, "--shutdown-graceful-timeout", "60"), 75),
    ]


def _players(env: Environment) -> list[Child]:
    """What keeps the demonstration company alive beside the deployment itself; ZHIKE_DEMO_PACE=0 leaves it still."""
    command = python(str(env.root / "manage.py"), "play_day", "--stay")
    return [Child("day", command, {**os.environ, "ZHIKE_PROCESS": "day", "PYTHONUNBUFFERED": "1"}, 10)]


class _DatabaseWatch:
    """Starts the embedded server again when it was killed."""

    def __init__(self, env: Environment) -> None:
        self.env = env

    def __call__(self) -> None:
        if self.env.database_url is None and launcher.running_server(place_of(self.env.var)) is None:
            say("The database has ended; starting it again")
            try:
                launcher.start()
            except DatabaseUnavailable as error:
                say(str(error))


def _wait_until_ready(supervisor: Supervisor, address: Address) -> None:
    begun = time.monotonic()
    while not supervisor.asked_to_stop:
        supervisor.look()
        if answers(address, "/readyz") and answers(address.live, "/live/healthz"):
            return
        if time.monotonic() - begun > READY_PATIENCE:
            message = f"{address.url}/readyz did not answer within {READY_PATIENCE:.0f} s; the lines above say why"
            raise CannotServe(message)
        time.sleep(0.1)


def answers(address: Address, path: str) -> bool:
    """Whether GET `path` gives 200 within five seconds."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104 compared only
    # Not httpx: no proxy stands between a machine and itself, and this process stays small.
    with closing(HTTPConnection(host, address.port, timeout=5)) as connection, suppress(OSError, HTTPException):
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == HTTPStatus.OK
    return False


def _welcome(address: Address, sign_ins: list[str]) -> str:
    lines = [
        "",
        f"  Zhike is ready: {address.url}",
        "",
        *[f"  {line}" for line in sign_ins],
        "",
        "  Ctrl-C stops it.",
        "",
    ]
    return "\n".join(lines)


def _demo_ports(address: Address) -> tuple[int, int]:
    """Of the demonstration's mail server: SMTP and IMAP."""
    return address.port + 2, address.port + 3


def _demo_mail(env: Environment, address: Address) -> Child | None:
    """A mail server beside the demonstration, where the machine has one."""
    if not _has_mail_server():
        return None
    command = python("-m", "zhike.demo.mailpair", *map(str, _demo_ports(address)))
    return Child("mail", command, {**os.environ, "PYTHONPATH": str(env.root / "src")}, 15)


def _lead_demo_mail(env: Environment, address: Address, *, here: bool) -> list[str]:
    """Set the company's mail to that server; the lines that tell how to try it."""
    if not here:
        return ["", "For mail in the demonstration install dovecot-imapd (apt-get install -y dovecot-imapd)."]
    ports = [str(port) for port in _demo_ports(address)]
    _run(env, python(str(env.root / "manage.py"), "demo_mail", *ports), {"ZHIKE_PROCESS": "demo"})
    own = f"PORT={address.port}"
    return [
        "",
        f'A customer writes:   make demo-write {own} FROM=name@customer.example SUBJECT="…" TEXT="…"',
        f"The customer reads:  make demo-read {own} BOX=name",
    ]


def _build_demo(env: Environment, size: str) -> list[str]:
    """Build the demonstration company if there is none; returns the lines that tell of its sign-ins."""
    command = python(str(env.root / "manage.py"), "demo", "--size", size, "--if-missing")
    sign_ins: list[str] = []
    with subprocess.Popen(  # noqa: S603 our own program
        command,
        cwd=env.root,
        env={**os.environ, "ZHIKE_PROCESS": "demo", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as building:
        for line in building.stdout or ():
            # Shown again at the end, where the eye is.
            if sign_ins or line.startswith("Sign-ins"):
                sign_ins.append(line.rstrip())
            else:
                say(line.rstrip())
    if building.returncode != 0:
        message = "The demonstration company could not be built; nothing was started"
        raise CannotServe(message)
    return sign_ins


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 after an ordered stop, 1 with the reason when nothing could be started."""
    parser = argparse.ArgumentParser(prog="python -m zhike.platform.ops.serve", description=__doc__)
    parser.add_argument("--host", default=os.environ.get("ZHIKE_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("ZHIKE_PORT", "8000")))
    parser.add_argument("--demo", metavar="SIZE", default="", help="first build the demonstration company, if missing")
    given = parser.parse_args(arguments)
    try:
        return serve(Address(given.host, given.port), demo=given.demo)
    except (CannotServe, DatabaseUnavailable, EnvironmentRefused) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
