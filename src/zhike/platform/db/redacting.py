"""Stepping into the one role that may empty people's data in rows that otherwise never change."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

ROLE = "zhike_redactor"


@contextmanager
def as_redactor() -> Iterator[None]:
    """Statements in this block run as `zhike_redactor`, in the caller's transaction.

    That role reaches the columns which migrations grant it, and guard triggers let it empty them, nothing else. Where
    a statement fails, the role falls back with the savepoint.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")
