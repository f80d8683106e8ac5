"""Reading the log. Rooms show the history of a record they have already loaded through the actor's scope."""

from collections.abc import Sequence

from zhike.platform.actors import Actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.audit.policies import VIEW_AUDIT
from zhike.platform.audit.types import Entry, label_of
from zhike.platform.authz import authorize


def history(*, actor: Actor, subject: tuple[str, int | str], limit: int = 200) -> list[Entry]:
    """The newest entries of one record. The caller has shown that the actor may see the record itself."""
    rows = AuditEntry.objects.filter(subject_kind=subject[0], subject_id=str(subject[1])).order_by("-id")[:limit]
    return [entry_of(row, personal=actor.has(VIEW_AUDIT.code)) for row in rows]


def list_entries(
    *,
    actor: Actor,
    actor_id: str = "",
    event_type: str = "",
    subject: tuple[str, str] | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """The log itself, newest first, for those who may read it."""
    authorize(actor, VIEW_AUDIT)
    rows = AuditEntry.objects.order_by("-id")
    if actor_id:
        rows = rows.filter(actor_id=actor_id)
    if event_type:
        rows = rows.filter(type=event_type)
    if subject:
        rows = rows.filter(subject_kind=subject[0], subject_id=subject[1])
    if before_id:
        rows = rows.filter(id__lt=before_id)
    return [entry_of(row, personal=True) for row in rows[:limit]]


def entry_of(row: AuditEntry, *, personal: bool) -> Entry:
    hidden = row.personal or {}
    sides = {
        side: {**row.changes.get(side, {}), **(hidden.get(side, {}) if personal else {})}
        for side in ("before", "after")
    }
    return Entry(
        id=row.pk,
        at=row.at,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        actor_label="",
        type=row.type,
        label=label_of(row.type),
        subject=(row.subject_kind, row.subject_id),
        before=sides["before"],
        after=sides["after"],
        reason=row.reason,
        operation_id=row.operation_id,
        redacted=row.redacted_at is not None,
    )


def denials(*, actor: Actor, limit: int = 50) -> Sequence[Entry]:
    """Refused attempts, newest first."""
    return list_entries(actor=actor, event_type="audit.denied", limit=limit)
