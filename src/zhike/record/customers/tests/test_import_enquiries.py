"""Lists of enquiries, and files that are paired with their own rows."""

from datetime import timedelta
from typing import Any

import pytest

from zhike.platform.bulk.actions import import_records
from zhike.platform.bulk.types import StepResult
from zhike.platform.outbox import Mode
from zhike.record.customers import queries
from zhike.record.customers.models import Customer, CustomerRef, Enquiry
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer
from zhike.record.customers.types import CustomerKind
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AT = (NOW - 10 * DAY).isoformat()
CLOSED = (NOW - 5 * DAY).isoformat()


def _load(rows: list[dict[str, Any]], target: str = "customers.enquiries") -> StepResult:
    return import_records(
        actor=SETUP,
        target=target,
        records=rows,
        mode=Mode.BACKFILL,
        source="crm",
        zone="Asia/Shanghai",
        options={"system": "crm"},
        now=NOW,
    )


@pytest.mark.req("CUST-02")
def test_import__enquiries_keep_what_became_of_them_and_every_row_is_accounted_for() -> None:
    row = customer(references=(("crm", "K1"),), kind=CustomerKind.PROSPECT)
    other = customer()
    person = contact(row, name="陈静")
    lost = {"state": "lost", "closed_at": CLOSED, "loss_reason": "price", "next_contact_on": "2027-01-04"}
    rows: list[dict[str, Any]] = [
        {"reference": "K1", "asked_at": AT, "subject": "零担报价", "person": "陈静", "channel": "web"},
        {"reference": "K1", "asked_at": AT, "subject": "零担报价", "person": "陈静", "channel": "web"},
        {"reference": "K1", "asked_at": AT, "subject": "空运", "state": "won", "closed_at": CLOSED},
        {"customer_number": other.number, "asked_at": AT, "subject": "仓配", **lost},
        {"reference": "K9", "asked_at": AT, "subject": "无主"},
        {"reference": "K1", "asked_at": (NOW + DAY).isoformat(), "subject": "将来"},
        {"reference": "K1", "asked_at": AT, "subject": "无因", **lost, "loss_reason": None},
        {"reference": "K1", "asked_at": AT, "subject": "先关", "state": "won"},
        {"reference": "K1", "asked_at": AT, "subject": "无名", "staff": "X-1"},
        {"reference": "K1", "asked_at": AT, "subject": "未失", "loss_reason": "price"},
    ]
    result = _load(rows)
    counts = result.counts
    assert (result.read, counts.created, counts.duplicate, result.rejected) == (10, 3, 1, 6)
    assert {(r.line, r.code) for r in result.rejections} == {
        (5, "unknown_customer"),
        (6, "in_future"),
        (7, "loss_without_reason"),
        (8, "closed_before"),
        (9, "unknown_staff"),
        (10, "reason_without_loss"),
    }
    first = Enquiry.objects.get(subject="零担报价")
    assert (first.contact_id, first.staff_id, first.channel, first.state) == (person.pk, row.owner_id, "web", "open")
    row.refresh_from_db()
    assert (row.kind, row.converted_at) == ("consumer", NOW - 5 * DAY)
    figures = queries.enquiry_figures(actor=SETUP)
    assert (figures.enquiries, figures.won, figures.lost, figures.lost_with_reason) == (3, 1, 1, 1)
    again = _load(rows[:4]).counts
    assert (again.created, again.duplicate) == (0, 4)


def test_import__each_file_keeps_its_own_row_whatever_the_names() -> None:
    owners = [organization.staff(name=f"负责{n}") for n in range(5)]
    rows: list[dict[str, Any]] = [
        {
            "reference": f"R{n:03d}",
            # Names that no order of hashing or sorting leaves in the order of the file.
            "name": f"{(n * 7919) % 200:03d}贸易",
            "owner": owners[n % 5].number,
            "opened_at": (NOW - (n + 1) * DAY).isoformat(),
        }
        for n in range(200)
    ]
    assert _load(rows, "customers.files").counts.created == 200
    files = {ref.ref: ref.customer for ref in CustomerRef.objects.select_related("customer")}
    for n, row in enumerate(rows):
        file = files[str(row["reference"])]
        assert (file.name, file.owner_id, file.opened_at) == (row["name"], owners[n % 5].pk, NOW - (n + 1) * DAY)
    numbers = [files[str(row["reference"])].number for row in rows]
    assert numbers == sorted(numbers)
    assert Customer.objects.filter(stage="before", stage_since__lt=NOW).count() == 200
