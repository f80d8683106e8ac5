from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F

from zhike.platform.audit.models import AuditEntry
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.errors import Forbidden, Invalid
from zhike.record.agreements import actions, queries
from zhike.record.agreements.models import ServiceTarget, TargetChange
from zhike.record.agreements.tests.factories import SECOND, agreement, changed, first_response, proposed, target
from zhike.record.agreements.types import ChangeClosed, ChangeOpen, LaterRow
from zhike.record.customers import actions as customer_actions
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.customers.types import CLASS, StandingEntry
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def holds(customer_id: int, category: str = "late", at: datetime = NOW) -> dict[str, timedelta]:
    found = queries.targets_for(actor=SETUP, category=category, customer_ids=[customer_id], at=at)[customer_id]
    return {measure.value: one.budget for measure, one in found.items()}


def row(**given: Any) -> None:
    values = {"measure": "solution", "category": "x", "budget": HOUR, "valid_from": NOW, "source": "s", **given}
    ServiceTarget.objects.create(**values)


def two_at_once() -> None:
    row()
    row(valid_from=NOW + DAY)


@pytest.mark.req("CASE-08")
def test_targets__the_most_particular_row_holds_category_before_class() -> None:
    plain, important = customer(), customer()
    customer_actions.set_standing(
        actor=SETUP,
        entries=[StandingEntry(customer_id=important.pk, kind=CLASS.code, text="A", as_of=NOW)],
        source="tests",
        now=NOW,
    )
    assert holds(plain.pk) == {"first_response": 2 * HOUR, "solution": 24 * HOUR, "task_reply": 4 * HOUR}
    assert holds(important.pk) == {"first_response": HOUR, "solution": 16 * HOUR, "task_reply": 4 * HOUR}
    changed(category="late")
    assert holds(important.pk)["solution"] == holds(plain.pk)["solution"] == 8 * HOUR
    changed(category="late", customer_class="A", budget=HOUR)
    assert (holds(important.pk)["solution"], holds(plain.pk)["solution"]) == (HOUR, 8 * HOUR)
    assert holds(plain.pk, "fee")["solution"] == 24 * HOUR


def test_target__a_new_row_ends_the_one_before_and_history_stays() -> None:
    row_id = customer().pk
    changed(valid_from=NOW + DAY)
    assert holds(row_id)["solution"] == 24 * HOUR
    assert holds(row_id, at=NOW + DAY)["solution"] == 8 * HOUR
    with pytest.raises(LaterRow):
        proposed(budget=6 * HOUR)
    # What is approved for a later day can be replaced from that day on: an undo.
    gone = TargetChange.objects.get()
    changed(budget=24 * HOUR, valid_from=NOW + DAY)
    # The row that would have begun and ended in one moment is none; the change that made it still tells of it.
    assert not ServiceTarget.objects.filter(valid_until=F("valid_from")).exists()
    gone.refresh_from_db()
    assert (gone.made_id, gone.budget, TargetChange.objects.latest("pk").replaced_id) == (
        None,
        8 * HOUR,
        gone.replaced_id,
    )
    assert queries.is_overtaken(actor=SETUP, change=gone, now=NOW + DAY)
    assert holds(row_id, at=NOW + DAY)["solution"] == 24 * HOUR
    changed(budget=None, now=NOW + 2 * DAY)
    assert holds(row_id, at=NOW + DAY)["solution"] == 24 * HOUR
    assert "solution" not in holds(row_id, at=NOW + 3 * DAY)


def test_target__needs_time_a_reason_a_source_and_no_vague_word() -> None:
    with pytest.raises(Invalid) as refused:
        proposed(budget=timedelta(0), source=" ", reason="尽快回复客户", valid_from=NOW - DAY)
    assert set(refused.value.fields) == {"budget", "source", "reason", "valid_from"}
    assert refused.value.fields["reason"][0].code == "vague"
    with pytest.raises(Invalid) as refused:
        proposed(budget=24 * HOUR)
    assert refused.value.fields["budget"][0].code == "unchanged"
    with pytest.raises(Invalid) as refused:
        proposed(budget=None, category="late")
    assert refused.value.fields["deed"][0].code == "nothing_holds"
    assert not TargetChange.objects.exists()
    # A number beside the word says what it means.
    proposed(reason="及时：24小时内答复的占95%")


