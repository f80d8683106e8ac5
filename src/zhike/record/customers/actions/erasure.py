"""Taking people's data out of the file (CUST-22); the platform's erasure calls it through `PersonalData`."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.record.customers import events
from zhike.record.customers.models import ChainSeat, Contact, ContactPoint, Enquiry
from zhike.record.customers.policies import ERASE, scope
from zhike.record.customers.types import personal_data

NOTHING = "–"


@action
def erase_people(*, actor: Actor, contact_ids: Sequence[int], reason: str, now: datetime) -> int:
    """Empty what every room holds about these people; the rows stay for the figures. Returns how many rows changed."""
    authorize(actor, ERASE)
    rows = Contact.objects.filter(scope(actor, "customer__"), pk__in=contact_ids)
    ids = list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    changed = sum(provider.erase(contact_ids=ids, now=now) for provider in personal_data())
    audit.record(
        actor,
        events.PeopleErased(
            subject=("contact", ids[0]) if len(ids) == 1 else ("contacts", len(ids)),
            after={"people": ids, "rows": changed},
            reason=reason,
        ),
        now=now,
    )
    return changed


def count_people(contact_ids: Sequence[int]) -> int:
    return Contact.objects.filter(pk__in=contact_ids, erased_at__isnull=True).count()


def empty_people(contact_ids: Sequence[int], now: datetime) -> int:
    """This room's own part."""
    points, _by_model = ContactPoint.objects.filter(contact_id__in=contact_ids).delete()
    ChainSeat.objects.filter(contact_id__in=contact_ids).update(contact_id=None)
    enquiries = Enquiry.objects.filter(contact_id__in=contact_ids).update(subject=NOTHING, text="", loss_note="")
    people = Contact.objects.filter(pk__in=contact_ids, erased_at__isnull=True)
    people.filter(left_at__isnull=True).update(active=False, left_at=now)
    emptied = people.update(
        name="",
        name_fold="",
        name_pinyin="",
        form_of_address="",
        position="",
        prefers_time="",
        erased_at=now,
    )
    return points + enquiries + emptied
