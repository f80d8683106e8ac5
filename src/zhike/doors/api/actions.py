"""Making and revoking keys; finding who a key is."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.doors.api.events import KeyMade, KeyRevoked
from zhike.doors.api.models import ApiKey, RequestCount, SentRequest
from zhike.doors.api.policies import MANAGE_KEYS
from zhike.doors.api.queries import summary_of
from zhike.doors.api.rules import minute_of
from zhike.doors.api.types import KeySummary
from zhike.platform import audit, authz
from zhike.platform.actions import action
from zhike.platform.actors import Actor, ActorKind, Reach
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.record.organization.queries import reach_of_units, subtree

PREFIX = "zk_"
SEEN_EVERY = timedelta(minutes=1)
KEEP_REQUESTS = timedelta(hours=24)


@action
def make_key(
    *,
    actor: Actor,
    name: str,
    rights: Sequence[str],
    now: datetime,
    unit_id: int | None = None,
    expires_at: datetime | None = None,
) -> KeySummary:
    """Make a key; the whole key is in the answer and nowhere else.

    Its maker gives rights that they hold, and those that are meant for programs: whoever connects a system of goods
    need not handle goods. What they did not hold themselves is named in the log, and the key acts as theirs (CTRL-01).
    """
    authorize(actor, MANAGE_KEYS)
    unknown = sorted(set(rights) - set(authz.rights()))
    if unknown:
        raise Invalid.of("rights", "unknown", _("There is no right %(rights)s."), rights=", ".join(unknown))
    beyond = sorted({right for right in rights if not actor.has(right)})
    kept_back = [right for right in beyond if not authz.rights()[right].for_programs]
    if kept_back:
        text = _("You do not hold %(rights)s yourself, and this is not a right for programs.")
        raise Invalid.of("rights", "beyond", text, rights=", ".join(kept_back))
    if not name.strip():
        raise Invalid.of("name", "required", _("A key needs a name that says which program uses it."))
    _check_reach(actor, unit_id)
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name.strip()[:120],
        prefix=secret[:10],
        secret_hash=_hash(secret),
        rights=sorted(set(rights)),
        unit_id=unit_id,
        made_by=actor.user_id or 0,
        answering_id=actor.staff_id if actor.staff_id is not None else actor.answering_id,
        made_at=now,
        expires_at=expires_at,
    )
    given = {"name": key.name, "rights": key.rights, **({"not_held_by_maker": beyond} if beyond else {})}
    audit.record(actor, KeyMade(subject=("api_key", key.pk), after=given), now=now)
    return summary_of(key, shown_once=secret)


@action
def revoke_key(*, actor: Actor, key_id: int, now: datetime) -> KeySummary:
    """End a key at once; a revoked key stays listed."""
    authorize(actor, MANAGE_KEYS)
    key = ApiKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise NotFound
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        audit.record(actor, KeyRevoked(subject=("api_key", key.pk), before={"name": key.name}), now=now)
    return summary_of(key)


# zhike: allow action-signature, action-authorizes -- it finds out who knocks, before there is an actor
def actor_of_key(secret: str, *, now: datetime) -> Actor | None:
    """Who a key is, or None for one that is unknown, revoked or expired. Not an action: it decides nothing."""
    key = _live(now).filter(secret_hash=_hash(secret)).first()
    if key is None:
        return None
    if key.last_used_at is None or now - key.last_used_at > SEEN_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return _actor(key)


# zhike: allow action-signature, action-authorizes -- it finds out who asked, before there is an actor
def actor_of_key_id(key_id: int, *, now: datetime) -> Actor | None:
    """Who a key is now, by its id, for work that is done later in its name; None once it is revoked or expired."""
    key = _live(now).filter(pk=key_id).first()
    return _actor(key) if key is not None else None


def _live(now: datetime) -> QuerySet[ApiKey]:
    keys = ApiKey.objects.select_related("unit").filter(revoked_at__isnull=True)
    return keys.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


def _actor(key: ApiKey) -> Actor:
    return Actor(
        kind=ActorKind.API_KEY,
        id=str(key.pk),
        rights=frozenset(key.rights),
        reach=reach_of_units([key.unit]) if key.unit else Reach(everything=True),
        label=key.name,
        unit_id=key.unit_id,
        unit_no=key.unit.tree_no if key.unit else None,
        zone=key.unit.zone if key.unit else "Asia/Shanghai",
        answering_id=key.answering_id,
    )


# zhike: allow action-signature, action-authorizes -- it decides whether an asker is heard at all
def count_request(asker: str, *, now: datetime) -> int:
    """Count one request of this asker; returns how many it has sent within this minute. One statement, so atomic."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_requestcount AS c (asker, minute, sent) VALUES (%s, %s, 1)"
            " ON CONFLICT (asker, minute) DO UPDATE SET sent = c.sent + 1 RETURNING c.sent",
            [asker, minute_of(now)],
        )
        (found,) = cursor.fetchone() or (1,)
    return int(found)


# zhike: allow action-signature, action-authorizes -- housekeeping by age alone, nobody's decision
def forget_requests(*, now: datetime) -> int:
    """Drop counts of minutes that are over, and answers older than a day: nobody repeats a request that late."""
    RequestCount.objects.filter(minute__lt=minute_of(now)).delete()
    return SentRequest.objects.filter(at__lt=now - KEEP_REQUESTS).delete()[0]


def _check_reach(actor: Actor, unit_id: int | None) -> None:
    """Nobody gives away more of the company than they see themselves."""
    if actor.reach.everything:
        covered = unit_id is None or bool(subtree(actor=actor, unit_id=unit_id))
    else:
        found = subtree(actor=actor, unit_id=unit_id) if unit_id is not None else None
        covered = found is not None and any(
            low <= found.no and found.end <= high for low, high in actor.reach.intervals
        )
    if not covered:
        raise Invalid.of("unit", "beyond", _("You do not see all of this yourself."))


def _hash(secret: str) -> str:
    # A long random secret needs no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()
