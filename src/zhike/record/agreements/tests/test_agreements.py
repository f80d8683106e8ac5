from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from zhike.platform import files
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.record.agreements import actions, queries
from zhike.record.agreements.models import Agreement, AgreementItem, AgreementStandard, AgreementVersion, Standard
from zhike.record.agreements.tests.factories import (
    NOW,
    SETUP,
    TODAY,
    agreement,
    agreement_entry,
    first_response,
    standard,
)
from zhike.record.agreements.types import CarriedEntry, ItemEntry, Measure
from zhike.record.customers import actions as customer_actions
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import customer
from zhike.record.customers.types import CLASS, StandingEntry
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def target(of: Customer, category: str = "late", *, days: int = 0) -> tuple[timedelta, str]:
    found = queries.targets_for(actor=SETUP, category=category, customer_ids=[of.pk], at=NOW + days * DAY)
    one = found[of.pk][Measure.FIRST_RESPONSE]
    return one.budget, one.source


@pytest.mark.req("AGRE-02", partial="appraisal")
def test_agreement__customers_with_a_valid_one_are_counted_against_all_active() -> None:
    covered, draft_only, lapsed = customer(), customer(), customer()
    customer()
    agreement(covered)
    agreement(draft_only, start=False)
    agreement(lapsed, valid_until=TODAY - DAY)
    found = queries.coverage(actor=SETUP, now=NOW)
    assert (found.covered, found.customers) == (1, 4)


@pytest.mark.req("CASE-08")
def test_target__of_an_agreement_comes_before_the_table_and_names_its_source() -> None:
    of, other = customer(), customer()
    customer_actions.set_standing(
        actor=SETUP,
        entries=[StandingEntry(customer_id=pk, kind=CLASS.code, text="A", as_of=NOW) for pk in (of.pk, other.pk)],
        source="tests",
        now=NOW,
    )
    code = first_response(30)
    assert target(of) == target(other) == (60 * MINUTE, "")
    made = agreement(of, code)
    assert target(of) == (30 * MINUTE, f"{made.number} v1, {code} v1")
    assert target(other) == (60 * MINUTE, "")
    # Solution has no agreed time: the table's holds beside it.
    both = queries.targets_for(actor=SETUP, category="late", customer_ids=[of.pk], at=NOW)[of.pk]
    assert (both[Measure.SOLUTION].budget, both[Measure.SOLUTION].agreement_id) == (16 * 60 * MINUTE, None)
    assert both[Measure.FIRST_RESPONSE].agreement_id == made.pk


def test_target__the_category_then_the_shortest_time_wins_and_an_own_figure_holds() -> None:
    of = customer()
    everywhere, here = first_response(30), first_response(45, category="late")
    agreement(of, everywhere, here)
    assert target(of)[0] == 45 * MINUTE
    assert target(of, "fee")[0] == 30 * MINUTE
    agreement(of, CarriedEntry(standard=everywhere, number=Decimal(10)))
    assert target(of, "fee")[0] == 10 * MINUTE


def test_target__holds_only_in_the_days_of_its_version_and_agreement() -> None:
    of = customer()
    code = first_response(30)
    made = agreement(of, code, valid_from=TODAY, valid_until=TODAY + 10 * DAY)
    assert target(of, days=-1)[1] == ""
    assert target(of, days=10)[0] == 30 * MINUTE
    assert target(of, days=11)[1] == ""
    later = CarriedEntry(standard=code, number=Decimal(20))
    entry = agreement_entry(later, valid_from=TODAY + 2 * DAY, valid_until=TODAY + 10 * DAY, review_on=None)
    assert actions.revise_agreement(actor=SETUP, number=made.number, entry=entry, reason="旺季", now=NOW) == 2
    assert target(of, days=1) == (30 * MINUTE, f"{made.number} v1, {code} v1")
    assert target(of, days=2) == (20 * MINUTE, f"{made.number} v2, {code} v1")
    actions.end_agreement(actor=SETUP, number=made.number, last_day=TODAY + 3 * DAY, reason="改签新协议", now=NOW)
    assert target(of, days=3)[0] == 20 * MINUTE
    assert target(of, days=4)[1] == ""


@pytest.mark.req("AGRE-02", partial="appraisal")
def test_agreement__shows_the_standards_that_held_on_a_day() -> None:
    of = customer()
    one, two = standard(), standard(measure="签收回单返回用时", number=Decimal(48))
    made = agreement(of, one)
    entry = agreement_entry(two, valid_from=TODAY, review_on=None)
    actions.revise_agreement(actor=SETUP, number=made.number, entry=entry, reason="旺季", now=NOW)

    def held(day: date) -> list[tuple[int, list[str]]]:
        found = queries.holding_on(actor=SETUP, customer_id=of.pk, day=day)
        return [(h.version, [s.code for s in h.standards]) for h in found]

    assert held(TODAY - DAY) == [(1, [one])]
    assert held(TODAY) == [(2, [two])]
    assert held(date(2027, 1, 1)) == []


