"""The three database roles and what each may do: owner (migrations), app (everything else), redactor (erasure)."""

from collections.abc import Mapping
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from zhike.platform.db.place import OLDEST_MAJOR, DatabaseUnavailable

ROLES = ("owner", "app", "redactor")
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")
# Nothing in the schema needs these; where the server has them, searches may use them.
OPTIONAL_EXTENSIONS = frozenset({"unaccent"})
LOCALE = "C.UTF-8"
_LOCK = 0x7A68696B65  # "zhike"

Connection = psycopg.Connection[tuple[Any, ...]]
Parameters = Mapping[str, str | int]


def role_name(role: str) -> str:
    return f"zhike_{role}"


def connect(parameters: Parameters, *, dbname: str, user: str | None = None, password: str | None = None) -> Connection:
    """An autocommit connection with `parameters`, to another database or as another role where given."""
    changed: dict[str, Any] = {**parameters, "dbname": dbname}
    if user is not None:
        changed |= {"user": user, "password": password}
    return psycopg.connect(autocommit=True, connect_timeout=10, **changed)


def prepare_cluster(admin: Parameters, *, maintenance: str, passwords: Mapping[str, str]) -> None:
    """Make the three roles, or give them the passwords of this deployment.

    Raises DatabaseUnavailable naming what `admin` may not do.
    """
    with connect(admin, dbname=maintenance) as conn:
        _check_version(conn)
        conn.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        for role in ROLES:
            if not _can_log_in(admin, maintenance, role, passwords[role]):
                _make_role(conn, role, passwords[role])
        _let_app_redact(conn)


def prepare_database(
    admin: Parameters,
    *,
    name: str,
    maintenance: str,
    passwords: Mapping[str, str],
) -> None:
    """Make database `name` with its extensions and the rights of the roles; safe to repeat."""
    with connect(admin, dbname=maintenance) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            _create_database(conn, name)
    with connect(admin, dbname=name) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _check_encoding(conn, name)
        _create_extensions(conn, name)
        _grant_database(conn, name)
    with connect(admin, dbname=name, user=role_name("owner"), password=passwords["owner"]) as conn:
        _grant_schema(conn, name)


def drop_database(admin: Parameters, *, name: str, maintenance: str) -> None:
    """Drop database `name`, ending whoever is still connected to it."""
    with connect(admin, dbname=maintenance) as conn:
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def rename_database(admin: Parameters, *, name: str, to: str, maintenance: str) -> None:
    """Rename database `name`, ending whoever is still connected to it."""
    with connect(admin, dbname=maintenance) as conn:
        conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        conn.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))


def clone_database(admin: Parameters, *, name: str, template: str, maintenance: str) -> None:
    """Make database `name` as a copy of `template`, which nobody may be connected to."""
    with connect(admin, dbname=maintenance) as conn:
        conn.execute(
            # FILE_COPY writes no row to the log: several times faster for a small template.
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(role_name("owner")), sql.Identifier(template)
            )
        )
        _restrict_connect(conn, name)


def _check_version(conn: Connection) -> None:
    if conn.info.server_version < OLDEST_MAJOR * 10_000:
        message = f"PostgreSQL {OLDEST_MAJOR} or newer is needed; the server is {conn.info.server_version // 10_000}"
        raise DatabaseUnavailable(message)


def _can_log_in(admin: Parameters, database: str, role: str, password: str) -> bool:
    try:
        connect(admin, dbname=database, user=role_name(role), password=password).close()
    except psycopg.OperationalError as error:
        # Wrong password and unknown role look alike on purpose; a missing CONNECT right means that the login worked.
        return "permission denied for database" in str(error)
    return True


def _make_role(conn: Connection, role: str, password: str) -> None:
    name = role_name(role)
    # The verifier is made here, so that the password itself never reaches the server's log.
    verifier = conn.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    exists = conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone() is not None
    verb: LiteralString = "ALTER" if exists else "CREATE"
    statement = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(verifier))
    try:
        conn.execute(statement)
        if role == "owner" and not _is_superuser(conn):
            conn.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        message = (
            f"{conn.info.user} may not {verb} ROLE {name} ({error.diag.message_primary}). Give it CREATEROLE, or let "
            f"the administrator make {name} with LOGIN and the password named db_{role} in secrets.json."
        )
        raise DatabaseUnavailable(message) from error


