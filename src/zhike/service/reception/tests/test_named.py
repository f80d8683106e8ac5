"""How the audit log names calls, files and calendars: as people know them, and only to who may see them."""

import pytest

from zhike.platform import files
from zhike.platform.audit.words import naming_of
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.agreements.actions import add_signed
from zhike.record.agreements.tests.factories import agreement
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization
from zhike.service.reception.tests.factories import NOW, SETUP, agent, system, tell

pytestmark = pytest.mark.django_db


def _named(kind: str, pk: int, actor: object = SETUP) -> tuple[str, str] | None:
    naming = naming_of(kind)
    assert naming is not None
    return naming(actor=actor, keys=[str(pk)]).get(str(pk))  # type: ignore[arg-type]


def test_call__by_its_time_and_number_masked_within_reach() -> None:
    system()
    agent("801")
    made = tell()
    named = _named("call", made.pk)
    assert named is not None
    assert named[0].startswith("2026-11-23 ")
    assert "5678" in named[0]
    assert "138 1234 5678" not in named[0]
    assert _named("call", made.pk, organization.actor(organization.unit(), roles=("outlet",))) is None


def test_file__by_its_name_for_who_may_open_it() -> None:
    made = agreement(customer())
    kept = add_signed(actor=SETUP, number=made.number, content=b"%PDF-1.4\n%%EOF\n", filename="合同.pdf", now=NOW)
    assert _named("file", kept) == ("合同.pdf", f"/files/{kept}/")
    assert files.get_file(actor=SETUP, file_id=kept).name == "合同.pdf"


def test_calendar__by_its_name() -> None:
    found = _named("calendar", default_calendar())
    assert found is not None
    assert not found[0].isdecimal()