def test_agreement__expires_by_itself_and_a_closed_one_takes_no_change() -> None:
    made = agreement(customer(), valid_until=TODAY)
    assert actions.expire_agreements(actor=SETUP, now=NOW) == 0
    # 16:00 UTC is midnight in Shanghai.
    assert actions.expire_agreements(actor=SETUP, now=NOW + timedelta(hours=8)) == 1
    made.refresh_from_db()
    assert made.state == "expired"
    with pytest.raises(Conflict):
        actions.revise_agreement(actor=SETUP, number=made.number, entry=agreement_entry(), now=NOW)
    with pytest.raises(Conflict):
        actions.end_agreement(actor=SETUP, number=made.number, last_day=TODAY, reason="x", now=NOW)


def test_agreement__needs_a_service_right_days_and_known_standards() -> None:
    of = customer()
    empty = agreement(of, start=False, items=())
    with pytest.raises(Invalid) as refused:
        actions.start_agreement(actor=SETUP, number=empty.number, now=NOW)
    assert set(refused.value.fields) == {"items"}
    wrong = agreement_entry(
        "ST-9999",
        title=" ",
        valid_until=date(2025, 1, 1),
        items=(ItemEntry(service="零担", price=Decimal(1), currency="XXY"),),
    )
    with pytest.raises(Invalid) as many:
        actions.open_agreement(actor=SETUP, customer_id=of.pk, entry=wrong, now=NOW)
    assert set(many.value.fields) == {"title", "valid_until", "items", "standards"}
    with pytest.raises(Forbidden):
        actions.open_agreement(actor=organization.actor(), customer_id=of.pk, entry=agreement_entry(), now=NOW)
    assert Agreement.objects.count() == 1


@pytest.mark.req("AGRE-02", partial="appraisal")
def test_agreement__a_new_version_says_why_and_a_draft_need_not() -> None:
    made = agreement(customer(), start=False)
    assert actions.revise_agreement(actor=SETUP, number=made.number, entry=agreement_entry(), now=NOW) == 1
    actions.start_agreement(actor=SETUP, number=made.number, now=NOW)
    entry = agreement_entry(valid_from=TODAY)
    for nothing in ("", "  "):
        with pytest.raises(Invalid) as refused:
            actions.revise_agreement(actor=SETUP, number=made.number, entry=entry, reason=nothing, now=NOW)
        assert set(refused.value.fields) == {"reason"}
    assert queries.versions_of(actor=SETUP, agreement_id=made.pk)[0].row.version == 1
    actions.revise_agreement(actor=SETUP, number=made.number, entry=entry, reason=" 运价调整 ", now=NOW)
    new, old = queries.versions_of(actor=SETUP, agreement_id=made.pk)
    assert (new.row.reason, old.row.reason) == ("运价调整", "")
    assert AuditEntry.objects.filter(type="agreements.changed").latest("pk").reason == "运价调整"


