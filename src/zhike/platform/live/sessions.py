"""Who is still signed in: Django's sessions and users, read asynchronously."""

from collections.abc import Collection
from typing import Any

import psycopg
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import constant_time_compare
from psycopg.rows import dict_row

from zhike.platform import clock

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


async def signed_in(conn: Connection, keys: Collection[str]) -> set[str]:
    """Those of the session keys that are neither expired, signed out nor sealed with an older password."""
    rows = await conn.execute(
        "SELECT session_key, session_data FROM django_session WHERE session_key = ANY(%s) AND expire_date > %s",
        [list(keys), clock.now()],
    )
    store = SessionStore()
    claims: dict[str, tuple[int, str]] = {}
    for key, data in await rows.fetchall():
        content = store.decode(data)
        if SESSION_KEY in content:
            claims[key] = int(content[SESSION_KEY]), str(content.get(HASH_SESSION_KEY, ""))
    seals = await _seals(conn, {user_id for user_id, _ in claims.values()})
    return {key for key, (user_id, held) in claims.items() if constant_time_compare(held, seals.get(user_id, " "))}


async def _seals(conn: Connection, user_ids: Collection[int]) -> dict[int, str]:
    user_model = get_user_model()
    async with conn.cursor(row_factory=dict_row) as cursor:
        # The whole row: only the model knows what its seal is made of.
        await cursor.execute("SELECT * FROM accounts_user WHERE is_active AND id = ANY(%s)", [list(user_ids)])
        return {row["id"]: user_model(**row).get_session_auth_hash() async for row in cursor}
