"""What calls and waiting enquiries say of people, emptied on request (CUST-22)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Case, F, Value, When

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.record.customers.policies import ERASE
from zhike.record.customers.types import ErasedPeople
from zhike.service.reception import events
from zhike.service.reception.actions.calls import ANSWERED_MEANWHILE
from zhike.service.reception.models import Call, Waiting
from zhike.service.reception.queries.people import calls_of, ended_before, waiting_of


@action
def forget_people(*, actor: Actor, people: ErasedPeople, now: datetime) -> int:
    """Numbers, notes and words go; that somebody called and how long they waited stays."""
    authorize(actor, ERASE)
    changed = _empty(calls_of(people), waiting_of(people), now)
    audit.record(actor, events.ReceptionForgotten(subject=("contacts", ""), after={"rows": changed}), now=now)
    return changed


@action
def forget_ended(*, actor: Actor, before: datetime, limit: int, now: datetime) -> int:
    """The same for calls and enquiries that ended before this, at most `limit` of each."""
    authorize(actor, ERASE)
    calls, waiting = ended_before(before)
    changed = _empty(
        list(calls.order_by("ended_at", "pk").values_list("pk", flat=True)[:limit]),
        list(waiting.order_by("ended_at", "pk").values_list("pk", flat=True)[:limit]),
        now,
    )
    audit.record(actor, events.ReceptionForgotten(subject=("contacts", ""), after={"rows": changed}), now=now)
    return changed


def write_call_blanks(texts: Mapping[int, Mapping[str, str]]) -> int:
    """Put notes with blanks in place of what calls of others say."""
    return sum(Call.objects.filter(pk=pk).update(**fields) for pk, fields in texts.items())


def write_waiting_blanks(texts: Mapping[int, Mapping[str, str]]) -> int:
    """Put texts with blanks in place of what waiting enquiries of others say."""
    return sum(Waiting.objects.filter(pk=pk).update(**fields) for pk, fields in texts.items())


def _empty(calls: Sequence[int], waiting: Sequence[int], now: datetime) -> int:
    changed = Call.objects.filter(pk__in=calls).update(number="", number_key="", note="")
    # Words that somebody typed go; our own word for a call that was answered after all is no one's, and is counted by.
    reason = Case(When(reason=ANSWERED_MEANWHILE, then=F("reason")), default=Value(""))
    rows = Waiting.objects.filter(pk__in=waiting)
    return changed + rows.update(name="", phone="", text="", answer="", reason=reason, redacted_at=now)
