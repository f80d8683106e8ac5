"""Taking numbers, inside the action that opens the numbered record; and making the series that rooms declared."""

from django.db import connection, transaction

from zhike.platform.numbering.models import NumberSeries
from zhike.platform.numbering.types import registered


def next_number(series: str) -> str:
    """The next number, e.g. `CU-008812`. A number taken by a transaction that rolls back is lost, never reused."""
    return take(series, 1)[0]


def take(series: str, count: int) -> list[str]:
    """The next `count` numbers in order, with one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zhike_next_number(%s) FROM generate_series(1, %s)", [series, count])
        return [row[0] for row in cursor.fetchall()]


def ensure_series() -> list[str]:
    """Make the declared series that the database has not got; returns their keys.

    Runs as zhike_owner after migrations. Raises ValueError where a declaration differs from what numbers already show.
    """
    made: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        known = {row.key: row for row in NumberSeries.objects.all()}
        for series in registered().values():
            row = known.get(series.key)
            if row is None:
                cursor.execute(
                    "SELECT zhike_create_series(%s, %s, %s, %s)",
                    [series.key, series.prefix, series.width, series.start],
                )
                made.append(series.key)
            elif (row.prefix, row.width) != (series.prefix, series.width):
                message = f"series {series.key} writes {row.prefix} with {row.width} digits in the database"
                raise ValueError(message)
    return made
