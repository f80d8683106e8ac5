"""Who was dissatisfied and brought no matter is spoken to: cases from what people answered in surveys (CASE-25)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhike.platform import numbering
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Channel
from zhike.record.organization import queries as organization
from zhike.service.cases import queries
from zhike.service.cases.actions import _parts
from zhike.service.cases.actions.proactive import insert
from zhike.service.cases.actions.raising import raise_to_complaint
from zhike.service.cases.models import Case, CaseGoods
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.rules import MAX_SUBJECT
from zhike.service.cases.types import (
    CASE_SERIES,
    SEVERITY_RANK,
    CaseKind,
    CaseState,
    Origin,
    Said,
    VoiceCase,
    VoiceEntry,
)
from zhike.service.cases.types.defaults import SURVEY

# Whose matter, about which parcel, or else from whom: voices that agree in it are one case.
_Matter = tuple[int, int | None, int | None]


@action
def open_for_voices(*, actor: Actor, entries: Sequence[VoiceEntry], now: datetime) -> Mapping[int, VoiceCase]:
    """See to it that each of these voices is heard in an open case; by `key`, the case. Set-based.

    The case that they were asked about takes it while it is open, else an open one on the same parcel, else one that
    an earlier survey opened with the same person, else a new one. A complaint makes one of a lesser case.
    """
    authorize(actor, HANDLE)
    for customer_id in sorted({one.customer_id for one in entries}):
        _parts.lock_customer(customer_id)
    found = _open_ones(entries)
    rest = [one for one in entries if one.key not in found]
    groups: dict[_Matter, list[VoiceEntry]] = {}
    for one in rest:
        groups.setdefault(_matter(one), []).append(one)
    made = _open(actor, list(groups.values()), now) if groups else []
    new = {one.key: case.pk for case, group in zip(made, groups.values(), strict=True) for one in group}
    held = {case.pk: case for case in _parts.hold(Case.objects.filter(pk__in={*found.values(), *new.values()}))}
    for one in entries:
        if one.key in found:
            _raise(actor, held[found[one.key]], one, now)
    return {
        key: VoiceCase(pk, held[pk].owner_id, held[pk].scope_unit_id, held[pk].owner.unit.calendar_id, new=key in new)
        for key, pk in {**found, **new}.items()
    }


def _open_ones(entries: Sequence[VoiceEntry]) -> dict[int, int]:
    """By key, the open case of the same customer that takes it. Three queries."""
    ids = {one.customer_id for one in entries}
    rows = Case.objects.open().filter(customer_id__in=ids).order_by("pk")
    cases = list(rows.only("pk", "customer_id", "shipment_id", "contact_id", "origin"))
    own = {(row.customer_id, row.pk): row.pk for row in cases}
    goods = {(row.customer_id, row.shipment_id): row.pk for row in cases if row.shipment_id is not None}
    among = CaseGoods.objects.filter(case__in=cases, shipment_id__in=_goods(entries))
    for case_id, whose, about in among.values_list("case_id", "case__customer_id", "shipment_id"):
        goods.setdefault((whose, about), case_id)
    people = {
        (row.customer_id, row.contact_id): row.pk
        for row in cases
        if row.origin == Origin.SURVEY.value and row.shipment_id is None and row.contact_id is not None
    }
    taken: dict[int, int] = {}
    for one in entries:
        found = own.get((one.customer_id, one.case_id or 0))
        if found is None and one.shipment_id is not None:
            found = goods.get((one.customer_id, one.shipment_id))
        elif found is None and one.contact_id is not None:
            found = people.get((one.customer_id, one.contact_id))
        if found is not None:
            taken[one.key] = found
    return taken


def _goods(entries: Sequence[VoiceEntry]) -> list[int]:
    return sorted({one.shipment_id for one in entries if one.shipment_id is not None})


def _matter(one: VoiceEntry) -> _Matter:
    if one.shipment_id is not None:
        return one.customer_id, one.shipment_id, None
    # Nobody knows who of the customer spoke: such voices are not taken for one another.
    return one.customer_id, None, one.contact_id if one.contact_id is not None else -one.key


def _open(actor: Actor, groups: Sequence[Sequence[VoiceEntry]], now: datetime) -> list[Case]:
    word = queries.category_of(actor=actor, code=SURVEY)
    files = customers.summaries(actor=actor, customer_ids={group[0].customer_id for group in groups})
    owners = queries.owners_for(actor=actor, customers=list(files.values()), now=now)
    staff = {s.pk: s for s in organization.staff_rows(actor=actor).filter(pk__in=set(owners.values()))}
    cases = []
    for number, group in zip(numbering.take(CASE_SERIES.key, len(groups)), groups, strict=True):
        first, file = group[0], files[group[0].customer_id]
        complains = any(one.kind is CaseKind.COMPLAINT for one in group)
        cases.append(
            Case(
                number=number,
                customer_id=file.id,
                contact_id=first.contact_id,
                shipment_id=first.shipment_id,
                kind=(CaseKind.COMPLAINT if complains else first.kind).value,
                category=word,
                severity=max((one.severity for one in group), key=lambda grade: SEVERITY_RANK[grade.value]).value,
                origin=Origin.SURVEY.value,
                channel=Channel.SYSTEM.value,
                subject=first.subject[:MAX_SUBJECT],
                zone=file.zone,
                language=file.language,
                opened_at=now,
                received_at=now,
                owner_id=owners[file.id],
                scope_unit_id=staff[owners[file.id]].unit.tree_no,
                state=CaseState.NEW.value,
                state_since=now,
            )
        )
    insert(actor, cases, reason=Origin.SURVEY, now=now)
    return cases


def _raise(actor: Actor, case: Case, one: VoiceEntry, now: datetime) -> None:
    if one.kind is not CaseKind.COMPLAINT:
        return
    said = Said(channel=Channel.SYSTEM, body="", kind=one.kind, severity=one.severity)
    if raise_to_complaint(actor, case, said, at=now, now=now):
        _parts.save(case)
