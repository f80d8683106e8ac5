"""Enquiries: the list, what is due, and what became of them (CUST-02)."""

from datetime import date, datetime

from django.db.models import Count, Q

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.record.customers.models import Enquiry
from zhike.record.customers.models.enquiries import EnquirySet
from zhike.record.customers.policies import scope
from zhike.record.customers.types import EnquiryFigures, EnquiryState


def enquiry_rows(*, actor: Actor) -> EnquirySet:
    """Enquiries within reach with customer and staff, for lists that filter, sort and page by themselves."""
    return Enquiry.objects.filter(scope(actor, "customer__")).select_related("customer__owner", "staff", "contact")


def enquiry(*, actor: Actor, enquiry_id: int) -> Enquiry:
    """One enquiry with its customer; raises NotFound."""
    found = enquiry_rows(actor=actor).filter(pk=enquiry_id).first()
    if found is None:
        raise NotFound
    return found


def due_enquiries(*, actor: Actor, today: date) -> EnquirySet:
    """Enquiries whose next contact is due, the oldest first: open ones, and lost ones that are to be asked again."""
    return (
        enquiry_rows(actor=actor)
        .filter(next_contact_on__lte=today)
        .exclude(state=EnquiryState.WON.value)
        .order_by("next_contact_on", "pk")
    )


def enquiry_figures(*, actor: Actor, since: datetime | None = None, until: datetime | None = None) -> EnquiryFigures:
    """Over the enquiries received between `since` and `until`. One query."""
    rows = Enquiry.objects.filter(scope(actor, "customer__"))
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lt=until)
    lost = Q(state=EnquiryState.LOST.value)
    found = rows.aggregate(
        enquiries=Count("pk"),
        filed=Count("customer_id"),
        opened=Count("pk", filter=Q(opened_file=True)),
        won=Count("pk", filter=Q(state=EnquiryState.WON.value)),
        lost=Count("pk", filter=lost),
        reasoned=Count("pk", filter=lost & ~Q(loss_reason="")),
    )
    return EnquiryFigures(
        enquiries=found["enquiries"],
        filed=found["filed"],
        opened_files=found["opened"],
        won=found["won"],
        lost=found["lost"],
        lost_with_reason=found["reasoned"],
    )
