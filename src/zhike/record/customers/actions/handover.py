"""What passes to a colleague besides the files themselves: people we look after, and open enquiries."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.record.customers import events
from zhike.record.customers.actions._parts import responsible
from zhike.record.customers.models import Contact, Enquiry
from zhike.record.customers.policies import CHANGE_OWNER, scope
from zhike.record.customers.types import EnquiryState


@action
def pass_people(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, contact_ids: Sequence[int] | None, now: datetime
) -> int:
    """Another colleague looks after these people (all of them where `contact_ids` is None); returns how many."""
    authorize(actor, CHANGE_OWNER, subject=("staff", from_staff_id))
    target = responsible(actor, to_staff_id, "to_staff_id")
    rows = Contact.objects.filter(scope(actor, "customer__"), our_staff_id=from_staff_id, active=True)
    if contact_ids is not None:
        rows = rows.filter(pk__in=contact_ids)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    Contact.objects.filter(pk__in=ids).update(our_staff_id=target.id)
    _record(actor, from_staff_id, target.id, {"contacts": len(ids)}, now)
    return len(ids)


@action
def pass_enquiries(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, enquiry_ids: Sequence[int] | None, now: datetime
) -> int:
    """Another colleague goes on with these open enquiries (all of them where `enquiry_ids` is None)."""
    authorize(actor, CHANGE_OWNER, subject=("staff", from_staff_id))
    target = responsible(actor, to_staff_id, "to_staff_id")
    rows = Enquiry.objects.filter(scope(actor, "customer__"), staff_id=from_staff_id, state=EnquiryState.OPEN.value)
    if enquiry_ids is not None:
        rows = rows.filter(pk__in=enquiry_ids)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    Enquiry.objects.filter(pk__in=ids).update(staff_id=target.id)
    _record(actor, from_staff_id, target.id, {"enquiries": len(ids)}, now)
    return len(ids)


def _record(actor: Actor, from_id: int, to_id: int, counts: dict[str, int], now: datetime) -> None:
    event = events.WorkPassed(subject=("staff", from_id), before={"staff": from_id}, after={"staff": to_id, **counts})
    audit.record(actor, event, now=now)
