from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.record.agreements import actions, queries
from zhike.record.agreements.models import Promise
from zhike.record.agreements.tests.factories import HOUR, NOW, SETUP, promise, promise_entry
from zhike.record.agreements.types import PastPromise, PromiseStands, PromiseState
from zhike.record.customers import actions as customer_actions
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import StillHolding

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def state(row: Promise) -> str:
    row.refresh_from_db()
    return row.state


def later(row: Promise) -> Promise:
    return Promise.objects.get(replaces=row)


@pytest.mark.req("AGRE-06")
def test_promise__has_time_person_text_and_whom() -> None:
    agent = organization.staff(organization.unit(name="客服一组"), roles=("agent",))
    by = organization.actor_of(agent)
    of = customer()
    person = contact(of)
    made = promise(of, by=by, contact_id=person.pk)
    assert (made.contact_id, made.text, made.due_at) == (person.pk, "16点前回电", NOW + 2 * HOUR)
    assert (made.promised_by_id, made.holder_id, made.unit_id) == (agent.pk, agent.pk, agent.unit_id)
    assert (made.number[:3], made.zone, made.state) == ("PM-", "Asia/Shanghai", "open")


def test_promise__is_refused_without_words_in_the_past_or_about_others() -> None:
    by, of = organization.actor(), customer()
    for changes, field in (
        ({"text": " "}, "text"),
        ({"due_at": NOW}, "due_at"),
        ({"due_at": NOW + timedelta(days=2000)}, "due_at"),
        ({"about": ("mood", "1")}, "about"),
        ({"contact_id": contact(customer()).pk}, "contact_id"),
    ):
        with pytest.raises(Invalid) as refused:
            actions.make_promise(actor=by, entry=promise_entry(of, **changes), now=NOW)
        assert set(refused.value.fields) == {field}
    with pytest.raises(Forbidden):
        actions.make_promise(actor=organization.actor(roles=("auditor",)), entry=promise_entry(of), now=NOW)
    assert Promise.objects.count() == 0


@pytest.mark.req("AGRE-06")
def test_promise__is_kept_at_its_time_at_the_latest_and_broken_after_it() -> None:
    by = organization.actor()
    kept, late = promise(by=by), promise(by=by)
    assert actions.keep_promise(actor=by, promise_id=kept.pk, now=kept.due_at) is PromiseState.KEPT
    after = late.due_at + MINUTE
    assert actions.keep_promise(actor=by, promise_id=late.pk, now=after) is PromiseState.BROKEN
    late.refresh_from_db()
    assert (late.state, late.done_at) == ("broken", after)
    # Done in time and written down later.
    third = promise(by=by)
    done = actions.keep_promise(actor=by, promise_id=third.pk, done_at=third.due_at - MINUTE, now=after)
    assert done is PromiseState.KEPT
    with pytest.raises(Conflict):
        actions.break_promise(actor=by, promise_id=third.pk, note="x", now=after)
    fourth = promise(by=by)
    with pytest.raises(Invalid) as refused:
        actions.keep_promise(actor=by, promise_id=fourth.pk, done_at=NOW - MINUTE, now=NOW + MINUTE)
    assert set(refused.value.fields) == {"done_at"}


def test_promise__broken_needs_its_reason_and_somebody_who_may_say_so() -> None:
    by = organization.actor()
    made = promise(by=by)
    with pytest.raises(Invalid):
        actions.break_promise(actor=by, promise_id=made.pk, note=" ", now=NOW)
    with pytest.raises(Forbidden):
        actions.break_promise(actor=organization.actor(), promise_id=made.pk, note="忘了", now=NOW)
    assert state(made) == "open"
    chief = organization.actor(roles=("supervisor",))
    actions.break_promise(actor=chief, promise_id=made.pk, note="网点未回复", now=NOW)
    made.refresh_from_db()
    assert (made.state, made.note, made.settled_by_id) == ("broken", "网点未回复", chief.staff_id)


