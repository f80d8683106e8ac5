"""The search follows the articles."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import search
from zhike.platform.outbox import Delivered, subscribe
from zhike.service.knowledge.events import ArticlesChangedEvent
from zhike.service.knowledge.types import ARTICLE_KIND


@subscribe(ArticlesChangedEvent, name="knowledge.search")
def found_anew(
    events: Sequence[Delivered[ArticlesChangedEvent]],
    *,
    now: datetime,
) -> None:
    search.refresh_later(ARTICLE_KIND, {pk for one in events for pk in one.event.article_ids})
