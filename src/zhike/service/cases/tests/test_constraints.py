from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from zhike.record.interactions.models import Interaction
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases.models import (
    Case,
    CaseContact,
    CaseGoods,
    CaseMove,
    CasePhoto,
    Category,
    Cause,
    Escalation,
    Follower,
    KeptPhoto,
    Look,
    OwnerSpell,
    Presence,
    Remedy,
    Task,
    WaitingAnswer,
    WebAuthor,
    WebWord,
)
from zhike.service.cases.tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.NOW
REF = UUID(int=7)
EARLIER = NOW - timedelta(hours=1)


def changed(**given: Any) -> None:
    Case.objects.filter(pk=make.case().pk).update(**given)


def own_duplicate() -> None:
    row = make.case()
    Case.objects.filter(pk=row.pk).update(
        state="closed", closed_at=NOW, solved=False, ending="duplicate", duplicate_of_id=row.pk
    )


def same_number() -> None:
    Case.objects.filter(pk=make.case().pk).update(number=make.case().number)


def link(**given: Any) -> None:
    row = make.case()
    said = Interaction.objects.latest("pk")
    values = {"case": row, "interaction": said, "at": NOW, "channel": "call", "incoming": True, **given}
    CaseContact.objects.filter(interaction=said).delete()
    CaseContact.objects.create(**values)


def linked_twice() -> None:
    link()
    known = CaseContact.objects.latest("pk")
    CaseContact.objects.create(
        case=make.case(), interaction_id=known.interaction_id, at=NOW, channel="call", incoming=True
    )


def move(**given: Any) -> None:
    values = {"at": NOW, "to_state": "new", "actor_kind": "staff", "actor_id": "1", **given}
    CaseMove.objects.create(case=make.case(), **values)


def spell(**given: Any) -> None:
    OwnerSpell.objects.create(**{"case": make.case(), "staff": organization.staff(), "valid_from": NOW, **given})


def author(**given: Any) -> WebAuthor:
    values = {
        "case": make.case(),
        "phone": "+8613812345678",
        "answer_by": "sms",
        "language": "en",
        "sees_all": True,
        "is_known": True,
        "once": str(uuid4()),
        "at": NOW,
        "link_until": NOW,
        **given,
    }
    return WebAuthor.objects.create(**values)


def waiting(**given: Any) -> WaitingAnswer:
    row = make.case()
    values = {
        "case": row,
        "interaction": Interaction.objects.latest("pk"),
        "ref": uuid4(),
        "written_at": NOW,
        "leaves_at": NOW,
        "is_answer": True,
        **given,
    }
    return WaitingAnswer.objects.create(**values)


def same_words() -> None:
    make.case()
    said = Interaction.objects.latest("pk")
    for _time in range(2):
        WebWord.objects.create(author=author(), interaction=said)


def same_form() -> None:
    row = author()
    for _time in range(2):
        make.case()
        WebWord.objects.create(author=row, interaction=Interaction.objects.latest("pk"), once="x")


def same_photos() -> None:
    row = author()
    for _time in range(2):
        CasePhoto.objects.create(case=row.case, author=row, file_id=1, at=NOW)


def same_picture() -> None:
    for file_id in range(2):
        KeptPhoto.objects.create(once="form", content="a" * 64, file_id=file_id, at=NOW)


def same_goods() -> None:
    row, goods = make.case(), shipment()
    for _time in range(2):
        CaseGoods.objects.create(case=row, shipment=goods, at=NOW)


def category(**given: Any) -> None:
    Category.objects.create(**{"code": "trial", "labels": {}, "kind": "request", **given})


def task(**given: Any) -> None:
    unit = organization.unit()
    values = {
        "case": make.case(),
        "unit": unit,
        "scope_unit_id": unit.tree_no,
        "title": "查件",
        "asked_at": NOW,
        "due_at": NOW,
        **given,
    }
    Task.objects.create(**values)


def escalation(**given: Any) -> Escalation:
    values = {
        "case": given.pop("case", None) or make.case(),
        "asked_by": organization.staff(),
        "to_staff": organization.staff(),
        "scope_unit_id": 1,
        "reason": "请示",
        "asked_at": NOW,
        "due_at": NOW,
        **given,
    }
    return Escalation.objects.create(**values)


def two_escalations() -> None:
    escalation(case=escalation().case)


def remedy(**given: Any) -> None:
    values = {
        "case": make.case(),
        "scope_unit_id": 1,
        "kind": "refund",
        "reason": "晚到",
        "state": "asked",
        "asked_by": organization.staff(),
        "asked_at": NOW,
        **given,
    }
    Remedy.objects.create(**values)