@pytest.mark.req("AGRE-06")
def test_promise__renegotiated_in_time_stays_on_record_and_another_takes_its_place() -> None:
    by = organization.actor()
    made = promise(by=by)
    due = NOW + 6 * HOUR
    with pytest.raises(Invalid) as refused:
        actions.renegotiate_promise(actor=by, promise_id=made.pk, due_at=due, told=False, now=NOW + HOUR)
    assert set(refused.value.fields) == {"told"}
    actions.renegotiate_promise(actor=by, promise_id=made.pk, due_at=due, told=True, now=NOW + HOUR)
    made.refresh_from_db()
    new = later(made)
    assert (made.state, made.told_at, made.due_at, made.text) == (
        "renegotiated",
        NOW + HOUR,
        NOW + 2 * HOUR,
        "16点前回电",
    )
    assert (new.state, new.due_at, new.text) == ("open", due, "16点前回电")
    # After its time a new time does not mend it.
    again = due + HOUR
    actions.renegotiate_promise(actor=by, promise_id=new.pk, due_at=again + HOUR, told=True, now=again)
    assert (state(new), later(new).state) == ("broken", "open")


@pytest.mark.parametrize("deed", ["keep", "late", "break"])
def test_promise__what_became_of_it_is_taken_back_soon_after(deed: str) -> None:
    by = organization.actor()
    made = promise(by=by)
    at = made.due_at + (MINUTE if deed == "late" else -MINUTE)
    if deed == "break":
        actions.break_promise(actor=by, promise_id=made.pk, note="忘了", now=at)
    else:
        actions.keep_promise(actor=by, promise_id=made.pk, note="已回电", now=at)
    with pytest.raises(Forbidden):
        actions.reopen_promise(actor=organization.actor(), promise_id=made.pk, now=at)
    assert state(made) != "open"
    actions.reopen_promise(actor=by, promise_id=made.pk, now=at + HOUR)
    made.refresh_from_db()
    assert (made.state, made.done_at, made.settled_at, made.settled_by_id, made.note) == ("open", None, None, None, "")
    entry = AuditEntry.objects.get(type="agreements.promise_reopened")
    assert (entry.actor_id, entry.subject_id) == (by.id, str(made.pk))
    # It is open as before, and can be answered for again.
    assert actions.keep_promise(actor=by, promise_id=made.pk, done_at=NOW, now=at + HOUR) is PromiseState.KEPT


def test_promise__what_became_of_it_long_ago_stands() -> None:
    by = organization.actor()
    made = promise(by=by)
    with pytest.raises(PromiseStands):
        actions.reopen_promise(actor=by, promise_id=made.pk, now=NOW)
    actions.keep_promise(actor=by, promise_id=made.pk, now=NOW)
    with pytest.raises(PromiseStands):
        actions.reopen_promise(actor=by, promise_id=made.pk, now=NOW + HOUR + MINUTE)
    assert state(made) == "kept"


def test_promise__a_new_time_is_taken_back_with_the_promise_that_it_made_until_something_follows() -> None:
    by = organization.actor()
    made = promise(by=by)
    again = partial(
        actions.renegotiate_promise, actor=by, promise_id=made.pk, due_at=NOW + 6 * HOUR, told=True, now=NOW + HOUR
    )
    again()
    actions.reopen_promise(actor=by, promise_id=made.pk, now=NOW + HOUR)
    made.refresh_from_db()
    assert (made.state, made.told_at, made.due_at) == ("open", None, NOW + 2 * HOUR)
    assert list(Promise.objects.all()) == [made]
    again()
    actions.keep_promise(actor=by, promise_id=later(made).pk, now=NOW + HOUR)
    with pytest.raises(PromiseStands):
        actions.reopen_promise(actor=by, promise_id=made.pk, now=NOW + HOUR)
    assert (state(made), later(made).state) == ("renegotiated", "kept")


@pytest.mark.req("AGRE-06")
def test_promise__reminds_its_holder_before_and_is_shown_to_the_supervisor_after() -> None:
    by, chief = organization.actor(), organization.actor(roles=("supervisor",))
    made = promise(by=by)
    assert actions.watch_promises(actor=SETUP, now=NOW + HOUR - MINUTE) == (0, 0)
    assert list(queries.needing(actor=by, now=NOW + HOUR - MINUTE)) == []
    assert actions.watch_promises(actor=SETUP, now=NOW + HOUR) == (1, 0)
    assert actions.watch_promises(actor=SETUP, now=NOW + HOUR) == (0, 0)
    assert list(queries.needing(actor=by, now=NOW + HOUR)) == [made]
    assert list(queries.overdue_promises(actor=chief, now=made.due_at)) == []
    past = made.due_at + MINUTE
    assert actions.watch_promises(actor=SETUP, now=past) == (0, 1)
    assert list(queries.overdue_promises(actor=chief, now=past)) == [made]
    assert list(queries.overdue_promises(actor=by, now=past)) == []


