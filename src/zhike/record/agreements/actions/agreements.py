"""Agreements: drafted, put in force, changed by versions, ended (AGRE-02)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, clock, files, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.files.types import DOCUMENTS, IMAGES, Purpose
from zhike.platform.numbering import next_number
from zhike.record.agreements import events
from zhike.record.agreements.models import Agreement, AgreementItem, AgreementStandard, AgreementVersion
from zhike.record.agreements.policies import EDIT, right_to_change, scope
from zhike.record.agreements.queries.standards import codes_on, listed_words
from zhike.record.agreements.rules.agreements import agreement_errors, has_expired, may_start, revision_errors
from zhike.record.agreements.types import (
    AGREEMENT_SERIES,
    AgreementClosed,
    AgreementEntry,
    AgreementState,
    StillDraft,
)
from zhike.record.customers import queries as customers
from zhike.record.organization import queries as organization
from zhike.record.organization.policies import HAND_OVER

SIGNED = Purpose(code="agreements.signed", label=_("Signed agreements"), types=DOCUMENTS | IMAGES, right=EDIT)
MOST_REASON = 300
EXPIRE_AT_ONCE = 1000
_DAY = timedelta(days=1)
_CLOSED = {AgreementState.ENDED.value, AgreementState.EXPIRED.value}


@action
def open_agreement(
    *, actor: Actor, customer_id: int, entry: AgreementEntry, owner_id: int | None = None, now: datetime
) -> str:
    """Draft an agreement; whoever is responsible for the customer looks after it. Returns its number."""
    customer = customers.summary(actor=actor, customer_id=customer_id)
    authorize(actor, EDIT, subject=("customer", customer.id))
    known = _checked(entry)
    owner = organization.assignee(actor=actor, staff_id=owner_id or customer.owner.id)
    row = Agreement.objects.create(
        number=next_number(AGREEMENT_SERIES.key),
        customer_id=customer.id,
        owner_id=owner.id,
        scope_unit_id=customer.scope_unit_id,
        title=entry.title.strip(),
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        review_on=entry.review_on,
        opened_at=now,
    )
    _write(actor, row, entry, known, now)
    audit.record(
        actor,
        events.AgreementOpened(
            subject=("agreement", row.pk), after={"number": row.number, "customer": customer.id, **_said(entry)}
        ),
        now=now,
    )
    return row.number


@action
def revise_agreement(*, actor: Actor, number: str, entry: AgreementEntry, reason: str = "", now: datetime) -> int:
    """Change a draft, or give an agreement in force its next version from `entry.valid_from` on. Returns which.

    A version needs a `reason`; a draft, which binds nobody, does not.
    """
    row = _locked(actor, number)
    _authorize(actor, row)
    if row.state in _CLOSED:
        raise AgreementClosed
    last = AgreementVersion.objects.get(agreement=row, version=row.version)
    since = last.valid_from if row.state == AgreementState.IN_FORCE.value else None
    known, why = _checked(entry, reason=reason, since=since), reason.strip()[:MOST_REASON]
    if row.state == AgreementState.DRAFT.value:
        AgreementItem.objects.filter(version=last).delete()
        AgreementStandard.objects.filter(version=last).delete()
        row.valid_from = entry.valid_from
        last.valid_from, last.deliverables = entry.valid_from, entry.deliverables.strip()
        last.save(update_fields=["valid_from", "deliverables"])
        _fill(last, entry, known)
    else:
        last.until = entry.valid_from - _DAY
        last.save(update_fields=["until"])
        row.version += 1
        _write(actor, row, entry, known, now, reason=why)
    before = {"title": row.title, "valid_until": row.valid_until, "review_on": row.review_on}
    row.title, row.valid_until, row.review_on = entry.title.strip(), entry.valid_until, entry.review_on
    row.save()
    audit.record(
        actor,
        events.AgreementChanged(
            subject=("agreement", row.pk),
            before=before,
            after={"version": row.version, **_said(entry)},
            reason=why,
        ),
        now=now,
    )
    _tell(row, now)
    return row.version


@action
def start_agreement(*, actor: Actor, number: str, now: datetime) -> None:
    """Put a draft in force: from its first day on its standards hold and its times set the clocks."""
    row = _locked(actor, number)
    _authorize(actor, row)
    if row.state == AgreementState.IN_FORCE.value:
        return
    if row.state in _CLOSED:
        raise AgreementClosed
    if not may_start(AgreementItem.objects.filter(version__agreement=row).count()):
        raise Invalid.of("items", "required", _("Name at least one service before the agreement begins to hold."))
    row.state = AgreementState.IN_FORCE.value
    row.save(update_fields=["state"])
    audit.record(actor, events.AgreementStarted(subject=("agreement", row.pk), after={"state": row.state}), now=now)
    _tell(row, now)


@action
def add_signed(*, actor: Actor, number: str, content: bytes, filename: str, now: datetime) -> int:
    """Keep the signed copy with the present version; returns the file's id. Raises Invalid on the field `file`."""
    row = _locked(actor, number)
    _authorize(actor, row)
    stored = files.store(actor=actor, content=content, filename=filename, purpose=SIGNED, now=now)
    AgreementVersion.objects.filter(agreement=row, version=row.version).update(signed_file_id=stored.id)
    audit.record(
        actor,
        events.AgreementSigned(subject=("agreement", row.pk), after={"version": row.version, "file": stored.id}),
        now=now,
    )
    return stored.id


