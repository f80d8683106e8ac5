"""Before the customer calls: the system opens cases for goods that are late or silent (SHIP-08, CASE-25)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, numbering, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.outbox import Mode
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Channel, CustomerSummary
from zhike.record.organization import queries as organization
from zhike.record.shipments import queries as shipments
from zhike.service.cases import events, queries
from zhike.service.cases.actions import _parts
from zhike.service.cases.models import Case, CaseGoods, CaseMove, Category, OwnerSpell
from zhike.service.cases.policies import GROUP_FROM, HANDLE, HIGH_CLASSES, HIGH_MARKS
from zhike.service.cases.rules import words_of
from zhike.service.cases.types import CASE_SERIES, CaseKind, CaseState, Origin, Severity
from zhike.service.cases.types.defaults import LATE, NO_SCAN
from zhike.service.cases.types.words import OPENED_NOTE

IDS_AN_EVENT = 1000
SUBJECTS: Mapping[str, str | Promise] = {
    LATE: _("Late: %(waybill)s"),
    NO_SCAN: _("No scan: %(waybill)s"),
}
MANY: Mapping[str, str | Promise] = {
    LATE: _("Late together: %(count)s shipments, %(waybill)s and others"),
    NO_SCAN: _("No scan together: %(count)s shipments, %(waybill)s and others"),
}


@dataclass(frozen=True, slots=True)
class _Matter:
    """What one case is about: one shipment, or many of one customer that stand still together."""

    customer_id: int
    waybills: Sequence[str]
    shipment_ids: Sequence[int]


@action
def open_for_shipments(*, actor: Actor, shipment_ids: Sequence[int], category: str, now: datetime) -> list[int]:
    """See to it that each of these shipments that has a customer has an open case; returns the ids of new ones.

    Set-based. A shipment that is told of twice, or by two reasons, gets one case; an open case of the shipment stands
    for it. Where so many of one customer come at once that a disruption is behind it (`cases.group_from`), they are
    one case together, and those that follow while it is open join it. History opens nothing.
    """
    authorize(actor, HANDLE)
    word = queries.category_of(actor=actor, code=category)
    rows = shipments.shipment_rows(actor=actor).filter(
        pk__in=shipment_ids, customer__isnull=False, is_open=True, mode=Mode.LIVE.value
    )
    goods = list(rows.order_by("customer_id", "pk").values_list("pk", "waybill", "customer_id"))
    for customer_id in sorted({one[2] for one in goods}):
        _parts.lock_customer(customer_id)
    minded = _minded([pk for pk, _waybill, _customer in goods])
    matters = _matters([one for one in goods if one[0] not in minded], word, now)
    if not matters:
        return []
    files = customers.summaries(actor=actor, customer_ids={one.customer_id for one in matters})
    owners = queries.owners_for(actor=actor, customers=list(files.values()), now=now)
    staff = {s.pk: s for s in organization.staff_rows(actor=actor).filter(pk__in=set(owners.values()))}
    cases = [
        Case(
            number=number,
            customer_id=one.customer_id,
            shipment_id=one.shipment_ids[0] if len(one.shipment_ids) == 1 else None,
            kind=CaseKind.ENQUIRY.value,
            category=word,
            severity=severity,
            origin=Origin.WATCH.value,
            channel=Channel.SYSTEM.value,
            subject=_subject(category, one),
            zone=files[one.customer_id].zone,
            language=files[one.customer_id].language,
            opened_at=now,
            received_at=now,
            owner_id=owners[one.customer_id],
            scope_unit_id=staff[owners[one.customer_id]].unit.tree_no,
            state=CaseState.NEW.value,
            state_since=now,
        )
        for number, one, severity in zip(
            numbering.take(CASE_SERIES.key, len(matters)), matters, _severities(matters, files, now), strict=True
        )
    ]
    insert(actor, cases, reason=Origin.WATCH, now=now)
    _add_goods([(case.pk, one.shipment_ids) for case, one in zip(cases, matters, strict=True)], now)
    return [case.pk for case in cases]


def _minded(shipment_ids: Sequence[int]) -> set[int | None]:
    """Those that have an open case already, alone or among others. Two queries."""
    alone = Case.objects.open().filter(shipment_id__in=shipment_ids).values_list("shipment_id", flat=True)
    among = CaseGoods.objects.filter(shipment_id__in=shipment_ids).exclude(case__state=CaseState.CLOSED.value)
    return {*alone, *among.values_list("shipment_id", flat=True)}


def _matters(goods: Sequence[tuple[int, str, int]], word: Category, now: datetime) -> list[_Matter]:
    """One a shipment, one a customer where many come at once; those of an open group join it."""
    together = parameters.value(GROUP_FROM, at=now)
    of_customer: dict[int, list[tuple[int, str]]] = {}
    for pk, waybill, customer_id in goods:
        of_customer.setdefault(customer_id, []).append((pk, waybill))
    open_groups = dict(
        Case.objects.open()
        .filter(customer_id__in=of_customer, category=word, origin=Origin.WATCH.value, shipment__isnull=True)
        .order_by("pk")
        .values_list("customer_id", "pk")
    )
    joining = [(open_groups[c], [pk for pk, _w in found]) for c, found in of_customer.items() if c in open_groups]
    _add_goods(joining, now)
    matters: list[_Matter] = []
    for customer_id, found in of_customer.items():
        if customer_id in open_groups:
            continue
        parts = [found] if len(found) >= together else [[one] for one in found]
        matters += [_Matter(customer_id, [w for _pk, w in part], [pk for pk, _w in part]) for part in parts]
    return matters


def _add_goods(groups: Sequence[tuple[int, Sequence[int]]], now: datetime) -> None:
    """The shipments of cases about several."""
    known = set(CaseGoods.objects.filter(case_id__in=[pk for pk, _ids in groups]).values_list("case_id", flat=True))
    CaseGoods.objects.bulk_create(
        [
            CaseGoods(case_id=case_id, shipment_id=pk, at=now)
            for case_id, ids in groups
            if len(ids) > 1 or case_id in known
            for pk in ids
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def _severities(matters: Sequence[_Matter], files: Mapping[int, CustomerSummary], now: datetime) -> list[str]:
    """High where many stand still together, and for those whom the company has named: value classes, special marks."""
    classes = words_of(parameters.value(HIGH_CLASSES, at=now))
    marks = words_of(parameters.value(HIGH_MARKS, at=now))

    def named(file: CustomerSummary) -> bool:
        of_class, of_marks = file.standing.get("class"), file.standing.get("special_marks")
        held = {str(one).casefold() for one in (of_marks.data or ())} if of_marks is not None else set()
        return (of_class is not None and of_class.text.casefold() in classes) or not marks.isdisjoint(held)

    return [
        (Severity.HIGH if len(one.shipment_ids) > 1 or named(files[one.customer_id]) else Severity.NORMAL).value
        for one in matters
    ]


def insert(actor: Actor, cases: list[Case], *, reason: Origin, now: datetime) -> None:
    """New cases of the system's own doing, with owners, clocks and what everybody is told. Set-based."""
    Case.objects.bulk_create(cases, batch_size=500)
    OwnerSpell.objects.bulk_create([OwnerSpell(case=c, staff_id=c.owner_id, valid_from=now) for c in cases])
    CaseMove.objects.bulk_create(
        [
            CaseMove(
                case=c, at=now, to_state=c.state, actor_kind=actor.kind.value, actor_id=actor.id, reason=reason.value
            )
            for c in cases
        ]
    )
    held = list(Case.objects.filter(pk__in=[c.pk for c in cases]).select_related("category", "owner__unit", "shipment"))
    _parts.start_clocks(held, by=actor, now=now)
    _parts.refresh_due(held)
    Case.objects.bulk_update(held, _parts.DUE_FIELDS, batch_size=500)
    _parts.tell_browsers(held)
    _parts.note_on_timelines(held, OPENED_NOTE, now=now)
    audit.record(
        actor,
        events.CasesOpened(subject=("cases", len(cases)), after={"cases": [c.number for c in cases]}),
        now=now,
    )
    outbox.emit_many(
        [
            events.CasesOpenedEvent(
                case_ids=[c.pk for c in part], customer_ids=sorted({c.customer_id for c in part}), proactive=True
            )
            for part in _portions(cases)
        ],
        now=now,
    )


def _portions(cases: Sequence[Case]) -> list[Sequence[Case]]:
    return [cases[start : start + IDS_AN_EVENT] for start in range(0, len(cases), IDS_AN_EVENT)]


def _subject(category: str, one: _Matter) -> str:
    """The subject in the company's language: it is read at the desk."""
    with translation.override(settings.LANGUAGE_CODE):
        if len(one.waybills) > 1:
            return str(MANY.get(category, MANY[LATE])) % {"count": len(one.waybills), "waybill": one.waybills[0]}
        return str(SUBJECTS.get(category, SUBJECTS[LATE])) % {"waybill": one.waybills[0]}