def test_change__is_proposed_by_one_and_decided_by_another() -> None:
    quality, chief = (organization.actor(roles=(role,)) for role in ("quality", "supervisor"))
    both = organization.actor(roles=("admin",))
    rows = ServiceTarget.objects.count()
    for nobody in (organization.actor(), chief):
        with pytest.raises(Forbidden):
            actions.propose_target(actor=nobody, entry=target(), now=NOW)
    made = actions.propose_target(actor=both, entry=target(), now=NOW)
    with pytest.raises(ChangeOpen):
        actions.propose_target(actor=quality, entry=target(budget=HOUR), now=NOW)
    for other in (both, quality):
        with pytest.raises(Forbidden):
            actions.approve_target(actor=other, change_id=made, now=NOW)
    with pytest.raises(Forbidden):
        actions.withdraw_target(actor=quality, change_id=made, now=NOW)
    assert (ServiceTarget.objects.count(), TargetChange.objects.get().state) == (rows, "pending")
    assert [row.pk for row in queries.changes_to_decide(actor=chief)] == [made]
    assert not queries.changes_to_decide(actor=both).exists()
    assert not queries.change_rows(actor=organization.actor()).exists()
    actions.approve_target(actor=chief, change_id=made, note="同意", now=NOW + HOUR)
    row = TargetChange.objects.get()
    assert (row.state, row.holds_from, row.made and row.made.budget) == ("approved", NOW + HOUR, 8 * HOUR)
    with pytest.raises(ChangeClosed):
        actions.approve_target(actor=chief, change_id=made, now=NOW + HOUR)
    log = AuditEntry.objects.filter(type__startswith="agreements.target_").order_by("pk").values_list("type", flat=True)
    assert list(log) == ["agreements.target_proposed", "agreements.target_approved"]


def test_change__refused_with_a_reason_or_withdrawn_leaves_everything_as_it_was() -> None:
    rows = list(ServiceTarget.objects.order_by("pk").values_list("pk", "valid_until"))
    made = proposed()
    with pytest.raises(Invalid):
        actions.refuse_target(actor=SECOND, change_id=made, note=" ", now=NOW)
    actions.refuse_target(actor=SECOND, change_id=made, note="人手不足", now=NOW)
    again = proposed()
    actions.withdraw_target(actor=SETUP, change_id=again, now=NOW)
    assert list(TargetChange.objects.order_by("pk").values_list("state", "note")) == [
        ("refused", "人手不足"),
        ("withdrawn", ""),
    ]
    assert list(ServiceTarget.objects.order_by("pk").values_list("pk", "valid_until")) == rows


def test_change__to_end_what_another_has_ended_is_answered_as_closed() -> None:
    changed(category="late", budget=6 * HOUR)
    made = proposed(category="late", budget=None, valid_from=NOW + 2 * DAY)
    # It ends meanwhile, as by a change that was decided before.
    ServiceTarget.objects.filter(category="late", measure="solution").update(valid_until=NOW + DAY)
    with pytest.raises(ChangeClosed) as refused:
        actions.approve_target(actor=SECOND, change_id=made, now=NOW + HOUR)
    assert refused.value.status == 409
    assert TargetChange.objects.get(pk=made).state == "pending"
    actions.refuse_target(actor=SECOND, change_id=made, note="已终止", now=NOW + HOUR)
    with pytest.raises(ChangeClosed):
        actions.approve_target(actor=SECOND, change_id=made, now=NOW + HOUR)


