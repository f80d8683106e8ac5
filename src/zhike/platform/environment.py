"""What differs between machines: read once from the environment, with secrets generated into a 0600 file."""

import json
import os
import secrets as token_source
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SECRET_NAMES = ("django_secret_key", "db_owner", "db_app", "db_redactor", "db_admin")


class EnvironmentRefused(RuntimeError):
    """The environment of this process is not fit to run in; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Environment:
    root: Path
    var: Path
    debug: bool
    https: bool
    hosts: list[str]
    trusted_origins: list[str]
    live_origins: list[str]
    live_url: str
    live_port: int
    language: str
    database_url: str | None
    secrets: dict[str, str]

    def logging(self) -> dict[str, Any]:
        """JSON lines on standard error; the operation id is added by the operation middleware."""
        return {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": "zhike.platform.ops.logs.JsonFormatter", "json_ensure_ascii": False}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            # It tells of every registered task at each start of each command.
            "loggers": {"procrastinate": {"level": "WARNING"}},
        }


def _read_secrets(path: Path) -> dict[str, str]:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        message = f"{path} can be read by others (mode {mode:o}); run: chmod 600 '{path}'"
        raise EnvironmentRefused(message)
    return {**json.loads(path.read_text("utf-8"))}


def _secrets(var: Path) -> dict[str, str]:
    """The passwords and keys of this deployment, made once; whoever comes second reads what the first one wrote."""
    path = var / "secrets.json"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        made = {name: token_source.token_urlsafe(40) for name in SECRET_NAMES}
        draft = var / f".secrets.{os.getpid()}.{token_source.token_hex(4)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(made, out, indent=1)
                out.flush()
                os.fsync(out.fileno())
            # A link, not a rename: it fails when another process was first, so that nobody sees two sets or half a one.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    found = _read_secrets(path)
    missing = [name for name in SECRET_NAMES if name not in found]
    if missing:
        message = f"{path} lacks {', '.join(missing)}; restore the file from the backup"
        raise EnvironmentRefused(message)
    return found


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes"}


def _words(name: str, default: str) -> list[str]:
    return [w for w in os.environ.get(name, default).split(",") if w]


@cache
def environment() -> Environment:
    """The environment of this process.

    Variables: ZHIKE_VAR (state folder), ZHIKE_DEBUG, ZHIKE_HTTPS, ZHIKE_HOSTS, ZHIKE_ORIGINS, ZHIKE_LIVE_ORIGINS,
    ZHIKE_LIVE_URL (address of live events behind a proxy), ZHIKE_LIVE_PORT (without one), ZHIKE_LANGUAGE,
    DATABASE_URL.
    """
    root = Path(__file__).resolve().parents[3]
    var = Path(os.environ.get("ZHIKE_VAR") or root / "var").absolute()
    return Environment(
        root=root,
        var=var,
        debug=_flag("ZHIKE_DEBUG"),
        https=_flag("ZHIKE_HTTPS"),
        hosts=_words("ZHIKE_HOSTS", "localhost,127.0.0.1,[::1]"),
        trusted_origins=_words("ZHIKE_ORIGINS", ""),
        live_origins=_words("ZHIKE_LIVE_ORIGINS", ""),
        live_url=os.environ.get("ZHIKE_LIVE_URL", ""),
        live_port=int(os.environ.get("ZHIKE_LIVE_PORT", "8001")),
        language=os.environ.get("ZHIKE_LANGUAGE", "zh-hans"),
        database_url=os.environ.get("DATABASE_URL") or None,
        secrets=_secrets(var),
    )
