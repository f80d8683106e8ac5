"""What the actions of the reception share: locks, numbers, what browsers are told."""

from collections.abc import Iterable
from datetime import datetime

from zhike.platform import live, parameters, phones
from zhike.platform.actors import Actor, system_actor
from zhike.platform.errors import NotFound
from zhike.record.customers.policies import PHONE_REGION
from zhike.record.organization import queries as organization
from zhike.service.reception.models import Call, Waiting
from zhike.service.reception.policies import call_scope, waiting_scope
from zhike.service.reception.rules import is_withheld

# What the reception does of itself runs as this job.
RECEPTION = system_actor("reception.desk")
MAX_NUMBER = 40


def number_of(raw: str, now: datetime) -> tuple[str, str]:
    """A number as it is kept, with the key by which it is found; empty where it is withheld."""
    if is_withheld(raw):
        return "", ""
    read = phones.parse(raw, parameters.value(PHONE_REGION, at=now))
    return (read.e164 or raw.strip())[:MAX_NUMBER], read.key8


def locked_call(actor: Actor, call_id: int) -> Call:
    """The call, held until the end of the transaction; raises NotFound."""
    found = Call.objects.filter(call_scope(actor), pk=call_id).select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound
    return found


def locked_waiting(actor: Actor, waiting_id: int) -> Waiting:
    found = Waiting.objects.filter(waiting_scope(actor), pk=waiting_id).select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound
    return found


def locked_with_call(actor: Actor, waiting_id: int) -> tuple[Waiting, Call | None]:
    """An enquiry with the call that it is to return, both held; raises NotFound.

    The call first, always: its events hold it before they look for the enquiry.
    """
    named = Waiting.objects.filter(waiting_scope(actor), pk=waiting_id, call__isnull=False)
    call = Call.objects.filter(pk__in=list(named.values_list("call_id", flat=True))).select_for_update().first()
    return locked_waiting(actor, waiting_id), call


def external_of(call: Call) -> tuple[str, str]:
    """By what the one entry of this call on a timeline is known; one that was struck is not its entry any more."""
    return f"tel.{call.system}"[:40], f"{call.ref[:110]}#{call.taken_out}" if call.taken_out else call.ref


def tell_call(call: Call, *staff_ids: int | None) -> None:
    """Whose telephone it is, and whoever watches the calls of the unit."""
    tell_staff(call.pk, staff_ids)
    live.notify("reception_calls", [call.pk], unit_no=call.scope_unit_id)


def tell_staff(call_id: int, staff_ids: Iterable[int | None]) -> None:
    wanted = {pk for pk in staff_ids if pk is not None}
    rows = organization.staff_rows(actor=RECEPTION).filter(pk__in=wanted, user__isnull=False)
    for user_id in rows.values_list("user_id", flat=True):
        live.notify(f"user:{user_id}", [call_id])


def tell_waiting(row: Waiting) -> None:
    live.notify("reception_waiting", [row.pk], unit_no=row.scope_unit_id)


def name_of(staff_id: int | None) -> str:
    return organization.staff_labels(actor=RECEPTION, staff_ids=[staff_id]).get(staff_id, "") if staff_id else ""
