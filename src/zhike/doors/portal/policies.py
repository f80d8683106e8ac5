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
from zhike.record.contacting.policies import CHOOSE
from zhike.record.contacting.queries import WISHES
from zhike.record.shipments.policies import VIEW_SHIPMENTS
from zhike.service.cases.policies import ASK_OUTSIDE, BY_LINK
from zhike.service.cases.types.web import WEB_PURPOSE
from zhike.voice.surveys.policies import ANSWER
from zhike.voice.surveys.types.campaigns import SURVEY_PURPOSE

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOOKUPS = parameters.Parameter(
    key="portal.lookups_a_minute",
    label=_("Waybills that one address may look up in a minute"),
    kind=int,
    default=30,
    minimum=1,
    maximum=10_000,
    unit=_("look-ups"),
    source=parameters.OWN_PRACTICE,
)
ENDINGS = parameters.Parameter(
    key="portal.endings_an_hour",
    label=_("Phone endings that one address may try in an hour"),
    kind=int,
    default=15,
    minimum=1,
    maximum=1_000,
    unit=_("attempts"),
    source=parameters.OWN_PRACTICE,
)
ENDINGS_OF_ONE = parameters.Parameter(
    key="portal.endings_of_one_waybill",
    label=_("Phone endings that may be tried on one waybill in an hour, by everybody together"),
    kind=int,
    default=20,
    minimum=1,
    maximum=1_000,
    unit=_("attempts"),
    source=parameters.OWN_PRACTICE,
)
LINK_DAYS = parameters.Parameter(
    key="portal.link_days",
    label=_("How long a tracking link opens the shipment"),
    kind=timedelta,
    default=timedelta(days=30),
    minimum=timedelta(hours=1),
    maximum=timedelta(days=366),
    source=parameters.OWN_PRACTICE,
)
HOTLINE = parameters.Parameter(
    key="portal.hotline",
    label=_("Service number that customers are told to call"),
    kind=str,
    default="",
    source=parameters.OWN_PRACTICE,
)
MATTERS = parameters.Parameter(
    key="portal.matters_an_hour",
    label=_("Messages that one address may send in an hour"),
    kind=int,
    default=20,
    minimum=1,
    maximum=10_000,
    unit=_("messages"),
    source=parameters.OWN_PRACTICE,
)
ANSWERS = parameters.Parameter(
    key="portal.answers_an_hour",
    label=_("Pages of surveys that one address may send in an hour"),
    kind=int,
    default=600,
    minimum=1,
    maximum=100_000,
    unit=_("pages"),
    source=parameters.OWN_PRACTICE,
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


def wishes_actor(token: str, *, language: str) -> Actor:
    """The holder of a link to the wishes: contacting reads the token, and lets it choose for its one person."""
    return Actor(
        kind=ActorKind.LINK,
        id="wishes",
        rights=frozenset({CHOOSE.code}),
        subject=token,
        purpose=WISHES,
        language=language,
    )


def asking_actor(*, language: str) -> Actor:
    """Somebody who writes to us: may bring a matter, and see nothing by it. No address is kept of them."""
    return Actor(kind=ActorKind.PUBLIC, id="web", rights=frozenset({ASK_OUTSIDE.code}), language=language)


def case_actor(token: str, *, language: str) -> Actor:
    """The holder of a link to a case: cases reads the token, and lets it see and answer the one case."""
    return Actor(
        kind=ActorKind.LINK,
        id="case",
        rights=frozenset({BY_LINK.code, ASK_OUTSIDE.code}),
        subject=token,
        purpose=WEB_PURPOSE,
        language=language,
    )


def survey_actor(token: str, *, language: str) -> Actor:
    """The holder of a link to a survey: surveys reads the token, and lets it answer for its one recipient."""
    return Actor(
        kind=ActorKind.LINK,
        id="survey",
        rights=frozenset({ANSWER.code}),
        subject=token,
        purpose=SURVEY_PURPOSE,
        language=language,
    )


def authorize_answer(address: str, *, now: datetime) -> None:
    """Count one page of a survey sent by this address; raises RateLimited."""
    _count(f"answer:{address}", parameters.value(ANSWERS, at=now), HOUR, now=now)


def authorize_matter(address: str, *, now: datetime) -> None:
    """Count one message of this address; raises RateLimited."""
    _count(f"matter:{address}", parameters.value(MATTERS, at=now), HOUR, now=now)


def authorize_case_key(address: str, number: str, *, now: datetime) -> None:
    """Count one attempt at a case's second key, by address and by case; raises RateLimited."""
    _count(f"key:{address}", parameters.value(ENDINGS, at=now), HOUR, now=now)
    _count(f"case:{number.strip().upper()}", parameters.value(ENDINGS_OF_ONE, at=now), HOUR, now=now)


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
