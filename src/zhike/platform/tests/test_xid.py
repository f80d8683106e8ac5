import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_changed_xid__is_added_to_a_table_without_rewriting_it() -> None:
    """A volatile default would rewrite a table of millions of rows under an exclusive lock."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE grown AS SELECT generate_series(1, 1000) AS id")
        cursor.execute("SELECT pg_relation_filenode('grown')")
        before = cursor.fetchone()
        cursor.execute("ALTER TABLE grown ADD COLUMN changed_xid xid8 DEFAULT pg_current_xact_id() NOT NULL")
        cursor.execute("SELECT pg_relation_filenode('grown')")
        assert cursor.fetchone() == before
        cursor.execute("SELECT count(*) FROM grown WHERE changed_xid = pg_current_xact_id()")
        assert cursor.fetchone() == (1000,)
