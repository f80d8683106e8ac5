"""What the log says about articles and phrases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.service.knowledge.types import DEED_LABELS, KIND_LABELS, PHRASE_LABELS, STATE_LABELS

audit.tell(
    "knowledge", kind=(KIND_LABELS, PHRASE_LABELS), state=STATE_LABELS, deed=DEED_LABELS, ids=audit.Of("article")
)


class ArticleWritten(audit.Event):
    type = "knowledge.article_written"
    label = _("Version of an article written")


class ArticleDecided(audit.Event):
    type = "knowledge.article_decided"
    label = _("Version of an article decided on")


class ArticlesPassed(audit.Event):
    type = "knowledge.articles_passed"
    label = _("Articles given to another owner")


class ArticlesLoaded(audit.Event):
    type = "knowledge.articles_loaded"
    label = _("Articles taken over")


class ArticlesImported(audit.Event):
    type = "knowledge.articles_imported"
    label = _("Articles imported")


class ArticlesOutdated(audit.Event):
    type = "knowledge.articles_outdated"
    label = _("Outdated articles noted")


class PhraseSaved(audit.Event):
    type = "knowledge.phrase_saved"
    label = _("Phrase changed")


class KnowledgeUsed(audit.Event):
    type = "knowledge.used"
    label = _("Article or phrase used in an answer")


class UsesLoaded(audit.Event):
    type = "knowledge.uses_loaded"
    label = _("Uses of articles and phrases taken over")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlesChangedEvent(outbox.Event):
    """What people find of these articles has changed; at most 1,000 ids an event."""

    type: ClassVar[str] = "knowledge.articles_changed"
    article_ids: Sequence[int]
