"""What cases offers to the rooms and doors around it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, files
from zhike.platform.actors import Actor, system_actor
from zhike.platform.search.types import Document, Hit, Numbers, Sight, register_numbers, register_source
from zhike.platform.ui.components import Clock, ClockState, Status
from zhike.record.agreements.types import register_subject
from zhike.record.customers.policies import keeping
from zhike.record.customers.types import (
    CardPlace,
    CustomerColumn,
    ErasedPeople,
    Label,
    NamingText,
    Via,
    register_card,
    register_customer_move,
    register_expiring,
    register_group_measure,
    register_keys,
    register_personal_data,
    register_personal_texts,
)
from zhike.record.organization.types import (
    HeldCounts,
    HeldItem,
    ScopeColumn,
    keep_as_history,
    register_holdings,
    register_unit_move,
)
from zhike.record.shipments.types import cards as shipment_cards
from zhike.service.cases import queries
from zhike.service.cases.actions import forget_authors, forget_cases, forget_people, pass_cases, pass_tasks
from zhike.service.cases.actions.forgetting import write_blanks
from zhike.service.cases.models import Case
from zhike.service.cases.policies import VIEW
from zhike.service.cases.queries import customers
from zhike.service.cases.queries import people as staff
from zhike.service.cases.types import CASE_SUBJECT, STATE_LABELS
from zhike.service.knowledge.types import register_matters, register_subjects

ERASING = system_actor("cases.erase")
SHOWN_NOW = 3


class HeldCases:
    """Open cases of which somebody is the owner."""

    kind = "cases"
    label: Label = _("Open cases")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        return staff.cases_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = staff.some_cases(staff_id, limit)
        return [HeldItem(pk, number, subject, reverse("desk:case", args=[pk])) for pk, number, subject in rows]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_cases(actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, case_ids=item_ids, now=now)


class HeldTasks:
    """Open tasks that somebody has in hand."""

    kind = "case_tasks"
    label: Label = _("Tasks of cases")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        return staff.tasks_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = staff.some_tasks(staff_id, limit)
        return [HeldItem(pk, number, title, reverse("cases:task", args=[pk])) for pk, number, title in rows]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_tasks(actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, task_ids=item_ids, now=now)


class OwnersOfCases:
    name = "cases"
    via = Via.CASE

    def customer_ids(self, *, actor: Actor, key: str) -> QuerySet[Any, Any]:
        return customers.customer_ids_by_number(actor=actor, key=key)


class CaseMeasure:
    code = "cases"
    label: Label = _("Cases")
    right = VIEW.code

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
        return dict(customers.case_counts(actor=actor, customer_ids=customer_ids))


def _deadline(row: Case) -> Clock | None:
    """The deadline that queues sort by; the case page has every clock."""
    return Clock(state=ClockState.RUNNING, due=row.next_due_at, zone=row.zone) if row.next_due_at else None


class CasesCard:
    """Open cases with the clock that runs out first, on the customer's first view."""

    code = "cases_now"
    label: Label = _("Cases")
    place = CardPlace.NOW
    right = VIEW.code
    order = 10
    template = "cases/card_now.html"

    def context(
        self,
        *,
        actor: Actor,
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,  # noqa: ARG002 - the protocol's signature
    ) -> Mapping[str, Any] | None:
        found = customers.cases_now(actor=actor, customer_id=customer_id)
        if not found:
            return None
        return {
            "cases": found[:SHOWN_NOW],
            "more": max(0, len(found) - SHOWN_NOW),
            "clock": _deadline(found[0]),
        }


class CasesTab:
    """Every case of the customer."""

    code = "cases"
    label: Label = _("Cases")
    place = CardPlace.TAB
    right = VIEW.code
    order = 15
    template = "cases/card_tab.html"

    def context(
        self,
        *,
        actor: Actor,
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,  # noqa: ARG002 - the protocol's signature
    ) -> Mapping[str, Any] | None:
        rows = customers.cases_of(actor=actor, customer_id=customer_id)
        return {"lines": [(row, Status(STATE_LABELS[row.state])) for row in rows]}


class CasesOfShipment:
    """Every case about a parcel, on its page."""

    code = "cases"
    label: Label = _("Cases")
    right = VIEW.code
    order = 10
    template = "cases/card_shipment.html"

    def context(
        self,
        *,
        actor: Actor,
        shipment_id: int,
        now: datetime,  # noqa: ARG002 - the protocol's signature
    ) -> Mapping[str, Any] | None:
        rows = customers.cases_of_shipment(actor=actor, shipment_id=shipment_id)
        lines = [(row, Status(STATE_LABELS[row.state]), None if row.closed_at else _deadline(row)) for row in rows]
        return {"lines": lines} if lines else None


class CaseTexts:
    """What cases say of a person."""

    name = "cases"
    label: Label = _("Texts of cases and tasks")

    def count(self, *, people: ErasedPeople) -> int:
        return staff.cases_of_people(people.contact_ids)

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return forget_people(actor=ERASING, contact_ids=people.contact_ids, now=now)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        return staff.traces_of(people.contact_ids)


class WebAuthors:
    """Names, numbers and photos of people who wrote on the web; they need stand in no file."""

    name = "cases.web"
    label: Label = _("Messages on the web")

    def count(self, *, people: ErasedPeople) -> int:
        return len(staff.author_ids_among(people))

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return forget_authors(actor=ERASING, people=people, now=now)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        return staff.traces_of_authors(people)


