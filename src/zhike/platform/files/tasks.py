"""Keeping the store clean of what broke off."""

import logging

from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.platform.files import actions, queries, storage
from zhike.platform.jobs import periodic

logger = logging.getLogger(__name__)


@periodic(cron="41 3 * * *", name="files.tidy")
def tidy() -> None:
    """Remove content that no row knows, and say aloud which content is missing."""
    now = clock.now()
    found = queries.survey(actor=system_actor("files.tidy"), now=now)
    removed = sum(actions.remove_if_unknown(sha256) for sha256, _size in found.strays)
    dropped = storage.drop_abandoned(before=now - queries.SETTLING)
    if found.missing:
        logger.error("stored files are missing on the disk", extra={"files": [ref.id for ref in found.missing]})
    logger.info("file store tidied", extra={"removed": removed, "dropped": dropped, "unused": len(found.unused)})
