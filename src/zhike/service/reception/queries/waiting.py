"""Enquiries that wait for a first answer."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.service.reception.models import Waiting, WaitingSet
from zhike.service.reception.policies import LIGHT_AFTER, waiting_scope
from zhike.service.reception.queries.sight import with_file_sight

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Counted:
    """How many wait for anybody, and how many of them longer than they should."""

    waiting: int
    lit: int


def waiting_rows(*, actor: Actor) -> WaitingSet:
    """Waiting enquiries of all times within reach, for lists that filter, sort and page by themselves.

    Whose they are may lie beyond it: read the customer through `sight`.
    """
    rows = Waiting.objects.filter(waiting_scope(actor)).select_related("unit", "customer", "contact", "taken_by")
    return with_file_sight(rows, actor)


def get_waiting(*, actor: Actor, waiting_id: int) -> Waiting:
    """Raises NotFound."""
    found = waiting_rows(actor=actor).select_related("call").filter(pk=waiting_id).first()
    if found is None:
        raise NotFound
    return found


def open_waiting(*, actor: Actor) -> list[Waiting]:
    """Those without a first answer: waiting for anybody, then those somebody has taken; the longest first."""
    return list(waiting_rows(actor=actor).open().order_by("-state", "asked_at", "pk")[:MOST_SHOWN])


def count_waiting(*, actor: Actor, now: datetime) -> Counted:
    """One query, for the shell."""
    after = parameters.value(LIGHT_AFTER, at=now)
    rows = Waiting.objects.filter(waiting_scope(actor)).untaken()
    found = rows.aggregate(n=Count("pk"), lit=Count("pk", filter=Q(asked_at__lte=now - after)))
    return Counted(found["n"], found["lit"])
