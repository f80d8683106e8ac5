"""Promises: lists, what is due, what hangs on a case or a customer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import pgettext_lazy

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.record.agreements.models import Promise, PromiseSet
from zhike.record.agreements.policies import OVERSEE, REMIND_BEFORE, promise_scope
from zhike.record.agreements.queries.shown import PromiseLine, lines_of
from zhike.record.agreements.types import PromiseState, subject_of

SHOWN = 20
PROMISE_WORD = pgettext_lazy("clock", "promise")


def promise_rows(*, actor: Actor) -> PromiseSet:
    """Promises within reach, for lists that filter, sort and page by themselves."""
    rows = Promise.objects.filter(promise_scope(actor))
    return rows.select_related("customer", "contact", "promised_by", "holder", "unit")


def get_promise(*, actor: Actor, promise_id: int) -> Promise:
    """One promise; raises NotFound."""
    found = promise_rows(actor=actor).select_related("replaces", "settled_by").filter(pk=promise_id).first()
    if found is None:
        raise NotFound
    return found


def successor(*, actor: Actor, promise_id: int) -> Promise | None:
    """The promise that came in place of this one."""
    return promise_rows(actor=actor).filter(replaces_id=promise_id).first()


def my_promises(*, actor: Actor) -> PromiseSet:
    """What the reader has promised and not answered for, the nearest first."""
    return promise_rows(actor=actor).open().filter(holder_id=actor.staff_id or 0).order_by("due_at", "pk")


def needing(*, actor: Actor, now: datetime) -> PromiseSet:
    """The reader's own promises whose time is near or has passed: what the bell rings for."""
    near = now + parameters.value(REMIND_BEFORE, at=now)
    return my_promises(actor=actor).filter(due_at__lte=near)


def overdue_promises(*, actor: Actor, now: datetime) -> PromiseSet:
    """Promises of colleagues within reach whose time has passed without an answer, the oldest first."""
    rows = promise_rows(actor=actor).overdue(now).exclude(holder_id=actor.staff_id or 0)
    return rows.order_by("due_at", "pk") if actor.has(OVERSEE.code) else rows.none()


def promises_about(*, actor: Actor, kind: str, keys: Sequence[str], now: datetime) -> list[PromiseLine]:
    """Promises about records of one kind: the open ones first, by time. One query."""
    rows = promise_rows(actor=actor).filter(about_kind=kind, about_id__in=[str(key) for key in keys])
    found = list(rows.order_by("-due_at", "-pk")[:SHOWN])
    found.sort(key=lambda one: (one.state != PromiseState.OPEN.value, one.due_at.timestamp()))
    return lines_of(found, now=now, label=PROMISE_WORD)


def open_to(*, actor: Actor, customer_id: int, now: datetime) -> list[PromiseLine]:
    """Open promises to one customer, the nearest first. One query."""
    rows = promise_rows(actor=actor).open().filter(customer_id=customer_id).order_by("due_at", "pk")
    return lines_of(rows[:SHOWN], now=now, label=PROMISE_WORD)


def promises_to(*, actor: Actor, customer_id: int, now: datetime) -> list[PromiseLine]:
    """The last promises to one customer, the newest first. One query."""
    rows = promise_rows(actor=actor).filter(customer_id=customer_id).order_by("-due_at", "-pk")
    return lines_of(rows[:SHOWN], now=now)


def open_counts(*, actor: Actor, customer_ids: Sequence[int]) -> dict[int, int]:
    """Promises not settled to each of these customers, for groups. One query."""
    rows = Promise.objects.filter(promise_scope(actor), customer_id__in=customer_ids, state=PromiseState.OPEN.value)
    return dict(rows.values_list("customer_id").annotate(n=Count("pk")))


def links_of(*, actor: Actor, rows: Iterable[Promise]) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Number and address of what these promises are about, where the reader may see it. One query a kind."""
    keys: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.about_kind:
            keys[row.about_kind].add(row.about_id)
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for kind, ids in sorted(keys.items()):
        subject = subject_of(kind)
        if subject is not None:
            found |= {(kind, key): link for key, link in subject.links(actor=actor, keys=sorted(ids)).items()}
    return found


def held_by(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    """How many open promises each of these people holds."""
    return Promise.objects.open().filter(holder_id__in=staff_ids).values_list("holder_id").annotate(n=Count("pk"))


def some_held(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    rows = Promise.objects.open().filter(holder_id=staff_id).order_by("due_at", "pk")
    return list(rows.values_list("pk", "number", "text")[:limit])


def about_people(contact_ids: Sequence[int]) -> int:
    """Promises to these people whose words are still there."""
    return Promise.objects.filter(contact_id__in=contact_ids, redacted_at__isnull=True).count()


def ids_about(contact_ids: Sequence[int]) -> list[int]:
    """Every promise to these people."""
    rows = Promise.objects.filter(contact_id__in=contact_ids)
    return list(rows.order_by("pk").values_list("pk", flat=True))
