"""Timelines: what was said, corrected, merged with other rooms, and erased."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import translation

from zhike.platform.accounts.models import User
from zhike.platform.actors import Actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.platform.files.models import StoredFile
from zhike.platform.outbox import Mode
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.types import Purpose
from zhike.record.customers import actions as customer_actions
from zhike.record.customers import queries as customer_queries
from zhike.record.customers.models import Contact, Customer
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer
from zhike.record.customers.types import Channel, ErasureBasis, Facet, TimelineCursor, TimelineEntry
from zhike.record.customers.types import protocols as registry
from zhike.record.interactions import actions, queries
from zhike.record.interactions.models import Attachment, Interaction, Letter
from zhike.record.interactions.tests.factories import call, log
from zhike.record.interactions.types import Audience, Direction, LoggedContact, NoteKind, SystemNote
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_log__moves_the_last_contact_of_customer_and_person() -> None:
    row = customer()
    person = contact(row)
    call(row, contact_id=person.pk, occurred_at=NOW - HOUR)
    call(row, contact_id=person.pk, occurred_at=NOW - 5 * HOUR, channel=Channel.MAIL)
    person.refresh_from_db()
    assert (person.last_contact_at, person.last_channel) == (NOW - HOUR, "call")
    assert Customer.objects.get(pk=row.pk).last_contact_at == NOW - HOUR
    logged = AuditEntry.objects.filter(type="interactions.logged").first()
    assert logged is not None
    assert logged.personal == {"after": {"subject": "", "body": "客户询问到货时间"}}
    assert OutboxEvent.objects.filter(type="interactions.added").count() == 2


def test_log__wrong_entries_are_all_named() -> None:
    row = customer()
    wrong = log(
        channel=Channel.SYSTEM, direction=Direction.NONE, body=" ", occurred_at=NOW + HOUR, zone="Mars/Base",
        audience=Audience.DEPARTMENT,
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        actions.log_contact(actor=SETUP, customer_id=row.pk, log=wrong, now=NOW)
    assert set(refused.value.fields) == {"channel", "direction", "body", "occurred_at", "zone", "audience_unit_id"}
    assert Interaction.objects.count() == 0


def test_log__somebody_elses_contact_is_refused() -> None:
    with pytest.raises(Invalid):
        call(customer(), contact_id=contact(customer()).pk)


def test_log__outside_reach_there_is_no_customer() -> None:
    row = customer(organization.staff(organization.unit(name="南区")))
    outlet = organization.actor(organization.unit(name="北区"), roles=("outlet",))
    with pytest.raises(NotFound):
        call(row, actor=outlet)
    with pytest.raises(Forbidden):
        call(row, actor=organization.actor(roles=("auditor",)))
    assert Interaction.objects.count() == 0


def test_log__a_call_of_ours_counts_in_the_persons_budget_unless_it_is_about_goods() -> None:
    row = customer()
    person = contact(row)
    call(row, contact_id=person.pk, direction=Direction.OUT, purpose=Purpose.RELATIONSHIP, occurred_at=NOW - HOUR)
    call(row, contact_id=person.pk, direction=Direction.OUT, occurred_at=NOW - 2 * HOUR)
    call(row, contact_id=person.pk, direction=Direction.IN, purpose=Purpose.RELATIONSHIP)
    call(row, direction=Direction.OUT, purpose=Purpose.RELATIONSHIP)
    counted = (
        ContactRecord.objects.filter(counts=True).order_by("pk").values_list("purpose", "channel", "at", "outcome")
    )
    assert list(counted) == [
        ("relationship", "call", NOW - HOUR, "made"),
        ("transactional", "call", NOW - 2 * HOUR, "made"),
    ]
    assert len(queries.timeline(actor=SETUP, customer_id=row.pk).entries) == 4


def test_note__is_seen_inside_only() -> None:
    row = customer()
    actions.add_note(actor=SETUP, customer_id=row.pk, body="明年搬到苏州", kind=NoteKind.RELOCATION, now=NOW)
    (entry,) = queries.timeline(actor=SETUP, customer_id=row.pk).entries
    assert (entry.channel, entry.audience, entry.body) == ("note", "internal", "明年搬到苏州")
    assert queries.timeline(actor=SETUP, customer_id=row.pk, facet=Facet.OUTSIDE).entries == ()


def test_correction__follows_and_the_struck_original_stays() -> None:
    row = customer()
    agent = organization.actor(roles=("agent",))
    first = call(row, actor=agent, body="要求周五送达")
    actions.correct_entry(actor=agent, interaction_id=first.pk, body="要求周四送达", now=NOW)
    entries = queries.timeline(actor=agent, customer_id=row.pk).entries
    assert [(e.body, e.struck, e.corrects, e.can_correct) for e in entries] == [
        ("要求周四送达", False, first.pk, True),
        ("要求周五送达", True, None, False),
    ]
    with pytest.raises(Conflict):
        actions.correct_entry(actor=agent, interaction_id=first.pk, body="周三", now=NOW)


def test_correction__of_a_colleague_is_the_supervisors() -> None:
    first = call(customer(), actor=organization.actor(roles=("agent",)))
    with pytest.raises(Forbidden):
        actions.correct_entry(
            actor=organization.actor(roles=("agent",)), interaction_id=first.pk, body="改一下", now=NOW
        )
    boss = organization.actor(roles=("supervisor",))
    assert actions.correct_entry(actor=boss, interaction_id=first.pk, body="改一下", now=NOW) > first.pk


def test_system_entry__is_rendered_in_the_readers_language() -> None:
    row = customer()
    note = SystemNote(message="%(count)s minute ago", params={"count": 3})
    actions.add_system_entry(actor=SETUP, customer_id=row.pk, note=note, occurred_at=NOW, now=NOW)
    with translation.override("en"):
        (entry,) = queries.timeline(actor=SETUP, customer_id=row.pk).entries
    assert (entry.subject, entry.audience, entry.can_correct) == ("3 minute ago", "system", False)


class Goods:
    """Another room's entries."""

    name = "goods"
    facets = frozenset({Facet.GOODS})

    def entries(
        self,
        *,
        actor: Actor,  # noqa: ARG002 - the protocol's signature
        customer_id: int,  # noqa: ARG002
        facet: Facet,  # noqa: ARG002
        after: TimelineCursor | None,
        limit: int,
    ) -> Sequence[TimelineEntry]:
        every = [
            TimelineEntry(at=NOW - number * HOUR, source="goods", key=number + 1, channel="goods", audience="system")
            for number in range(40)
        ]
        every.sort(key=lambda e: e.cursor, reverse=True)
        if after is not None and after.back:
            return [e for e in every if e.cursor > replace(after, back=False)][-limit:]
        return [e for e in every if after is None or e.cursor < after][:limit]


