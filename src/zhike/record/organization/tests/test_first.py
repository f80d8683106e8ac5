"""The first administrator of an empty company."""

import io
import re
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from zhike.platform import clock
from zhike.platform.accounts.models import User
from zhike.platform.audit.models import AuditEntry
from zhike.platform.calendars import queries as calendars
from zhike.platform.calendars.actions import ensure_default_calendar
from zhike.platform.calendars.queries.specs import rules_of
from zhike.platform.calendars.rules import hours_of
from zhike.platform.calendars.types import Shift
from zhike.record.organization.models import Staff, StaffRole, Unit
from zhike.record.organization.policies import EDIT_STAFF
from zhike.record.organization.tests import factories as make

pytestmark = pytest.mark.django_db
GIVEN = {"name": "王敏", "company": "知行速运"}


def begin(**given: str) -> str:
    out = io.StringIO()
    with translation.override("en"):
        call_command("first_administrator", stdout=out, **{**GIVEN, **given})
    return out.getvalue()


def test_first_administrator__can_sign_in_with_the_password_shown_and_must_change_it() -> None:
    said = begin()

    shown = re.search(r"Password:  (\S+)", said)
    assert shown is not None
    user = User.objects.get()
    assert (user.username, user.check_password(shown[1]), user.must_change_password) == ("admin", True, True)
    unit, member = Unit.objects.get(), Staff.objects.get()
    assert (unit.name, unit.parent_id, member.name, member.user_id) == ("知行速运", None, "王敏", user.pk)
    assert make.actor_of(member, now=clock.now()).has(EDIT_STAFF.code)
    assert shown[1] not in "".join(f"{entry.changes}{entry.personal}" for entry in AuditEntry.objects.all())


def test_first_administrator__finds_working_time_for_the_clocks() -> None:
    begin(zone="Europe/Berlin")

    calendar_id = calendars.default_calendar_id()
    spec = rules_of([calendar_id])[calendar_id].spec
    assert spec.zone == "Europe/Berlin"
    assert [hours_of(spec, date(2026, 11, day)) for day in (20, 21)] == [(Shift(9 * 60, 18 * 60),), ()]


def test_first_administrator__takes_the_calendar_that_is_there() -> None:
    made = ensure_default_calendar(actor=make.SETUP, zone="Asia/Tokyo", now=clock.now())

    begin()

    assert calendars.default_calendar_id() == made


def test_first_administrator__is_refused_when_there_is_one() -> None:
    begin()

    with pytest.raises(CommandError, match="has an administrator already"):
        begin(username="second")
    assert (User.objects.count(), Staff.objects.count(), Unit.objects.count()) == (1, 1, 1)


def test_first_administrator__takes_the_company_that_is_there() -> None:
    root = make.company()

    begin()

    assert list(Unit.objects.values_list("pk", "name")) == [(root.pk, root.name)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "name"),
        ({"company": " "}, "name"),
        ({"username": "not a name"}, "username"),
        ({"zone": "Asia/Nowhere"}, "There is no time zone Asia/Nowhere"),
    ],
)
def test_first_administrator__names_what_is_wrong_and_makes_nothing(given: dict[str, str], said: str) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        begin(**given)
    assert "Nothing was made." in str(refused.value)
    assert [made.objects.count() for made in (User, Staff, Unit, StaffRole)] == [0, 0, 0, 0]


def test_sign_in_page__says_how_to_begin_an_empty_company() -> None:
    browser = Client(headers={"accept-language": "en"})

    empty = browser.get("/", follow=True)
    assert empty.status_code == 200
    assert "make admin NAME=" in empty.content.decode()
    begin()
    assert "make admin" not in browser.get("/", follow=True).content.decode()