def test_promise__passes_with_its_holder_and_who_gave_it_stays() -> None:
    leaver, heir = organization.staff(roles=("agent",)), organization.staff(roles=("agent",))
    made = promise(by=organization.actor_of(leaver))
    with pytest.raises(StillHolding):
        organization_actions.deactivate_staff(actor=SETUP, staff_id=leaver.pk, reason="x", now=NOW)
    organization_actions.hand_over(actor=SETUP, from_staff_id=leaver.pk, to_staff_id=heir.pk, kind="promises", now=NOW)
    made.refresh_from_db()
    assert (made.holder_id, made.promised_by_id) == (heir.pk, leaver.pk)


def test_promise__follows_a_merge_and_its_words_go_with_the_person() -> None:
    gone, kept = customer(), customer()
    person = contact(gone)
    made = promise(gone, contact_id=person.pk)
    customer_actions.merge_customers(actor=SETUP, from_id=gone.pk, into_id=kept.pk, reason="", now=NOW)
    made.refresh_from_db()
    assert made.customer_id == kept.pk
    assert actions.forget_people(actor=SETUP, contact_ids=[person.pk], now=NOW) == 1
    made.refresh_from_db()
    assert (made.text, made.note, made.redacted_at, made.due_at) == ("", "", NOW, NOW + 2 * HOUR)


def test_promise__outside_reach_does_not_exist_unless_one_holds_it() -> None:
    made = promise(customer(organization.staff(organization.unit(name="南区"))))
    stranger = organization.actor(organization.unit(name="北区"), roles=("outlet",))
    with pytest.raises(NotFound):
        queries.get_promise(actor=stranger, promise_id=made.pk)
    Promise.objects.filter(pk=made.pk).update(holder_id=stranger.staff_id)
    assert queries.get_promise(actor=stranger, promise_id=made.pk) == made


def test_load__takes_chains_of_a_history_and_reminds_nobody() -> None:
    of, by = customer(), organization.staff()
    entry = promise_entry(of, staff_id=by.pk, due_at=NOW - HOUR)
    second = PastPromise(entry=promise_entry(of, staff_id=by.pk, due_at=NOW + HOUR / 2), made_at=NOW - 2 * HOUR)
    first = PastPromise(
        entry=entry,
        made_at=NOW - 3 * HOUR,
        state=PromiseState.RENEGOTIATED,
        settled_at=NOW - 2 * HOUR,
        then=second,
    )
    past = PastPromise(entry=entry, made_at=NOW - 3 * HOUR)
    assert actions.load_promises(actor=SETUP, promises=[first, past], now=NOW) == 3
    old = Promise.objects.get(state="renegotiated")
    assert (old.told_at, later(old).due_at) == (NOW - 2 * HOUR, NOW + HOUR / 2)
    assert Promise.objects.filter(overdue_at__isnull=False).count() == 1
    assert actions.watch_promises(actor=SETUP, now=NOW + HOUR) == (0, 1)
    with pytest.raises(NotFound):
        actions.load_promises(
            actor=SETUP, promises=[PastPromise(entry=promise_entry(of, staff_id=10**9), made_at=NOW)], now=NOW
        )


def row(**given: Any) -> Promise:
    of = customer()
    values = {
        "number": "PM-X", "customer_id": of.pk, "promised_by_id": of.owner_id, "holder_id": of.owner_id,
        "unit_id": of.owner.unit_id, "scope_unit_id": 1, "text": "t", "made_at": NOW, "due_at": NOW + HOUR,
        "zone": "Asia/Shanghai", **given,
    }  # fmt: skip
    return Promise.objects.create(**values)


def _numbered_twice() -> None:
    row()
    row()


def _replaced_twice() -> None:
    first = row()
    row(number="PM-Y", replaces=first)
    row(number="PM-Z", replaces=first)


@pytest.mark.parametrize(
    ("name", "violate"),
    [
        ("promise_number_once", _numbered_twice),
        ("promise_replaced_once", _replaced_twice),
        ("promise_state_known", lambda: row(state="mood", settled_at=NOW)),
        ("promise_says_something", lambda: row(text="")),
        ("promise_due_later", lambda: row(due_at=NOW)),
        ("promise_settled_when", lambda: row(state="broken")),
        ("promise_kept_in_time", lambda: row(state="kept", settled_at=NOW, done_at=NOW + 2 * HOUR)),
        ("promise_renegotiated_told", lambda: row(state="renegotiated", settled_at=NOW)),
        ("promise_mode_known", lambda: row(mode="mood")),
    ],
)
def test_constraint__refuses(name: str, violate: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        violate()