def _let_app_redact(conn: Connection) -> None:
    """zhike_app may step into zhike_redactor for the statements of an erasure; it inherits none of its rights."""
    app, redactor = role_name("app"), role_name("redactor")
    member = conn.execute(
        "SELECT 1 FROM pg_auth_members m WHERE m.roleid = %s::regrole AND m.member = %s::regrole"
        " AND m.set_option AND NOT m.inherit_option",
        [redactor, app],
    ).fetchone()
    if member:
        return
    try:
        conn.execute(
            sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(sql.Identifier(redactor), sql.Identifier(app))
        )
    except psycopg.errors.InsufficientPrivilege as error:
        message = (
            f"{conn.info.user} may not grant {redactor} to {app}. Let the administrator run: "
            f"GRANT {redactor} TO {app} WITH INHERIT FALSE, SET TRUE"
        )
        raise DatabaseUnavailable(message) from error


def _is_superuser(conn: Connection) -> bool:
    row = conn.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _create_database(conn: Connection, name: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE {}").format(
        sql.Identifier(name), sql.Identifier(role_name("owner")), sql.Literal(LOCALE)
    )
    try:
        conn.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        message = (
            f"{conn.info.user} may not CREATE DATABASE {name}. Give it CREATEDB, or let the administrator run: "
            f"CREATE DATABASE {name} OWNER zhike_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE '{LOCALE}'"
        )
        raise DatabaseUnavailable(message) from error


def _check_encoding(conn: Connection, name: str) -> None:
    row = conn.execute(
        "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    encoding, ctype = row or ("", "")
    if encoding != "UTF8" or ctype in {"C", "POSIX"}:
        # Under the C locale pg_trgm drops every Chinese character.
        message = f"Database {name} has encoding {encoding} and locale {ctype}; make it with UTF8 and {LOCALE}"
        raise DatabaseUnavailable(message)


def _create_extensions(conn: Connection, name: str) -> None:
    present = {row[0] for row in conn.execute("SELECT extname FROM pg_extension")}
    available = {row[0] for row in conn.execute("SELECT name FROM pg_available_extensions")}
    for extension in EXTENSIONS:
        if extension in present or (extension not in available and extension in OPTIONAL_EXTENSIONS):
            continue
        if extension not in available:
            message = f"The server has no extension {extension}; install its package (Debian: postgresql-contrib)"
            raise DatabaseUnavailable(message)
        try:
            conn.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        except psycopg.errors.InsufficientPrivilege as error:
            message = (
                f"{conn.info.user} may not make extension {extension} in database {name}. Give it CREATE on the "
                f"database, or let the administrator run there: CREATE EXTENSION {extension}"
            )
            raise DatabaseUnavailable(message) from error


def _grant_database(conn: Connection, name: str) -> None:
    try:
        _restrict_connect(conn, name)
        conn.execute(
            sql.SQL("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                sql.Identifier(name), sql.Identifier(role_name("owner"))
            )
        )
        if _is_superuser(conn):
            conn.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(role_name("owner"))))
    except psycopg.errors.InsufficientPrivilege as error:
        message = f"{conn.info.user} may not grant rights on database {name}: make zhike_owner its owner"
        raise DatabaseUnavailable(message) from error


def _restrict_connect(conn: Connection, name: str) -> None:
    database = sql.Identifier(name)
    conn.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in ("app", "redactor"):
        grant = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}")
        conn.execute(grant.format(database, sql.Identifier(role_name(role))))


# Run as zhike_owner. zhike_redactor gets nothing here: migrations grant it the columns that it may erase.
_SCHEMA_RIGHTS: tuple[LiteralString, ...] = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO zhike_app, zhike_redactor",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO zhike_app",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO zhike_app",
    # Functions are open to PUBLIC unless revoked for every schema.
    "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO zhike_app",
)


def _grant_schema(conn: Connection, name: str) -> None:
    try:
        for statement in _SCHEMA_RIGHTS:
            conn.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        message = (
            f"zhike_owner does not own schema public of database {name}: ALTER DATABASE {name} OWNER TO zhike_owner"
        )
        raise DatabaseUnavailable(message) from error
