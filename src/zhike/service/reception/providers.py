"""What the reception offers to the rooms and to the shell."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actors import Actor, system_actor
from zhike.record.customers.policies import keeping
from zhike.record.customers.types import (
    CustomerColumn,
    ErasedPeople,
    Label,
    NamingText,
    register_customer_move,
    register_expiring,
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
from zhike.service.reception.actions import forget_ended, forget_people, pass_enquiries, pass_extensions
from zhike.service.reception.actions.erasure import write_call_blanks, write_waiting_blanks
from zhike.service.reception.queries import people as held
from zhike.service.reception.queries.calls import calls_named

ERASING = system_actor("reception.erase")


class HeldExtensions:
    """Telephones that somebody has."""

    kind = "extensions"
    label: Label = _("Extensions")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        return held.extensions_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = held.some_extensions(staff_id, limit)
        return [HeldItem(pk, number, gettext("Extension"), reverse("reception:extensions")) for pk, number in rows]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_extensions(
            actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, extension_ids=item_ids, now=now
        )


class HeldEnquiries:
    """Waiting enquiries that somebody has taken and not answered."""

    kind = "waiting_enquiries"
    label: Label = _("Waiting enquiries")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        return held.waiting_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = held.some_waiting(staff_id, limit)
        return [
            HeldItem(pk, name or str(pk), text[:60], reverse("reception:enquiry", args=[pk])) for pk, name, text in rows
        ]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_enquiries(
            actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, waiting_ids=item_ids, now=now
        )


class CallTexts:
    """Numbers and words of people."""

    name = "reception"
    label: Label = _("Calls and waiting enquiries")

    def count(self, *, people: ErasedPeople) -> int:
        return len(held.calls_of(people)) + len(held.waiting_of(people))

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return forget_people(actor=ERASING, people=people, now=now)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        return held.traces_of(people)


class CallNotes:
    """Notes of others' calls."""

    name = "calls"
    label: Label = _("Other calls whose notes name them")

    def about(self, *, people: ErasedPeople, limit: int) -> Sequence[NamingText]:
        return held.calls_naming(people, limit)

    def texts(self, *, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        return held.call_texts(ids)

    def write(self, *, texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:  # noqa: ARG002 - the protocol's
        return write_call_blanks(texts)

    def traces(self, *, ids: Sequence[int]) -> Sequence[audit.Trace]:
        return (audit.Trace(kind="call", ids=ids),) if ids else ()


class WaitingTexts:
    """Waiting enquiries of others."""

    name = "waiting"
    label: Label = _("Other waiting enquiries whose words name them")

    def about(self, *, people: ErasedPeople, limit: int) -> Sequence[NamingText]:
        return held.waiting_naming(people, limit)

    def texts(self, *, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        return held.waiting_texts(ids)

    def write(self, *, texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:  # noqa: ARG002 - the protocol's
        return write_waiting_blanks(texts)

    def traces(self, *, ids: Sequence[int]) -> Sequence[audit.Trace]:
        return (audit.Trace(kind="waiting", ids=ids),) if ids else ()


class EndedCalls:
    name = "reception.ended"
    label: Label = _("Numbers and words of ended calls and enquiries")
    keep = keeping("reception.keep", _("Keep numbers and words of ended calls and enquiries"))

    def count(self, *, before: datetime) -> int:
        return sum(rows.count() for rows in held.ended_before(before))

    def empty(self, *, before: datetime, limit: int, now: datetime) -> tuple[int, Sequence[audit.Trace]]:
        calls, waiting = held.ended_before(before)
        traces = (
            audit.Trace(kind="call", ids=list(calls.order_by("ended_at", "pk").values_list("pk", flat=True)[:limit])),
            audit.Trace(
                kind="waiting", ids=list(waiting.order_by("ended_at", "pk").values_list("pk", flat=True)[:limit])
            ),
        )
        if not any(trace.ids for trace in traces):
            return 0, ()
        return forget_ended(actor=ERASING, before=before, limit=limit, now=now), traces


register_holdings(HeldExtensions(), keys=["reception.Extension.staff"])
register_holdings(HeldEnquiries(), keys=["reception.Waiting.taken_by"])
keep_as_history("reception.Call.staff")
register_unit_move(ScopeColumn("reception_call"))
register_unit_move(ScopeColumn("reception_waiting"))
register_customer_move(CustomerColumn("reception_call"), keys=["reception.Call.customer"])
register_customer_move(CustomerColumn("reception_waiting"), keys=["reception.Waiting.customer"])
register_personal_data(CallTexts(), keys=["reception.Call.contact", "reception.Waiting.contact"])
register_personal_texts(CallNotes())
register_personal_texts(WaitingTexts())
register_expiring(EndedCalls())
audit.register_naming("call", calls_named)
