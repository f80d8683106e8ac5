"""Fixtures of the room."""

from datetime import timedelta

import pytest

from zhike.record.customers.models import Customer, OwnerHistory
from zhike.record.organization.models import Staff, Unit
from zhike.record.shipments.tests import factories as make


@pytest.fixture
def customer(db: None) -> int:
    """A customer file with its owner; gives its id."""
    company = Unit.objects.filter(parent__isnull=True).first() or make.unit("HQ", 1, 100)
    owner = Staff.objects.create(number="S-1", name="王敏", unit=company)
    since = make.NOW - timedelta(days=400)
    file = Customer.objects.create(
        number="CU-000001",
        name="华夏电子",
        name_fold="华夏电子",
        kind="consumer",
        zone=make.ZONE,
        stage_since=since,
        owner=owner,
        owner_since=since,
        scope_unit_id=company.tree_no,
        opened_at=since,
        created_at=since,
    )
    OwnerHistory.objects.create(customer=file, staff=owner, valid_from=since)
    return file.pk