@pytest.mark.req("AGRE-02", partial="appraisal")
def test_agreement__changes_by_who_looks_after_it_or_its_customer_or_above() -> None:
    manager, carer, other = (organization.staff(roles=("account_manager",)) for _each in range(3))
    of = customer(manager)
    number = actions.open_agreement(actor=SETUP, customer_id=of.pk, entry=agreement_entry(), owner_id=carer.pk, now=NOW)
    colleague = organization.actor_of(other)
    row = queries.get_agreement(actor=colleague, number=number)  # within reach, and only read
    assert not queries.may_change(actor=colleague, row=row)
    acts: list[Callable[..., Any]] = [
        lambda by: actions.revise_agreement(actor=by, number=number, entry=agreement_entry(title="改"), now=NOW),
        lambda by: actions.start_agreement(actor=by, number=number, now=NOW),
        lambda by: actions.end_agreement(actor=by, number=number, last_day=TODAY, reason="不再续约", now=NOW),
        lambda by: actions.assign_agreement(actor=by, number=number, staff_id=other.pk, now=NOW),
        lambda by: actions.add_signed(
            actor=by, number=number, content=b"%PDF-1.4\n%signed\n", filename="协议.pdf", now=NOW
        ),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act(colleague)
    for member in (manager, carer, organization.staff(roles=("supervisor",))):
        assert actions.revise_agreement(
            actor=organization.actor_of(member), number=number, entry=agreement_entry(), now=NOW
        )


@pytest.mark.req("AGRE-03")
@pytest.mark.parametrize(
    "said", ["尽快回复客户", "每周一次报表。异常及时告知", "Answers as soon as possible", "Reply ASAP"]
)
def test_agreement__deliverables_say_nothing_vague_without_a_figure(said: str) -> None:
    of = customer()
    with pytest.raises(Invalid) as refused:
        actions.open_agreement(actor=SETUP, customer_id=of.pk, entry=agreement_entry(deliverables=said), now=NOW)
    assert set(refused.value.fields) == {"deliverables"}
    measured = agreement_entry(deliverables="尽快回复，最迟30分钟；每周一次报表")
    number = actions.open_agreement(actor=SETUP, customer_id=of.pk, entry=measured, now=NOW)
    with pytest.raises(Invalid):
        actions.revise_agreement(actor=SETUP, number=number, entry=agreement_entry(deliverables=said), now=NOW)


def test_agreement__a_draft_changes_in_place() -> None:
    code = standard()
    made = agreement(customer(), code, start=False)
    entry = agreement_entry(title="新标题", items=(ItemEntry(service="快递"), ItemEntry(service="零担")))
    assert actions.revise_agreement(actor=SETUP, number=made.number, entry=entry, now=NOW) == 1
    (version,) = queries.versions_of(actor=SETUP, agreement_id=made.pk)
    assert ([item.service for item in version.items], list(version.standards)) == (["快递", "零担"], [])
    assert queries.get_agreement(actor=SETUP, number=made.number).title == "新标题"


@pytest.mark.req("AGRE-02", partial="appraisal")
def test_agreement__its_owner_is_reminded_before_review_and_end() -> None:
    manager = organization.staff(roles=("account_manager",))
    actor = organization.actor_of(manager)
    of = customer(manager)
    near = agreement(of, review_on=TODAY + 60 * DAY, valid_until=TODAY + 200 * DAY)
    agreement(of, review_on=TODAY + 61 * DAY, valid_until=TODAY + 200 * DAY)
    ending = agreement(of, review_on=None, valid_until=TODAY + 5 * DAY)
    agreement(of, start=False, review_on=TODAY)
    found = queries.due_reviews(actor=actor, now=NOW)
    assert [row.number for row in found] == [ending.number, near.number]
    assert list(queries.due_reviews(actor=organization.actor(), now=NOW)) == []


def test_agreement__the_signed_copy_is_seen_by_those_who_see_the_agreement() -> None:
    made = agreement(customer(organization.staff(organization.unit(name="南区"))))
    stored = actions.add_signed(
        actor=SETUP, number=made.number, content=b"%PDF-1.4\n%signed\n", filename="协议.pdf", now=NOW
    )
    assert files.get_file(actor=organization.actor(), file_id=stored).name == "协议.pdf"
    stranger = organization.actor(organization.unit(name="北区"), roles=("outlet",))
    with pytest.raises(NotFound):
        files.get_file(actor=stranger, file_id=stored)
    with pytest.raises(Invalid) as refused:
        actions.add_signed(actor=SETUP, number=made.number, content=b"MZ\x90\x00", filename="a.exe", now=NOW)
    assert set(refused.value.fields) == {"file"}


def test_agreement__follows_a_merge_and_a_leaver() -> None:
    leaver, heir = organization.staff(), organization.staff()
    gone, kept = customer(leaver), customer(leaver)
    made = agreement(gone)
    customer_actions.merge_customers(actor=SETUP, from_id=gone.pk, into_id=kept.pk, reason="", now=NOW)
    made.refresh_from_db()
    assert made.customer_id == kept.pk
    actions.pass_agreements(actor=SETUP, from_staff_id=leaver.pk, to_staff_id=heir.pk, agreement_ids=None, now=NOW)
    made.refresh_from_db()
    assert made.owner_id == heir.pk


def row(**given: Any) -> Agreement:
    of = customer()
    values = {
        "number": "AG-X", "customer_id": of.pk, "owner_id": of.owner_id, "scope_unit_id": 1, "title": "t",
        "valid_from": TODAY, "opened_at": NOW, **given,
    }  # fmt: skip
    return Agreement.objects.create(**values)


def _version(**given: Any) -> AgreementVersion:
    values = {"version": 1, "valid_from": TODAY, "made_at": NOW, "actor_kind": "system", "actor_id": "t", **given}
    return AgreementVersion.objects.create(**values)


def _twice(**given: Any) -> None:
    row(**given)
    row(**{**given, "number": given.get("number", "AG-Y")})


def _two_versions() -> None:
    made = row()
    _version(agreement=made)
    _version(agreement=made)


def _item(**given: Any) -> None:
    AgreementItem.objects.create(version=_version(agreement=row()), position=0, **{"service": "s", **given})


def _carried(*, times: int = 1, **given: Any) -> None:
    version = _version(agreement=row())
    held = Standard.objects.get(code=standard())
    for _time in range(times):
        AgreementStandard.objects.create(version=version, standard=held, **given)


@pytest.mark.parametrize(
    ("name", "violate"),
    [
        ("agreement_number_once", lambda: _twice(number="AG-X")),
        ("agreement_external_once", lambda: _twice(external_system="a", external_ref="1")),
        ("agreement_state_known", lambda: row(state="mood")),
        ("agreement_titled", lambda: row(title="")),
        ("agreement_span_right", lambda: row(valid_until=TODAY - DAY)),
        ("agreement_closed_has_end", lambda: row(state="expired")),
        ("agreement_end_explained", lambda: row(state="ended", valid_until=TODAY)),
        ("agreement_mode_known", lambda: row(mode="mood")),
        ("agreement_version_once", _two_versions),
        ("agreement_item_named", lambda: _item(service="")),
        ("agreement_price_not_negative", lambda: _item(price=-1)),
        ("agreement_standard_once", lambda: _carried(times=2)),
        ("agreement_own_number_positive", lambda: _carried(number=0)),
    ],
)
def test_constraint__refuses(name: str, violate: Callable[[], None]) -> None:
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        violate()
