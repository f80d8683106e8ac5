"""The authority table: proposed by one person, approved by another, and used within its limits."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, FieldError, Invalid, NotFound
from zhike.record.organization import events
from zhike.record.organization.models import AuthorityLimit, AuthorityUse, Role, Staff
from zhike.record.organization.policies import (
    APPROVE_AUTHORITY,
    PROPOSE_AUTHORITY,
    authorize_within,
    person_of,
    refuse_same_person,
)
from zhike.record.organization.queries.authority import check_authority
from zhike.record.organization.rules import CENT
from zhike.record.organization.types import Authority, LimitState, LimitTerms, gated_actions


@action
def propose_authority_limit(*, actor: Actor, terms: LimitTerms, now: datetime) -> int:
    """Propose a row of the authority table; it has no effect until somebody else approves it. Returns its id."""
    authorize(actor, PROPOSE_AUTHORITY)
    role = _checked(terms)
    limit = AuthorityLimit.objects.create(
        role=role,
        action=terms.action,
        reason=terms.reason.strip(),
        max_amount=terms.max_amount,
        currency=terms.currency,
        period=terms.period.value if terms.period else "",
        max_count=terms.max_count,
        max_total=terms.max_total,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        source=terms.source.strip(),
        state=LimitState.PROPOSED.value,
        proposed_by=person_of(actor),
        proposed_at=now,
    )
    audit.record(
        actor,
        events.AuthorityProposed(subject=("authority_limit", limit.pk), after=_known(limit), reason=terms.source),
        now=now,
    )
    return limit.pk


@action
def decide_authority_limit(*, actor: Actor, limit_id: int, approve: bool, reason: str = "", now: datetime) -> None:
    """Approve or refuse a proposal. An approved row ends the one that it replaces on the day it begins."""
    limit = _locked(limit_id)
    authorize(actor, APPROVE_AUTHORITY, subject=("authority_limit", limit_id))
    refuse_same_person(actor, person=limit.proposed_by)
    if limit.state != LimitState.PROPOSED.value:
        raise Conflict(_("This proposal has been decided already."))
    if approve:
        _make_room(limit)
    limit.state = LimitState.APPROVED.value if approve else LimitState.REFUSED.value
    limit.decided_by, limit.decided_at = person_of(actor), now
    limit.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(
        actor,
        events.AuthorityDecided(
            subject=("authority_limit", limit_id),
            before={"state": LimitState.PROPOSED},
            after={**_known(limit), "state": limit.state},
            reason=reason,
        ),
        now=now,
    )


@action
def end_authority_limit(*, actor: Actor, limit_id: int, reason: str, now: datetime) -> None:
    """Withdraw a row from now on. Taking authority away needs no second person."""
    limit = _locked(limit_id)
    authorize(actor, PROPOSE_AUTHORITY, subject=("authority_limit", limit_id))
    before = limit.valid_until
    if before is not None and before <= now:
        return
    limit.valid_until = max(now, limit.valid_from)
    limit.save(update_fields=["valid_until"])
    audit.record(
        actor,
        events.AuthorityEnded(
            subject=("authority_limit", limit_id),
            before={"valid_until": before},
            after={"valid_until": limit.valid_until},
            reason=reason,
        ),
        now=now,
    )


@action
def use_authority(
    *,
    actor: Actor,
    action: str,
    reason: str,
    amount: Decimal,
    currency: str,
    subject: tuple[str, int | str],
    now: datetime,
) -> Authority:
    """Take an approval into account, in the transaction of the approval itself; raises Forbidden beyond authority.

    The person's row is locked first, so that two approvals at the same moment cannot both use the rest of a period.
    """
    if actor.staff_id is not None:
        Staff.objects.select_for_update(no_key=True).filter(pk=actor.staff_id).exists()
    found = check_authority(actor=actor, action=action, reason=reason, amount=amount, currency=currency, now=now)
    authorize_within(found, subject)
    limit = AuthorityLimit.objects.get(pk=found.limit_id or 0)
    AuthorityUse.objects.create(
        staff_id=actor.staff_id or 0,
        limit=limit,
        action=action,
        reason=reason,
        amount=amount,
        currency=currency,
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        at=now,
        max_amount=limit.max_amount,
        used_count=found.used_count,
        max_count=limit.max_count,
        used_total=found.used_amount,
        max_total=limit.max_total,
    )
    audit.record(
        actor,
        events.AuthorityUsed(
            subject=subject,
            after={"action": action, "reason": reason, "amount": amount, "currency": currency, "limit": limit.pk},
        ),
        now=now,
    )
    return found


def _locked(limit_id: int) -> AuthorityLimit:
    limit = (
        AuthorityLimit.objects.select_for_update(no_key=True, of=("self",))
        .select_related("role")
        .filter(pk=limit_id)
        .first()
    )
    if limit is None:
        raise NotFound
    return limit


def _make_room(limit: AuthorityLimit) -> None:
    """End the approved row in whose time this one begins; refuse where a later one is in the way."""
    same = AuthorityLimit.objects.select_for_update(no_key=True).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=limit.valid_from),
        role_id=limit.role_id,
        action=limit.action,
        reason=limit.reason,
        currency=limit.currency,
        state=LimitState.APPROVED.value,
    )
    for other in same.order_by("pk"):
        if other.valid_from >= limit.valid_from and (limit.valid_until is None or other.valid_from < limit.valid_until):
            raise Conflict(
                _("Another limit for the same role, action and reason begins on %(day)s."),
                next_step=_("End that one first, or propose this one until that day."),
                day=other.valid_from.date().isoformat(),
            )
        if other.valid_from < limit.valid_from:
            other.valid_until = limit.valid_from
            other.save(update_fields=["valid_until"])


def _known(limit: AuthorityLimit) -> dict[str, object]:
    return {
        "role": limit.role.code,
        "action": limit.action,
        "reason": limit.reason,
        "max_amount": limit.max_amount,
        "currency": limit.currency,
        "period": limit.period,
        "max_count": limit.max_count,
        "max_total": limit.max_total,
        "valid_from": limit.valid_from,
        "valid_until": limit.valid_until,
    }


def _checked(terms: LimitTerms) -> Role:
    """The role that the terms name; raises Invalid with every wrong field."""
    wrong: dict[str, list[FieldError]] = {}
    role = Role.objects.filter(code=terms.role).first()
    if role is None:
        wrong["role"] = [FieldError("unknown", _("There is no such role: %(role)s"), {"role": terms.role})]
    if terms.action not in gated_actions():
        wrong["action"] = [FieldError("unknown", _("Nothing of this name needs authority."))]
    if not terms.source.strip():
        wrong["source"] = [FieldError("required", _("Name the decision or rule behind this limit."))]
    amounts = {"max_amount": terms.max_amount, "max_total": terms.max_total}
    for name, amount in amounts.items():
        if amount is not None and (amount < 0 or amount != amount.quantize(CENT)):
            wrong[name] = [FieldError("amount", _("An amount is not negative and has at most four decimals."))]
    if any(amount is not None for amount in amounts.values()) != bool(terms.currency):
        wrong["currency"] = [FieldError("currency", _("A currency belongs to an amount, and only to one."))]
    if (terms.period is None) != (terms.max_count is None and terms.max_total is None):
        wrong["period"] = [FieldError("period", _("A period belongs to a number or sum per period, and only to one."))]
    if terms.valid_until is not None and terms.valid_until <= terms.valid_from:
        wrong["valid_until"] = [FieldError("order", _("The end lies before the start."))]
    if wrong or role is None:
        raise Invalid(wrong)
    return role
