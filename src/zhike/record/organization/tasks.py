"""House-keeping of the organization."""

from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor
from zhike.record.organization import actions


@jobs.periodic(cron="23 * * * *", name="organization.mend_scope")
def mend_scope() -> None:
    """Rows that were written while a unit moved find its present number."""
    actions.mend_scope(actor=system_actor("organization.mend_scope"), now=clock.now())