def test_timeline__merges_every_room_and_pages_without_loss(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    own = registry._timelines["interactions"]
    monkeypatch.setattr(registry, "_timelines", {"interactions": own, "goods": Goods()})
    row = customer()
    for number in range(25):
        call(row, occurred_at=NOW - number * HOUR, body=str(number))
    seen: list[TimelineEntry] = []
    after = None
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        while True:
            page = queries.timeline(actor=SETUP, customer_id=row.pk, after=after, limit=7)
            seen += page.entries
            if page.older is None:
                break
            after = page.older
    assert len(seen) == len({(e.source, e.key) for e in seen}) == 65
    assert seen == sorted(seen, key=lambda e: e.cursor, reverse=True)
    # And back: the same pages in the other order, up to the newest.
    back: list[TimelineEntry] = []
    before = replace(seen[-1].cursor, back=True)
    while True:
        page = queries.timeline(actor=SETUP, customer_id=row.pk, after=before, limit=7)
        back = [*page.entries, *back]
        if page.newer is None:
            break
        before = page.newer
    assert back == seen[:-1]
    goods = queries.timeline(actor=SETUP, customer_id=row.pk, facet=Facet.GOODS).entries
    assert {e.source for e in goods} == {"goods"}


def test_batch__the_same_contacts_twice_change_nothing() -> None:
    first, second = customer(), customer()
    batch = [
        LoggedContact(
            customer_id=row.pk, staff_id=None, log=log(external=("pbx", f"{row.pk}-{n}"), occurred_at=NOW - HOUR)
        )
        for row in (first, second)
        for n in range(3)
    ]
    assert actions.log_contacts(actor=SETUP, contacts=batch, mode=Mode.BACKFILL, now=NOW) == 6
    assert actions.log_contacts(actor=SETUP, contacts=batch, mode=Mode.BACKFILL, now=NOW) == 0
    assert Interaction.objects.count() == 6
    assert set(OutboxEvent.objects.filter(type="interactions.added").values_list("mode", flat=True)) == {"backfill"}


def test_merge__takes_the_timeline_along_and_back() -> None:
    gone, kept = customer(), customer()
    call(gone)
    customer_actions.merge_customers(actor=SETUP, from_id=gone.pk, into_id=kept.pk, reason="", now=NOW)
    assert len(queries.timeline(actor=SETUP, customer_id=kept.pk).entries) == 1
    customer_actions.undo_merge(actor=SETUP, from_id=gone.pk, now=NOW)
    assert len(queries.timeline(actor=SETUP, customer_id=gone.pk).entries) == 1


def test_group__adds_up_contacts() -> None:
    head, below = customer(), customer()
    customer_actions.link_group(actor=SETUP, customer_id=below.pk, parent_id=head.pk, now=NOW)
    call(head)
    call(below)
    call(below)
    view = customer_queries.group(actor=SETUP, customer_id=head.pk)
    assert view.totals["interactions"] == 3


def test_erasure__empties_texts_and_numbers_and_keeps_the_rows() -> None:
    row = customer()
    person = contact(row, name="陈静")
    call(row, contact_id=person.pk)
    admin = organization.actor(roles=("admin",))
    assert (
        customer_actions.erase_people(
            actor=admin, contact_ids=[person.pk], basis=ErasureBasis.CONSENT, reason="本人要求", now=NOW
        )
        == 2
    )
    person.refresh_from_db()
    assert (person.name, person.erased_at) == ("", NOW)
    (entry,) = queries.timeline(actor=SETUP, customer_id=row.pk).entries
    assert (entry.body, entry.redacted) == ("", True)
    assert Contact.objects.count() == 1


def test_entries__are_append_only() -> None:
    first = call(customer())
    rows = Interaction.objects.filter(pk=first.pk)
    for write in (lambda: rows.update(body="别的"), lambda: rows.update(occurred_at=NOW - HOUR), rows.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            write()
    rows.update(struck_at=NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(struck_at=None)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("interaction_channel_known", {"channel": "pigeon"}),
        ("interaction_direction_known", {"direction": "up"}),
        ("interaction_audience_known", {"audience": "world"}),
        ("interaction_note_known", {"note_kind": "joke"}),
        ("interaction_mode_known", {"mode": "dream"}),
        ("interaction_department_named", {"audience": "department"}),
        ("interaction_says_something", {"body": ""}),
        ("interaction_erased_is_empty", {"redacted_at": NOW}),
    ],
)
def test_constraint__is_named(constraint: str, values: dict[str, Any]) -> None:
    row = call(customer())
    kept = {f.attname: getattr(row, f.attname) for f in Interaction._meta.fields if f.attname not in _MADE}
    _refused(constraint, lambda: Interaction.objects.create(**{**kept, **values}))


_MADE = {"id", "changed_xid"}


def test_constraint__external_and_correction_stand_once() -> None:
    row = customer()
    first = call(row, external=("pbx", "1"))
    _refused("interaction_external_once", lambda: call(row, external=("pbx", "1")))
    kept = {f.attname: getattr(first, f.attname) for f in Interaction._meta.fields if f.attname not in _MADE}
    kept |= {"external_ref": "", "corrects_id": first.pk}
    Interaction.objects.create(**kept)
    _refused("interaction_corrected_once", lambda: Interaction.objects.create(**kept))


def _refused(constraint: str, write: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


def test_api__timeline_pages_both_ways(client: Client) -> None:
    row = customer()
    for number in range(5):
        call(row, occurred_at=NOW - number * HOUR, body=str(number))
    member = organization.staff(roles=("admin",))
    account = people.open_staff_account(
        actor=SETUP, staff_id=member.pk, username="admin1", password="correct horse battery", now=NOW
    )
    client.force_login(User.objects.get(pk=account.user_id))
    url = f"/api/v1/customers/{row.number}/timeline"

    def read(cursor: str = "") -> tuple[list[str], str | None, str | None]:
        page = client.get(f"{url}?limit=2&cursor={cursor}").json()
        return [one["body"] for one in page["items"]], page["previous"], page["next"]

    first, before, after = read()
    assert after is not None
    assert (first, before) == (["0", "1"], None)
    second, back, further = read(cursor=after)
    assert back is not None
    assert further is not None
    assert second == ["2", "3"]
    assert read(cursor=further)[::2] == (["4"], None)
    again, none_before, on = read(cursor=back)
    assert on is not None
    assert (again, none_before) == (["0", "1"], None)
    assert read(cursor=on)[0] == ["2", "3"]
    assert client.get(url, {"cursor": "x"}).status_code == 422


def test_letter__the_database_refuses_a_name_or_a_place_twice() -> None:
    ref = uuid4()
    first, second = call(customer()), call(customer())
    Letter.objects.create(interaction=first, ref=ref)
    with pytest.raises(IntegrityError, match="letter_ref_once"), transaction.atomic():
        Letter.objects.create(interaction=second, ref=ref)
    stored = StoredFile.objects.create(
        sha256="0" * 64,
        size=1,
        media_type="text/plain",
        name="a",
        purpose="x.y",
        actor_kind="system",
        actor_id="x",
        at=NOW,
    )
    Attachment.objects.create(interaction=first, file=stored, place=0)
    with pytest.raises(IntegrityError, match="attachment_place_once"), transaction.atomic():
        Attachment.objects.create(interaction=first, file=stored, place=0)
