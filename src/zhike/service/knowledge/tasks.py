"""Jobs of knowledge."""

from zhike.platform import clock, jobs
from zhike.platform.actors import system_actor
from zhike.service.knowledge import actions


@jobs.periodic(cron="23 * * * *", name="knowledge.note_outdated")
def note_outdated() -> None:
    """Every hour, for days end at different hours: articles whose validity or review has passed."""
    actions.note_outdated(actor=system_actor("knowledge.note_outdated"), now=clock.now())
