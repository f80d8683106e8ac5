"""What this room and imports hold of people whom nothing links to them (CUST-22)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from django.urls import reverse

from zhike.platform import clock, parameters
from zhike.platform.bulk.forgetting import Sought, files_naming, rows_naming
from zhike.record.customers.models import Enquiry
from zhike.record.customers.policies import PHONE_REGION
from zhike.record.customers.queries.mentions import ground_of, mentions_q, narrowing
from zhike.record.customers.types import ErasedPeople, Ground, NamingText

_FIELDS = ("subject", "text", "loss_note")


def sought(people: ErasedPeople, now: datetime) -> Sought:
    """Whom imports are searched for: by number and address, and by a shared number with the name beside it."""
    return Sought(narrowing(people), partial(_certain, people, parameters.value(PHONE_REGION, at=now)), people.once)


def imported(people: ErasedPeople) -> int:
    """How many refused cells and kept files name them."""
    # zhike: allow clock-edge -- a count of today: the protocol's count has no instant
    wanted = sought(people, clock.now())
    return len(rows_naming(wanted)) + len(files_naming(wanted))


def enquiries_about(people: ErasedPeople, limit: int) -> list[NamingText]:
    rows = Enquiry.objects.filter(mentions_q(people, *_FIELDS)).exclude(contact_id__in=people.contact_ids)
    return [
        NamingText(
            id=row.pk,
            fields={name: getattr(row, name) for name in _FIELDS},
            title=row.subject[:60],
            url=reverse("customers:enquiry", args=[row.pk]),
        )
        for row in rows.order_by("-pk")[:limit]
    ]


def enquiry_texts(ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
    rows = Enquiry.objects.filter(pk__in=ids).values("pk", *_FIELDS)
    return {row["pk"]: {name: row[name] for name in _FIELDS} for row in rows}


def _certain(people: ErasedPeople, region: str, text: str) -> bool:
    return ground_of(people, text, region) in {Ground.NUMBER, Ground.ADDRESS}
