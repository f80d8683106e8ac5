"""How often people from outside may try, and what a link lets its holder see."""

import hashlib
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from zhike.doors.portal.rules import window_of
from zhike.doors.portal.types import Link
from zhike.platform import parameters
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.errors import RateLimited
from zhike.record.shipments.policies import VIEW_SHIPMENTS

_SOURCE = "design §9"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOOKUPS = parameters.Parameter(
    key="portal.lookups_a_minute",
    label=_("Waybills that one address may look up in a minute"),
    kind=int,
    default=30,
    minimum=1,
    maximum=10_000,
    unit=_("look-ups"),
    source=_SOURCE,
)
ENDINGS = parameters.Parameter(
    key="portal.endings_an_hour",
    label=_("Phone endings that one address may try in an hour"),
    kind=int,
    default=15,
    minimum=1,
    maximum=1_000,
    unit=_("attempts"),
    source=_SOURCE,
)
ENDINGS_OF_ONE = parameters.Parameter(
    key="portal.endings_of_one_waybill",
    label=_("Phone endings that may be tried on one waybill in an hour, by everybody together"),
    kind=int,
    default=20,
    minimum=1,
    maximum=1_000,
    unit=_("attempts"),
    source=_SOURCE,
)
LINK_DAYS = parameters.Parameter(
    key="portal.link_days",
    label=_("How long a tracking link opens the shipment"),
    kind=timedelta,
    default=timedelta(days=30),
    minimum=timedelta(hours=1),
    maximum=timedelta(days=366),
    source="SHIP-10",
)
HOTLINE = parameters.Parameter(
    key="portal.hotline",
    label=_("Service number that customers are told to call"),
    kind=str,
    default="",
    source="PORT-05",
)
_LOCK_SPACE = 0x706F7274  # "port"


def link_actor(link: Link, *, language: str) -> Actor:
    """The holder of a link: may see the one shipment that the link names, and nothing by reach."""
    return Actor(
        kind=ActorKind.LINK,
        id=link.subject,
        rights=frozenset({VIEW_SHIPMENTS.code}),
        subject=link.subject,
        purpose=link.purpose.value,
        language=language,
    )


def authorize_lookup(address: str, *, now: datetime) -> None:
    """Count one look-up of this address; raises RateLimited."""
    _count(f"look:{address}", parameters.value(LOOKUPS, at=now), MINUTE, now=now)


def authorize_ending(address: str, waybill: str, *, now: datetime) -> None:
    """Count one attempt at a phone ending, by address and by waybill; raises RateLimited."""
    _count(f"ending:{address}", parameters.value(ENDINGS, at=now), HOUR, now=now)
    _count(f"waybill:{waybill}", parameters.value(ENDINGS_OF_ONE, at=now), HOUR, now=now)


def _count(what: str, most: int, length: timedelta, *, now: datetime) -> None:
    # The cache counts without a lock of its own: attempts at the same moment would count as one.
    name = "portal:" + hashlib.sha256(f"{what}:{window_of(now, length)}".encode()).hexdigest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, name])
        count = int(cache.get(name, 0)) + 1
        cache.set(name, count, timeout=int(length.total_seconds()) * 2)
    if count > most:
        raise RateLimited
