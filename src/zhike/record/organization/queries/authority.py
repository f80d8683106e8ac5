"""What a person may approve, and whether everything approved was within authority."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from zhike.platform.actors import Actor
from zhike.record.organization.models import AuthorityLimit, AuthorityUse
from zhike.record.organization.rules import period_bounds
from zhike.record.organization.types import Authority, Period

ZERO = Decimal(0)


def check_authority(
    *, actor: Actor, action: str, reason: str, amount: Decimal, currency: str = "", now: datetime
) -> Authority:
    """Whether this person may approve this amount now, by the most generous row of the table that applies.

    A row for the very reason comes before a row for any reason. To approve, call the action `use_authority`: it asks
    the same under a lock and writes the use down.
    """
    if actor.staff_id is None:
        return Authority(allowed=False, action=action, reason=reason, why=_("Only staff can approve."))
    rows = list(
        AuthorityLimit.objects.in_force(now)
        .filter(role__code__in=actor.roles, role__active=True, action=action, reason__in=["", reason])
        .select_related("role")
    )
    if not rows:
        return Authority(allowed=False, action=action, reason=reason, why=_("The authority table gives you no limit."))
    exact = [row for row in rows if row.reason == reason]
    verdicts = [
        _verdict(row, _used(actor.staff_id, actor.zone, row, now), reason, amount, currency) for row in exact or rows
    ]
    return max(verdicts, key=lambda v: (v.allowed, v.left_amount is None, v.left_amount or ZERO, v.max_amount or ZERO))


def _verdict(limit: AuthorityLimit, used: "_Used", reason: str, amount: Decimal, currency: str) -> Authority:
    left_amount = None if limit.max_total is None else limit.max_total - used.amount
    left_count = None if limit.max_count is None else limit.max_count - used.count
    return Authority(
        allowed=not (why := _why_not(limit, amount, currency, left_amount, left_count)),
        action=limit.action,
        reason=reason,
        why=why,
        limit_id=limit.pk,
        max_amount=limit.max_amount,
        currency=limit.currency,
        period=Period(limit.period) if limit.period else None,
        used_amount=used.amount,
        used_count=used.count,
        left_amount=left_amount,
        left_count=left_count,
    )


def _why_not(
    limit: AuthorityLimit, amount: Decimal, currency: str, left_amount: Decimal | None, left_count: int | None
) -> str:
    """Why this row does not cover the amount; '' when it does. An amount in another currency is never covered."""
    values = {"limit": limit.max_amount, "currency": limit.currency, "left": left_amount, "count": limit.max_count}
    if amount < 0:
        return _("The amount is negative.")
    if limit.currency and limit.currency != currency:
        return _("Your limit is in %(currency)s.") % values
    if limit.max_amount is not None and amount > limit.max_amount:
        return _("Your limit is %(limit)s %(currency)s.") % values
    if left_count is not None and left_count < 1:
        return _("You have used all %(count)s approvals of this period.") % values
    if left_amount is not None and amount > left_amount:
        return _("%(left)s %(currency)s are left in this period.") % values
    return ""


@dataclass(frozen=True, slots=True)
class _Used:
    count: int
    amount: Decimal


def _used(staff_id: int, zone: str, limit: AuthorityLimit, now: datetime) -> _Used:
    """What this person has used in the running period of everything that the row covers, by whichever row."""
    if not limit.period:
        return _Used(0, ZERO)
    start, end = period_bounds(Period(limit.period), now, zone)
    uses = AuthorityUse.objects.filter(staff_id=staff_id, action=limit.action, at__gte=start, at__lt=end)
    if limit.reason:
        uses = uses.filter(reason=limit.reason)
    same_currency = Q(currency=limit.currency)
    found = uses.aggregate(count=Count("id"), amount=Coalesce(Sum("amount", filter=same_currency), ZERO))
    return _Used(found["count"], found["amount"])
