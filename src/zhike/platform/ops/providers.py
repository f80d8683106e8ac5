"""The ground floor's own cards: outbox, jobs, database and backups."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.platform.ops import queries
from zhike.platform.ops.types import OpsCard, Reading, register_card
from zhike.platform.outbox import queries as outbox_queries

# A minute is what design promises of every figure; a day what one may have to type again.
_OUTBOX_LATE = timedelta(minutes=1)
_BACKUP_LATE = timedelta(hours=26)
_MEGABYTE = 1_048_576


def _outbox(now: datetime) -> list[Reading]:
    depth = outbox_queries.depth(now=now)
    return [
        Reading(label=_("Events waiting"), value=depth.waiting, metric="zhike_outbox_open"),
        Reading(
            label=_("Oldest waiting event"),
            value=depth.age,
            metric="zhike_outbox_age_seconds",
            trouble=depth.age > _OUTBOX_LATE,
        ),
        Reading(label=_("Parked events"), value=depth.parked, metric="zhike_outbox_parked", trouble=depth.parked > 0),
    ]


def _jobs(now: datetime) -> list[Reading]:
    state = queries.job_state()
    return [
        Reading(label=_("Jobs due"), value=state["due"], metric="zhike_jobs_due"),
        Reading(label=_("Jobs running"), value=state["running"], metric="zhike_jobs_running"),
        Reading(
            label=_("Stalled jobs"),
            value=state["stalled"],
            metric="zhike_jobs_stalled",
            trouble=state["stalled"] > 0,
            note=_("put back by themselves within a minute"),
        ),
        Reading(label=_("Failed jobs"), value=state["failed"], metric="zhike_jobs_failed", trouble=state["failed"] > 0),
    ]


def _database(now: datetime) -> list[Reading]:
    size = queries.database_size() // _MEGABYTE
    return [
        Reading(label=_("Database size, MB"), value=size, metric="zhike_database_megabytes"),
        backup_reading(queries.last_backup(), now),
    ]


def backup_reading(backup: datetime | None, now: datetime) -> Reading:
    """The last backup; trouble when there is none or it is older than a day and a bit."""
    late = backup is None or now - backup > _BACKUP_LATE
    return Reading(label=_("Last backup"), value=backup, metric="zhike_last_backup_timestamp_seconds", trouble=late)


register_card(OpsCard("10-outbox", _("Outbox"), _outbox))
register_card(OpsCard("20-jobs", _("Background jobs"), _jobs))
register_card(OpsCard("30-database", _("Database and backups"), _database))