class CasesOfOthers:
    """Cases of others whose words name somebody."""

    name = "cases"
    label: Label = _("Other cases and tasks whose words name them")

    def about(self, *, people: ErasedPeople, limit: int) -> Sequence[NamingText]:
        return staff.cases_naming(people, limit)

    def texts(self, *, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        return staff.case_texts(ids)

    def write(self, *, texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:  # noqa: ARG002 - the protocol's
        return write_blanks(texts)

    def traces(self, *, ids: Sequence[int]) -> Sequence[audit.Trace]:
        return staff.traces_of_cases(ids) if ids else ()


class ClosedCases:
    name = "cases.closed"
    label: Label = _("Texts of closed cases, and who wrote about them on the web")
    keep = keeping("cases.keep", _("Keep the texts of closed cases"))

    def count(self, *, before: datetime) -> int:
        return staff.closed_before(before).count()

    def empty(self, *, before: datetime, limit: int, now: datetime) -> tuple[int, Sequence[audit.Trace]]:
        ids = list(staff.closed_before(before).order_by("closed_at", "pk").values_list("pk", flat=True)[:limit])
        traces = staff.traces_of_cases(ids) if ids else ()
        return (forget_cases(actor=ERASING, case_ids=ids, now=now) if ids else 0), traces


class CasePhotos:
    name = "cases"

    def visible(self, *, actor: Actor, file_ids: Sequence[int]) -> Collection[int]:
        return queries.photos_visible(actor=actor, file_ids=file_ids)

    def referenced(self, *, file_ids: Sequence[int]) -> Collection[int]:
        return queries.photos_held(file_ids=file_ids)


class CaseSearch:
    kind = customers.KIND
    label: Label = _("Cases")
    order = 20

    def sight(self, actor: Actor) -> Sight:
        return customers.sight(actor)

    def documents(self, ids: Sequence[int]) -> Sequence[Document]:
        return customers.documents(ids)

    def ids(self, *, after: int, limit: int) -> Sequence[int]:
        return customers.document_ids(after, limit)

    def url(self, object_id: int) -> str:
        return reverse("desk:case", args=[object_id])


class CaseNumbers:
    name = "cases"

    def exact(self, *, actor: Actor, numbers: Sequence[Numbers], limit: int) -> Mapping[str, Sequence[Hit]]:
        return customers.exact_numbers(actor=actor, numbers=numbers, limit=limit)


class Words:
    """What the desk calls its matters, for articles and phrases."""

    def categories(self, *, actor: Actor) -> Mapping[str, str]:
        return queries.category_labels(actor=actor)

    def causes(self, *, actor: Actor) -> Mapping[str, str]:
        return queries.cause_labels(actor=actor)


class UsedIn:
    """Cases in whose answers articles and phrases were used."""

    kind = CASE_SUBJECT

    def labels(self, *, actor: Actor, ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
        found = queries.labels(actor=actor, case_ids=ids)
        return {pk: (number, reverse("desk:case", args=[pk])) for pk, (number, _subject) in found.items()}


class PromisesOfCases:
    """Promises may be about a case of the customer."""

    kind = CASE_SUBJECT
    label: Label = _("Case")

    def customer_of(self, *, actor: Actor, key: str) -> int | None:
        return customers.customers_of(actor=actor, keys=[key]).get(key)

    def links(self, *, actor: Actor, keys: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        found = customers.case_numbers(actor=actor, keys=keys)
        return {key: (number, reverse("desk:case", args=[int(key)])) for key, number in found.items()}


for _table in ("cases_case", "cases_task", "cases_escalation", "cases_remedy"):
    register_unit_move(ScopeColumn(_table))
register_customer_move(CustomerColumn("cases_case"), keys=["cases.Case.customer"])
register_personal_data(CaseTexts(), keys=["cases.Case.contact"])
register_personal_data(WebAuthors(), keys=[])
register_personal_texts(CasesOfOthers())
register_expiring(ClosedCases())
files.register_access(CasePhotos())
register_holdings(HeldCases(), keys=["cases.Case.owner"])
register_holdings(HeldTasks(), keys=["cases.Task.assignee"])
keep_as_history(
    "cases.Case.recorder",
    "cases.CaseMove.staff",
    "cases.OwnerSpell.staff",
    "cases.Task.asked_by",
    "cases.Task.replied_by",
    "cases.Escalation.asked_by",
    "cases.Escalation.to_staff",
    "cases.Remedy.asked_by",
    "cases.Remedy.decided_by",
    "cases.Look.staff",
    "cases.Follower.staff",
    "cases.Presence.staff",
    "cases.WaitingAnswer.staff",
)
register_group_measure(CaseMeasure())
register_keys(OwnersOfCases())
register_card(CasesCard())
register_card(CasesTab())
shipment_cards.register_card(CasesOfShipment())
register_subject(PromisesOfCases())
register_source(CaseSearch())
register_numbers(CaseNumbers())
register_matters(Words())
register_subjects(UsedIn())
audit.register_naming("case", customers.named)
audit.register_naming("case_category", queries.categories_named)
audit.register_naming("case_cause", queries.causes_named)