def test_change__keeps_a_class_as_the_analysis_writes_it() -> None:
    made = proposed(category="late", customer_class=" a ")
    assert TargetChange.objects.get(pk=made).customer_class == "A"
    with pytest.raises(ChangeOpen):
        proposed(category="late", customer_class="A")
    for wrong in ("甲", "a b", "1"):
        with pytest.raises(Invalid) as refused:
            proposed(category="damaged", customer_class=wrong)
        assert set(refused.value.fields) == {"customer_class"}
    found = queries.candidates(actor=SETUP, category="late", customer_class="a", customer_id=None, at=NOW)
    assert {one.customer_class for one in found} == {"A", ""}


def test_agreed_rows__go_by_the_day_of_the_customers_zone_and_by_the_right_to_agreements() -> None:
    of = customer(zone="Asia/Shanghai")
    agreement(of, first_response(45), valid_from=date(2026, 11, 24))
    # 17:00 UTC of the 23rd is the 24th in Shanghai, an hour before 16:00 is not.
    before, after = (datetime(2026, 11, 23, hour, 30, tzinfo=UTC) for hour in (15, 16))
    for at, count in ((before, 0), (after, 1)):
        assert queries.agreed_rows(actor=SETUP, at=at).count() == count
    admin = organization.actor(roles=("admin",))
    for without, count in (("agreements.view", 0), ("agreements.view_targets", 1)):
        reader = replace(admin, rights=admin.rights - {without})
        assert queries.agreed_rows(actor=reader, at=after).count() == count


def test_candidates__say_which_target_holds_and_which_come_after() -> None:
    of = customer()
    changed(category="late", budget=6 * HOUR)
    found = [
        (one.measure.value, one.budget, one.holds)
        for one in queries.candidates(actor=SETUP, category="late", customer_class="A", customer_id=None, at=NOW)
    ]
    assert found == [
        ("first_response", HOUR, True),
        ("first_response", 2 * HOUR, False),
        ("solution", 6 * HOUR, True),
        ("solution", 16 * HOUR, False),
        ("solution", 24 * HOUR, False),
        ("task_reply", 4 * HOUR, True),
    ]
    made = agreement(of, first_response(45))
    first = queries.candidates(actor=SETUP, category="late", customer_class="", customer_id=of.pk, at=NOW)[0]
    assert (first.agreement, first.budget, first.holds) == (made.number, timedelta(minutes=45), True)


def change_row(**given: Any) -> None:
    values = {
        "deed": "set",
        "measure": "solution",
        "budget": HOUR,
        "reason": "r",
        "source": "s",
        "proposed_at": NOW,
        "proposed_by_kind": "system",
        "proposed_by_id": "a",
        "proposed_by_person": "system:a",
        **given,
    }
    TargetChange.objects.create(**values)


def two_open() -> None:
    change_row()
    change_row()


@pytest.mark.parametrize(
    ("name", "violate"),
    [
        ("service_target_measure_known", lambda: row(measure="mood")),
        ("service_target_budget_positive", lambda: row(budget=timedelta(0))),
        ("service_target_source_given", lambda: row(source="")),
        ("service_target_span_right", lambda: row(valid_until=NOW - DAY)),
        ("service_target_no_overlap", two_at_once),
        ("service_target_counts_one_way", lambda: row(every_hour=True, calendar_id=default_calendar())),
        ("target_change_one_open", two_open),
        ("target_change_measure_known", lambda: change_row(measure="mood")),
        ("target_change_says_what", lambda: change_row(budget=None)),
        ("target_change_counts_one_way", lambda: change_row(every_hour=True, calendar_id=default_calendar())),
        ("target_change_says_why", lambda: change_row(reason="")),
        ("target_change_state_known", lambda: change_row(state="odd", decided_at=NOW, decided_by_id="b")),
        ("target_change_decided_when_closed", lambda: change_row(state="refused")),
        (
            "target_change_approved_by_another",
            lambda: change_row(
                state="approved",
                decided_at=NOW,
                decided_by_id="a",
                decided_by_person="system:a",
                holds_from=NOW,
            ),
        ),
        (
            "target_change_holds_once_approved",
            lambda: change_row(state="approved", decided_at=NOW, decided_by_id="b", decided_by_person="system:b"),
        ),
    ],
)
def test_constraint__refuses(name: str, violate: Callable[[], None]) -> None:
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        violate()
