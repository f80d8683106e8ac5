"""What lists and forgetting look up is found by index, from the narrow side."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.service.cases import queries
from zhike.service.cases.models import Case, WebAuthor
from zhike.service.cases.pages.lists import _search
from zhike.service.cases.queries.people import cases_opened_by
from zhike.service.cases.tests.factories import SETUP, case
from zhike.service.cases.tests.test_web import desk
from zhike.service.cases.tests.test_web import take as take_web

pytestmark = pytest.mark.django_db
__all__ = ["desk"]


def test_list__finds_a_whole_number_of_a_case_or_customer_by_index() -> None:
    made, other = case(), case()
    for text, wanted in ((made.number.lower(), {made.pk}), (other.customer.number, {other.pk})):
        found = _search(queries.case_rows(actor=SETUP), text)
        assert set(found.values_list("pk", flat=True)) == wanted
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = _search(Case.objects.all(), made.number).explain()
    assert "case_number_once" in plan
    assert "case_by_customer" in plan
    assert "Seq Scan" not in plan


def test_forgotten__cases_begun_by_authors_are_found_from_the_authors() -> None:
    first, second = (
        WebAuthor.objects.get(ref=take_web().ref),
        WebAuthor.objects.get(ref=take_web(phone="139 1234 5679").ref),
    )
    assert cases_opened_by([first.pk, second.pk]) == []  # somebody in the files has brought them
    Case.objects.update(contact=None)
    assert sorted(cases_opened_by([first.pk])) == [first.case_id]
    # Who only joined has not begun it.
    WebAuthor.objects.filter(pk=second.pk).update(case_id=first.case_id)
    assert cases_opened_by([second.pk]) == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as ran:
            cases_opened_by([first.pk])
        cursor.execute("EXPLAIN " + ran.captured_queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "case_author_by_case" in plan
    assert "Seq Scan" not in plan
