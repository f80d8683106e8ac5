"""The ground every room stands on: the database, its roles, the harness."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_database__runs_tests_as_app() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("zhike_app",)
