"""The life cycle: derived from services and time, or set by hand (CUST-14)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid
from zhike.platform.outbox import Mode
from zhike.record.customers import events
from zhike.record.customers.actions._parts import locked_live, portions, tell_updated
from zhike.record.customers.actions._stages import convert_served, derive
from zhike.record.customers.models import Customer, StageChange
from zhike.record.customers.policies import DORMANT_AFTER, EDIT, LOST_AFTER, PUSH
from zhike.record.customers.types import Stage, StageCause

BATCH = 20_000
SETTABLE = (Stage.DORMANT, Stage.LOST)


@action
def record_service_events(*, actor: Actor, customer_ids: Sequence[int], mode: Mode = Mode.LIVE, now: datetime) -> int:
    """Services of these customers began or were completed: derive their stages anew from the rooms that do them.

    Idempotent, and the same whatever the order of arrival. Returns how many files changed.
    """
    authorize(actor, PUSH)
    return _derive(actor, customer_ids, mode=mode, now=now)


@action
def age_stages(*, actor: Actor, now: datetime) -> int:
    """Time has passed: customers without orders become dormant, then lost. Returns how many files changed."""
    authorize(actor, PUSH)
    dormant, lost = parameters.value(DORMANT_AFTER, at=now), parameters.value(LOST_AFTER, at=now)
    silent = Customer.objects.files()
    due = silent.filter(stage=Stage.AFTER.value, last_order_at__lte=now - dormant)
    gone = silent.filter(stage=Stage.DORMANT.value, last_order_at__lte=now - lost)
    return _derive(actor, list(due.values_list("pk", flat=True).union(gone.values_list("pk", flat=True))), now=now)


def _derive(actor: Actor, customer_ids: Sequence[int], *, now: datetime, mode: Mode = Mode.LIVE) -> int:
    dormant, lost = parameters.value(DORMANT_AFTER, at=now), parameters.value(LOST_AFTER, at=now)
    written, changed, converted = 0, [], []
    for part in portions(sorted(set(customer_ids)), BATCH):
        ids = list(
            Customer.objects.files()
            .filter(pk__in=part)
            .order_by("pk")
            .select_for_update(no_key=True)
            .values_list("pk", flat=True)
        )
        moves, touched = derive(ids, dormant=dormant, lost=max(lost, dormant), now=now)
        written += moves
        changed += touched
        converted += convert_served(touched)
    if not changed:
        return 0
    audit.record(
        actor,
        events.StagesDerived(
            subject=("customers", len(changed)),
            after={"files": len(changed), "moves": written, "converted": len(converted)},
        ),
        now=now,
    )
    told: list[outbox.Event] = [events.StagesMovedEvent(customer_ids=part) for part in portions(changed)]
    told += [events.ProspectsConvertedEvent(customer_ids=part) for part in portions(converted)]
    outbox.emit_many(told, now=now, mode=mode)
    return len(changed)


@action
def set_stage(*, actor: Actor, customer_id: int, stage: Stage, reason: str, now: datetime) -> None:
    """What only people know: the customer has told us that it leaves, or that it pauses. Holds until the next order."""
    row = locked_live(actor, customer_id)
    authorize(actor, EDIT, subject=("customer", customer_id))
    if stage not in SETTABLE:
        raise Invalid.of("stage", "derived", _("Only dormant and lost are set by hand."))
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Say what the customer told you."))
    if row.stage == stage.value:
        return
    StageChange.objects.create(
        customer=row,
        at=max(now, row.stage_since),
        from_stage=row.stage,
        from_since=row.stage_since,
        to_stage=stage.value,
        cause=StageCause.MANUAL.value,
        staff_id=actor.staff_id,
        scope_unit_id=row.scope_unit_id,
    )
    before, row.stage, row.stage_since = row.stage, stage.value, max(now, row.stage_since)
    row.save(update_fields=["stage", "stage_since"])
    audit.record(
        actor,
        events.StageMoved(
            subject=("customer", row.pk), before={"stage": before}, after={"stage": stage}, reason=reason
        ),
        now=now,
    )
    outbox.emit(events.StagesMovedEvent(customer_ids=[row.pk]), now=now)
    tell_updated([row.pk], now=now)