def twice(model: type[Look | Follower | Presence], **given: Any) -> Callable[[], None]:
    def violate() -> None:
        row, member = make.case(), organization.staff()
        for _ in range(2):
            model._default_manager.create(case=row, staff=member, **given)

    return violate


@pytest.mark.parametrize(
    ("name", "violate"),
    [
        ("case_number_once", same_number),
        ("case_subject_given", lambda: changed(subject="")),
        ("case_kind_known", lambda: changed(kind="wish")),
        ("case_severity_known", lambda: changed(severity="mild")),
        ("case_origin_known", lambda: changed(origin="moon")),
        ("case_channel_known", lambda: changed(channel="drum")),
        ("case_state_known", lambda: changed(state="asleep")),
        ("case_mode_known", lambda: changed(mode="someday")),
        ("case_ending_known", lambda: changed(state="closed", closed_at=NOW, solved=False, ending="tired")),
        ("case_handling_known", lambda: changed(handling="well")),
        ("case_closed_says_how", lambda: changed(state="closed")),
        ("case_answer_is_dated", lambda: changed(state="answered")),
        ("case_coding_whole", lambda: changed(party="customer")),
        ("case_party_known", lambda: changed(party="moon", cause=Cause.objects.first())),
        (
            "case_duplicate_named",
            lambda: changed(state="closed", closed_at=NOW, solved=False, ending="duplicate"),
        ),
        ("case_not_own_duplicate", own_duplicate),
        ("case_version_counts", lambda: changed(version=0)),
        ("case_received_after_opening", lambda: changed(received_at=EARLIER)),
        ("case_contact_once", linked_twice),
        ("case_contact_channel_known", lambda: link(channel="drum")),
        ("case_move_to_known", lambda: move(to_state="asleep")),
        ("case_move_from_known", lambda: move(from_state="asleep")),
        ("case_owner_one_open", spell),
        ("case_owner_span_right", lambda: spell(valid_until=EARLIER)),
        ("case_category_code_once", lambda: category(code="late")),
        ("case_category_kind_known", lambda: category(kind="wish")),
        ("case_category_quick_positive", lambda: category(quick_within=timedelta(0))),
        ("case_cause_code_once", lambda: Cause.objects.create(code="linehaul", labels={})),
        ("case_task_title_given", lambda: task(title="")),
        ("case_task_state_known", lambda: task(state="asleep", ended_at=NOW)),
        ("case_task_end_is_dated", lambda: task(ended_at=NOW)),
        ("case_task_reply_given", lambda: task(state="replied", ended_at=NOW)),
        ("case_task_taken_by_somebody", lambda: task(state="taken")),
        ("case_escalation_one_open", two_escalations),
        ("case_escalation_reason_given", lambda: escalation(reason="")),
        ("case_escalation_answer_given", lambda: escalation(answered_at=NOW)),
        ("case_remedy_kind_known", lambda: remedy(kind="gold")),
        ("case_remedy_state_known", lambda: remedy(state="lost", decided_at=NOW, decided_by=organization.staff())),
        ("case_remedy_not_negative", lambda: remedy(amount=-1)),
        ("case_remedy_currency_form", lambda: remedy(currency="yua")),
        ("case_remedy_decision_dated", lambda: remedy(decided_at=NOW)),
        ("case_look_once_a_day", twice(Look, day=NOW.date(), at=NOW)),
        ("case_follower_once", twice(Follower, since=NOW)),
        ("case_presence_once", twice(Presence, seen_at=NOW)),
        ("case_author_ref_once", lambda: (author(ref=REF), author(ref=REF))),
        ("case_author_form_once", lambda: (author(once="a"), author(once="a"))),
        ("case_author_answer_known", lambda: author(answer_by="pigeon")),
        ("case_author_can_be_reached", lambda: author(phone="")),
        ("case_word_once", same_words),
        ("case_word_form_once", same_form),
        ("case_photo_once", same_photos),
        ("kept_photo_once", same_picture),
        ("kept_photo_named", lambda: KeptPhoto.objects.create(once="", content="a", file_id=1, at=NOW)),
        ("case_goods_once", same_goods),
        ("case_answer_once", lambda: (waiting(ref=REF), waiting(ref=REF))),
        ("case_answer_of_entry", lambda: waiting(interaction=waiting().interaction)),
        ("case_answer_state_known", lambda: waiting(state="lost", settled_at=NOW)),
        ("case_answer_end_dated", lambda: waiting(state="sent")),
    ],
)
def test_constraint__refuses(name: str, violate: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        violate()


def test_moves__cannot_be_rewritten() -> None:
    row = make.case()
    with connection.cursor() as cursor:
        for statement in ("UPDATE cases_casemove SET reason = 'x'", "DELETE FROM cases_casemove"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(statement)
    assert CaseMove.objects.filter(case=row).count() == 1
