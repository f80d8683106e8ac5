"""Under which name a mail leaves: one window outside, whoever answers (CASE-02)."""

from datetime import timedelta

import pytest
from django.utils import translation

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.messaging.models import Message
from zhike.record.contacting.tests.factories import mail as mail_point
from zhike.record.contacting.tests.factories import set_number
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.organization.tests import factories as organization
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Case
from zhike.service.cases.rules import signed
from zhike.service.cases.tests.factories import SETUP
from zhike.service.cases.tests.factories import case as make_case
from zhike.service.cases.types import MailReply

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-hans", "李娜（代负责人王芳）"),
        ("zh-hant", "李娜（代負責人王芳）"),
        ("en", "李娜, on behalf of 王芳, who is responsible"),
        ("ja", "李娜（代负责人王芳）"),
    ],
)
def test_signed__names_both_in_the_customers_language(language: str, text: str) -> None:
    assert signed("李娜", "王芳", deputy=True, language=language) == text
    assert signed("王芳", "王芳", deputy=False, language=language) == "王芳"
    assert signed("", "王芳", deputy=True, language=language) == "王芳"


def test_signed__without_a_language_is_in_the_readers() -> None:
    with translation.override("en"):
        assert signed("李娜", "王芳", deputy=True) == "李娜, on behalf of 王芳, who is responsible"


def in_case(language: str = "en") -> tuple[Case, Actor, Actor]:
    """A case with its owner and a colleague."""
    default_calendar()
    for key in ("contacting.quiet_from", "contacting.quiet_until"):
        set_number(key, timedelta(0), now=clock.now() - timedelta(minutes=1))
    who = customer()
    person = contact(who, mail_point("chen@huaxia.example"), name="陈静", language=language)
    owner = organization.staff(name="王芳", roles=("agent",))
    made = make_case(who, contact_id=person.pk, owner_id=owner.pk, now=clock.now())
    deputy = organization.staff(name="李娜", roles=("supervisor",))
    return made, organization.actor_of(owner), organization.actor_of(deputy)


@pytest.mark.req("CASE-02")
def test_reply__is_signed_by_its_owner_and_by_a_deputy_for_them() -> None:
    made, owner, colleague = in_case()
    for actor in (owner, colleague, SETUP):
        actions.send_reply(actor=actor, case_id=made.pk, reply=MailReply(body="Tomorrow."), now=clock.now())
    bodies = [row.body.split("\n\n")[1] for row in Message.objects.all()]
    assert sorted(bodies) == sorted(["王芳", "李娜, on behalf of 王芳, who is responsible", "王芳"])


def test_signature__is_shown_before_it_leaves() -> None:
    made, owner, colleague = in_case()
    row = queries.get_case(actor=SETUP, case_id=made.pk)
    assert queries.signature(actor=owner, case=row) == row.owner.name
    assert colleague.label in queries.signature(actor=colleague, case=row)
