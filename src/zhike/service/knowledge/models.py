"""Tables of knowledge: articles with every version, phrases, and where both were used."""

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from zhike.platform.db.xid import ChangedXidField
from zhike.service.knowledge.types import ArticleKind, ArticleState, Deed, PhraseKind


def _values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


class ArticleSet(models.QuerySet["Article"]):
    def published(self) -> Self:
        return self.filter(state=ArticleState.PUBLISHED.value)

    def outdated(self) -> Self:
        return self.published().filter(outdated_since__isnull=False)

    def proposed(self) -> Self:
        """Those with a version that waits for a decision."""
        return self.filter(pending=True)


class Article(models.Model):
    """What the company knows about one matter.

    The texts and terms here are those of the version in force, before the first publishing those of the latest draft.
    `version` is the latest one written, `published_version` the one in force (0: none yet). `scope_unit_id` is the tree
    number of the owner's unit, for figures; `unit` and `roles` say who may read. A job keeps `outdated_since`.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    category = models.CharField(max_length=40, default="")
    state = models.CharField(max_length=12, default=ArticleState.DRAFT.value)
    titles = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    bodies = models.JSONField(default=dict)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    roles = ArrayField(models.CharField(max_length=40), default=list)
    for_customers = models.BooleanField(default=False)
    files = ArrayField(models.BigIntegerField(), default=list)
    owner = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    scope_unit_id = models.BigIntegerField()
    review_on = models.DateField()
    version = models.PositiveIntegerField(default=1)
    pending = models.BooleanField(default=True)
    published_version = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    outdated_since = models.DateTimeField(null=True)
    uses = models.PositiveIntegerField(default=0)
    words = SearchVectorField()
    # Whence it was taken over: the same one again is the next version, or nothing new.
    external_system = models.CharField(max_length=80, default="", blank=True)
    external_ref = models.CharField(max_length=120, default="", blank=True, db_collation="C")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_xid = ChangedXidField()

    objects = ArticleSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="article_by_change"),
            models.Index(fields=["review_on", "id"], name="article_by_review"),
            models.Index(fields=["-uses", "-id"], name="article_by_use"),
            models.Index(fields=["owner", "id"], name="article_by_owner"),
            models.Index(fields=["category", "id"], name="article_by_category"),
            models.Index(fields=["id"], condition=Q(pending=True), name="article_proposed"),
            GinIndex(fields=["words"], name="article_by_word"),
            GinIndex(fields=["files"], name="article_by_file"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="article_number_once"),
            models.UniqueConstraint(
                fields=["external_system", "external_ref"], condition=~Q(external_ref=""), name="article_external_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=_values(ArticleKind)), name="article_kind_known"),
            models.CheckConstraint(condition=Q(state__in=_values(ArticleState)), name="article_state_known"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="article_span_right",
            ),
            models.CheckConstraint(
                condition=Q(state=ArticleState.DRAFT.value, published_version=0, published_at__isnull=True)
                | (~Q(state=ArticleState.DRAFT.value) & Q(published_version__gt=0, published_at__isnull=False)),
                name="article_published_says_when",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1) & Q(published_version__lte=F("version")), name="article_version_counts"
            ),
            models.CheckConstraint(
                condition=Q(for_customers=False) | Q(unit__isnull=True, roles=[]), name="article_open_to_all"
            ),
        ]


class ArticleVersion(models.Model):
    """One version of an article, for ever; `terms` holds everything but the texts."""

    id = models.BigAutoField(primary_key=True)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    titles = models.JSONField()
    answers = models.JSONField()
    bodies = models.JSONField()
    terms = models.JSONField()
    note = models.CharField(max_length=300, default="")
    made_by = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    # Who proposed it, as `Actor.person` says it: the same person also behind a key.
    person = models.CharField(max_length=90)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="article_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="article_version_from_one"),
        ]


class ArticleDecision(models.Model):
    """What was decided about a version, by whom and why, for ever."""

    id = models.BigAutoField(primary_key=True)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    deed = models.CharField(max_length=12)
    reason = models.CharField(max_length=300, default="")
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    person = models.CharField(max_length=90)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["article", "id"], name="article_decision_by_article")]
        constraints = [
            models.CheckConstraint(condition=Q(deed__in=_values(Deed)), name="article_decision_known"),
        ]


class Phrase(models.Model):
    """A sentence that may be said as it stands; `avoid` holds by language the wordings that it replaces."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40, db_index=False)
    kind = models.CharField(max_length=12)
    texts = models.JSONField(default=dict)
    avoid = models.JSONField(default=dict)
    category = models.CharField(max_length=40, default="")
    cause = models.CharField(max_length=40, default="")
    order = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)
    uses = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="phrase_code_once"),
            models.CheckConstraint(condition=Q(kind__in=_values(PhraseKind)), name="phrase_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=PhraseKind.WORDING.value) | Q(avoid={}), name="phrase_only_wordings_replace"
            ),
        ]


class Use(models.Model):
    """An article or phrase that was put into an answer, and about which record.

    `outdated` says how the article stood then; `scope_unit_id` is the tree number of the user's unit.
    """

    id = models.BigAutoField(primary_key=True)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    phrase = models.ForeignKey(Phrase, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=0)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    category = models.CharField(max_length=40, default="")
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    scope_unit_id = models.BigIntegerField()
    outdated = models.BooleanField(default=False)
    at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["article", "-at"], condition=Q(article__isnull=False), name="use_by_article"),
            models.Index(fields=["phrase", "-at"], condition=Q(phrase__isnull=False), name="use_by_phrase"),
            models.Index(fields=["subject_kind", "subject_id"], name="use_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(article__isnull=False, phrase__isnull=True) | Q(article__isnull=True, phrase__isnull=False),
                name="use_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(subject_kind=""), name="use_names_its_subject"),
        ]
