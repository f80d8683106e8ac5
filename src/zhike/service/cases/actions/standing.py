"""What the customer's file shows of cases: how many are open, and an open complaint."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Q

from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.outbox import Mode
from zhike.record.customers import actions as customers
from zhike.record.customers.policies import PUSH
from zhike.record.customers.types import OPEN_CASES, OPEN_COMPLAINT, Dealing, StandingEntry
from zhike.service.cases.models import Case, Task
from zhike.service.cases.types import OPEN_STATES, WORKING_STATES, CaseKind

SOURCE = "cases"


# zhike: allow action-authorizes -- it writes nothing of its own; the customers room records what it is given
@action
def push_standing(*, actor: Actor, customer_ids: Collection[int], mode: Mode = Mode.LIVE, now: datetime) -> None:
    """Work out anew what the files of these customers show; set-based, four queries whatever their number."""
    authorize(actor, PUSH)
    ids = sorted(set(customer_ids))
    unclosed = Q(state__in=[state.value for state in OPEN_STATES])
    working = Q(state__in=[state.value for state in WORKING_STATES])
    counted = {
        row["customer_id"]: row
        for row in Case.objects.filter(customer_id__in=ids)
        .values("customer_id")
        .annotate(
            n=Count("pk", filter=unclosed),
            complaint=Max("number", filter=working & Q(kind=CaseKind.COMPLAINT.value)),
        )
    }
    entries = [
        StandingEntry(
            customer_id=pk, kind=OPEN_CASES.code, number=Decimal(counted[pk]["n"] if pk in counted else 0), as_of=now
        )
        for pk in ids
    ]
    complaining = [pk for pk in ids if pk in counted and counted[pk]["complaint"]]
    entries += [
        StandingEntry(customer_id=pk, kind=OPEN_COMPLAINT.code, text=counted[pk]["complaint"], as_of=now)
        for pk in complaining
    ]
    customers.set_standing(actor=actor, entries=entries, source=SOURCE, mode=mode, now=now)
    quiet = [pk for pk in ids if pk not in set(complaining)]
    customers.withdraw_standing(
        actor=actor, kind=OPEN_COMPLAINT.code, customer_ids=quiet, source=SOURCE, mode=mode, now=now
    )
    customers.record_dealings(actor=actor, dealings=_dealings(ids), now=now)


def _dealings(customer_ids: Collection[int]) -> list[Dealing]:
    """Units of owners, and those that had a task."""
    owners = Case.objects.filter(customer_id__in=customer_ids).values_list("customer_id", "owner__unit_id")
    tasks = Task.objects.filter(case__customer_id__in=customer_ids).values_list("case__customer_id", "unit_id")
    found = [*owners.annotate(at=Max("opened_at")), *tasks.annotate(at=Max("asked_at"))]
    return [Dealing(customer_id=customer_id, unit_id=unit_id, at=at) for customer_id, unit_id, at in found]