@action
def end_agreement(*, actor: Actor, number: str, last_day: date, reason: str, now: datetime) -> None:
    """End an agreement before its time; it holds until `last_day`."""
    row = _locked(actor, number)
    _authorize(actor, row)
    if row.state == AgreementState.DRAFT.value:
        raise StillDraft
    if row.state in _CLOSED:
        raise AgreementClosed
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Write why the agreement ends."))
    if last_day < row.valid_from or (row.valid_until is not None and last_day > row.valid_until):
        raise Invalid.of("last_day", "outside", _("The last day lies within the time of the agreement."))
    before = {"state": row.state, "valid_until": row.valid_until}
    row.state, row.valid_until, row.ended_because = AgreementState.ENDED.value, last_day, reason.strip()[:MOST_REASON]
    row.save(update_fields=["state", "valid_until", "ended_because"])
    audit.record(
        actor,
        events.AgreementEnded(
            subject=("agreement", row.pk),
            before=before,
            after={"state": row.state, "valid_until": last_day},
            reason=row.ended_because,
        ),
        now=now,
    )
    _tell(row, now)


@action
def assign_agreement(*, actor: Actor, number: str, staff_id: int, now: datetime) -> None:
    """Give an agreement to another responsible person."""
    row = _locked(actor, number)
    _authorize(actor, row)
    target = organization.assignee(actor=actor, staff_id=staff_id)
    before, row.owner_id = {"owner": row.owner_id}, target.id
    row.save(update_fields=["owner_id"])
    audit.record(
        actor,
        events.AgreementsPassed(subject=("agreement", row.pk), before=before, after={"owner": target.id}),
        now=now,
    )


@action
def pass_agreements(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, agreement_ids: Sequence[int] | None, now: datetime
) -> int:
    """Give a leaver's drafts and agreements in force, or these of them, to a colleague; returns how many."""
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id))
    rows = Agreement.objects.filter(scope(actor), owner_id=from_staff_id).exclude(state__in=_CLOSED)
    if agreement_ids is not None:
        rows = rows.filter(pk__in=agreement_ids)
    target = organization.assignee(actor=actor, staff_id=to_staff_id)
    changed = Agreement.objects.filter(pk__in=rows.values("pk")).update(owner_id=target.id)
    audit.record(
        actor,
        events.AgreementsPassed(
            subject=("staff", from_staff_id),
            before={"owner": from_staff_id},
            after={"owner": target.id, "agreements": changed},
        ),
        now=now,
    )
    return changed


@action
def expire_agreements(*, actor: Actor, now: datetime) -> int:
    """Mark agreements whose last day has passed where the customer is; returns how many."""
    authorize(actor, EDIT)
    rows = Agreement.objects.select_related("customer").select_for_update(of=("self",), skip_locked=True)
    near = rows.filter(state=AgreementState.IN_FORCE.value, valid_until__lte=now.date() + _DAY).order_by("pk")
    past = [
        row
        for row in near[:EXPIRE_AT_ONCE]
        if has_expired(row.state, row.valid_until, clock.local_date(now, row.customer.zone))
    ]
    if not past:
        return 0
    Agreement.objects.filter(pk__in=[row.pk for row in past]).update(state=AgreementState.EXPIRED.value)
    audit.record(
        actor,
        events.AgreementsExpired(subject=("agreements", len(past)), after={"agreements": [row.number for row in past]}),
        now=now,
    )
    for row in past:
        row.state = AgreementState.EXPIRED.value
        _tell(row, now)
    return len(past)


def _locked(actor: Actor, number: str) -> Agreement:
    rows = Agreement.objects.filter(scope(actor), number=number.strip().upper()).select_related("customer")
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound
    return found


def _authorize(actor: Actor, row: Agreement) -> None:
    holders = {row.owner_id, row.customer.owner_id}
    authorize(actor, right_to_change(actor, holders=holders), subject=("agreement", row.pk))


def _checked(entry: AgreementEntry, *, reason: str = "", since: date | None = None) -> Mapping[str, int]:
    """Standards of the first day by number; raises Invalid. `since` is the first day of the version in force."""
    known = codes_on(entry.valid_from)
    wrong = agreement_errors(entry, known.keys(), listed_words())
    if since is not None:
        wrong |= revision_errors(entry, reason=reason, since=since)
    if wrong:
        raise Invalid(wrong)
    return known


def _write(
    actor: Actor, row: Agreement, entry: AgreementEntry, known: Mapping[str, int], now: datetime, *, reason: str = ""
) -> None:
    version = AgreementVersion.objects.create(
        agreement=row,
        version=row.version,
        valid_from=entry.valid_from,
        deliverables=entry.deliverables.strip(),
        reason=reason,
        made_at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
    )
    _fill(version, entry, known)


def _fill(version: AgreementVersion, entry: AgreementEntry, known: Mapping[str, int]) -> None:
    AgreementItem.objects.bulk_create(
        [
            AgreementItem(
                version=version,
                position=position,
                service=item.service.strip()[:200],
                price=item.price,
                currency=item.currency,
                per=item.per.strip()[:40],
                tariff=item.tariff.strip()[:120],
            )
            for position, item in enumerate(entry.items)
        ]
    )
    carried = {one.standard: one for one in entry.standards}
    AgreementStandard.objects.bulk_create(
        [
            AgreementStandard(version=version, standard_id=known[code], number=one.number)
            for code, one in carried.items()
        ]
    )


def _said(entry: AgreementEntry) -> dict[str, object]:
    return {
        "title": entry.title,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "review_on": entry.review_on,
        "services": [item.service for item in entry.items],
        "standards": [one.standard for one in entry.standards],
    }


def _tell(row: Agreement, now: datetime) -> None:
    outbox.emit(events.AgreementMovedEvent(agreement_id=row.pk, customer_id=row.customer_id, state=row.state), now=now)
