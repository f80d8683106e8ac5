"""How this process connects: Django's DATABASES, and a URI for programs that are not Django."""

import os
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict

from zhike.platform.db.place import PORT, place_of
from zhike.platform.environment import Environment, environment

DATABASE = "zhike"
# What a page may cost before it is given up; workers and imports have no such limit.
_LONGEST_PAGE_QUERY = timedelta(seconds=30)
# A migration that waits for a lock makes everybody behind it wait too: rather fail and be run again.
_LONGEST_MIGRATION_WAIT = timedelta(seconds=15)
_LONGEST_LOCK_WAIT = timedelta(seconds=30)


def server(env: Environment) -> dict[str, str]:
    """Parameters for libpq of the server without user, password and database."""
    if env.database_url is None:
        return {"host": str(place_of(env.var).socket), "port": str(PORT)}
    given = {name: str(value) for name, value in conninfo_to_dict(env.database_url).items() if value is not None}
    return {name: value for name, value in given.items() if name not in {"user", "password", "dbname"}}


def database_name(env: Environment) -> str:
    """The database of this process: ZHIKE_DB_NAME (tests, restores), else that of DATABASE_URL, else zhike."""
    named = os.environ.get("ZHIKE_DB_NAME")
    if named or env.database_url is None:
        return named or DATABASE
    return str(conninfo_to_dict(env.database_url).get("dbname") or DATABASE)


def current_role() -> str:
    return os.environ.get("ZHIKE_DB_ROLE", "app")


# Blocks of 8 kB; only what temporary tables fill is taken.
_TEMPORARY_BLOCKS = 32_768


def process_name() -> str:
    """What this process is (web, live, worker, outbox, migrate); shown by pg_stat_activity."""
    return os.environ.get("ZHIKE_PROCESS", "shell")


def _milliseconds(limit: timedelta) -> int:
    return int(limit.total_seconds() * 1000)


def session_options(role: str, process: str) -> str:
    """Limits of one session as libpq's `options`."""
    limits = {"lock_timeout": _milliseconds(_LONGEST_MIGRATION_WAIT if role == "owner" else _LONGEST_LOCK_WAIT)}
    if process == "web":
        limits["statement_timeout"] = _milliseconds(_LONGEST_PAGE_QUERY)
        limits["idle_in_transaction_session_timeout"] = _milliseconds(2 * _LONGEST_PAGE_QUERY)
    else:
        # Batches are staged in temporary tables, which PostgreSQL's usual 8 MB would send through the disk.
        limits["temp_buffers"] = _TEMPORARY_BLOCKS
    return " ".join(f"-c {name}={value}" for name, value in limits.items())


def databases(env: Environment) -> dict[str, dict[str, Any]]:
    """`default` as the role named by ZHIKE_DB_ROLE (app, owner, redactor); owner is for migrations only.

    No pool: procrastinate and the threads of granian keep one connection each.
    """
    role, process = current_role(), process_name()
    where = server(env)
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database_name(env),
            "USER": f"zhike_{role}",
            "PASSWORD": env.secrets[f"db_{role}"],
            "HOST": where.pop("host", ""),
            "PORT": where.pop("port", ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                **where,
                "application_name": f"zhike {process}",
                "options": session_options(role, process),
            },
        }
    }


def uri(role: str = "app", *, database: str | None = None) -> str:
    """A libpq URI for clients other than Django (ADBC, pg_dump); holds the password, so never log it."""
    env = environment()
    where = server(env)
    query = {name: value for name, value in where.items() if name not in {"host", "port"}}
    # As a parameter the host may be a socket directory with spaces and Chinese, which the authority part may not.
    query = {"host": where.get("host", ""), "port": where.get("port", ""), **query}
    secret = quote(env.secrets[f"db_{role}"], safe="")
    name = quote(database or database_name(env), safe="")
    return f"postgresql://zhike_{role}:{secret}@/{name}?{urlencode(query, quote_via=quote)}"
