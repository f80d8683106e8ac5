"""天天查阅: every open case is looked at every working day; and who is here right now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from zhike.platform import audit, clock
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.service.cases import events
from zhike.service.cases.models import Case, KeptPhoto, Look, Presence
from zhike.service.cases.policies import HANDLE, VIEW, scope

PRESENCE_KEPT = timedelta(hours=1)
SENDINGS_KEPT = timedelta(days=2)


@action
def look_at_cases(*, actor: Actor, case_ids: Sequence[int], now: datetime) -> int:
    """I have looked at these open cases today; one row a case, person and day. Returns how many are new (CASE-12)."""
    authorize(actor, HANDLE)
    if actor.staff_id is None:
        return 0
    day = clock.local_date(now, actor.zone)
    ids = list(Case.objects.filter(scope(actor), pk__in=case_ids).open().values_list("pk", flat=True))
    before = Look.objects.filter(case_id__in=ids, staff_id=actor.staff_id, day=day).count()
    Look.objects.bulk_create(
        [Look(case_id=pk, staff_id=actor.staff_id, day=day, at=now) for pk in ids], ignore_conflicts=True
    )
    Case.objects.filter(pk__in=ids).update(looked_at=now)
    audit.record(actor, events.CaseLooked(subject=("cases", len(ids)), after={"cases": ids}), now=now)
    return len(ids) - before


@action
# zhike: allow action-authorizes -- gone within the hour; a line in the log for each heartbeat would bury the rest
def be_present(*, actor: Actor, case_id: int, typing: bool, now: datetime) -> None:
    """I have this case open, and write or do not write; others see it for less than a minute."""
    authorize(actor, VIEW)
    if actor.staff_id is None or not Case.objects.filter(scope(actor), pk=case_id).exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_presence (case_id, staff_id, seen_at, typing_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (case_id, staff_id) DO UPDATE SET seen_at = EXCLUDED.seen_at,"
            " typing_at = coalesce(EXCLUDED.typing_at, cases_presence.typing_at)",
            [case_id, actor.staff_id, now, now if typing else None],
        )


@action
# zhike: allow action-authorizes -- housekeeping by age alone
def forget_presence(*, actor: Actor, now: datetime) -> int:
    """Throw away who was here long ago, and which photo came with which sending; returns how many were here."""
    authorize(actor, VIEW)
    gone, _rows = Presence.objects.filter(seen_at__lt=now - PRESENCE_KEPT).delete()
    KeptPhoto.objects.filter(at__lt=now - SENDINGS_KEPT).delete()
    return gone
