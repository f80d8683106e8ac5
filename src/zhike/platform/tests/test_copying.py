"""Rows by COPY are the rows that INSERT would have written."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from zhike.platform.audit.models import AuditEntry
from zhike.platform.calendars.models import Clock, HolidaySet
from zhike.platform.db.copying import insert_many, insert_new

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
OPERATION = UUID("018f2b8e-7c1e-7000-8000-000000000001")


def _clock(subject: int, **values: object) -> Clock:
    return Clock(
        subject_kind="case",
        subject_id=subject,
        kind="cases.solution",
        zone="Asia/Shanghai",
        budget=timedelta(hours=36, microseconds=1),
        warn_share=Decimal("0.800"),
        started_at=NOW,
        due_at=NOW + timedelta(hours=36),
        state="running",
        changed_at=NOW,
        **values,
    )


def test_insert_many__writes_every_kind_of_value_in_order_and_gives_ids() -> None:
    rows = [
        AuditEntry(
            at=NOW + timedelta(microseconds=at),
            actor_kind="job",
            actor_id="test",
            type="test.copied",
            subject_kind="test",
            subject_id=f"制表\t换行\n反斜线\\N {at}",
            operation_id=OPERATION,
            changes={"after": {"名": ["王敏", None, 1.5, True]}},
            personal=None,
        )
        for at in range(3)
    ]
    assert insert_many(rows) is rows
    ids = [row.pk for row in rows]
    assert ids == sorted(set(ids))
    assert not any(row._state.adding for row in rows)
    for row in rows:
        found = AuditEntry.objects.get(pk=row.pk)
        names = [field.attname for field in AuditEntry._meta.concrete_fields]
        assert [getattr(found, name) for name in names] == [getattr(row, name) for name in names]
    assert AuditEntry.objects.create(
        at=NOW, actor_kind="job", actor_id="t", type="t", subject_kind="t", subject_id="", operation_id=OPERATION
    ).pk > max(ids)


def test_insert_many__leaves_to_the_database_what_it_fills_in() -> None:
    clock = _clock(1)
    insert_many([clock])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (transaction_id,) = cursor.fetchone() or ("",)
    found = Clock.objects.get(pk=clock.pk)
    assert (str(found.changed_xid), found.budget, found.warn_share) == (
        transaction_id,
        timedelta(hours=36, microseconds=1),
        Decimal("0.800"),
    )


def test_insert_many__of_nothing_asks_nothing(django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # a fixture of pytest-django
        assert insert_many([]) == []
        assert insert_new([]) == 0


def test_insert_many__is_refused_by_constraints_as_a_whole() -> None:
    with pytest.raises(IntegrityError, match="calendars_clock_one_open"), transaction.atomic():
        insert_many([_clock(1), _clock(2), _clock(1)])
    assert Clock.objects.count() == 0


def test_insert_new__keeps_what_is_there_and_the_first_of_equals() -> None:
    HolidaySet.objects.create(code="CN-T", labels={"en": "there"})
    rows = [HolidaySet(code=code, labels={"en": text}) for code, text in (("CN-T", "b"), ("X", "c"), ("X", "d"))]
    assert insert_new(rows) == 1
    assert insert_new(rows) == 0
    found = HolidaySet.objects.filter(code__in=["CN-T", "X"]).order_by("code")
    assert list(found.values_list("code", "labels")) == [("CN-T", {"en": "there"}), ("X", {"en": "c"})]


def test_insert_new__fills_in_what_the_database_knows() -> None:
    assert insert_new([_clock(1)]) == 1
    assert Clock.objects.get().changed_xid is not None
