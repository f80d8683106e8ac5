"""Reading articles, phrases and their uses; what fits an answer that is being written."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.search import SearchQueryField
from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.platform.i18n.folding import fold
from zhike.platform.i18n.labels import pick
from zhike.platform.search.tokens import query_of, rank_words
from zhike.platform.search.types import Document
from zhike.service.knowledge import rules
from zhike.service.knowledge.models import Article, ArticleDecision, ArticleSet, ArticleVersion, Phrase, Use
from zhike.service.knowledge.policies import PUBLISH, VIEW, WRITE, scope, use_scope
from zhike.service.knowledge.types import (
    EVERYWHERE,
    ArticleState,
    Finding,
    Freshness,
    Outdated,
    PhraseKind,
    Suggestion,
    matters,
    subjects,
)

SHOWN = 8
MOST_WORDS = 40


def article_rows(*, actor: Actor) -> ArticleSet:
    """Articles within sight with what lists show."""
    return Article.objects.filter(scope(actor)).select_related("owner__unit", "unit")


def get_article(*, actor: Actor, article_id: int) -> Article:
    found = article_rows(actor=actor).filter(pk=article_id).first()
    if found is None:
        raise NotFound
    return found


def id_of(*, actor: Actor, number: str) -> int:
    """The article that a public number stands for; raises NotFound."""
    found = Article.objects.filter(scope(actor), number=number.strip().upper()).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return found


def versions_of(*, actor: Actor, article_id: int) -> list[ArticleVersion]:
    """The newest first; those that are not in force only for who writes or publishes. One query."""
    seen = Article.objects.filter(scope(actor), pk=article_id)
    rows = ArticleVersion.objects.filter(article__in=seen).select_related("made_by").order_by("-number")
    if not (actor.has(WRITE.code) or actor.has(PUBLISH.code)):
        rows = rows.filter(number__lte=F("article__published_version"))
    return list(rows)


def decisions_of(*, actor: Actor, article_id: int) -> list[ArticleDecision]:
    """The newest first. One query."""
    seen = Article.objects.filter(scope(actor), pk=article_id)
    return list(ArticleDecision.objects.filter(article__in=seen).select_related("staff").order_by("-id"))


# zhike: allow query-actor -- it reads no row, only the article given
def freshness_of(row: Article, today: date) -> Freshness:
    return rules.freshness(row.valid_from, row.valid_until, row.review_on, today)


# zhike: allow query-actor -- it reads no row, only the article given
def title_of(row: Article) -> str:
    return pick(row.titles) or row.number


def found_by(rows: Any, text: str) -> Any:  # noqa: ANN401 - a list's rows, as filters hand them on
    """Those that hold what was typed, in either script."""
    literal = rules.match_literal(query_of(text))
    if not literal:
        return rows.none()
    return rows.annotate(hit=_matches(literal)).filter(hit=True)


def suggest(
    *, actor: Actor, category: str, about: str, typed: str, language: str, now: datetime, limit: int = SHOWN
) -> list[Suggestion]:
    """Published articles for an answer: by what is typed, else by the case's category and text. One query.

    What is out of date stands last and says so.
    """
    rows: Any = article_rows(actor=actor).published()
    words = rules.any_literal(rank_words(f"{typed} {about}")[:MOST_WORDS]) or "''''"
    if typed.strip():
        rows = found_by(rows, typed)
    rows = rows.annotate(
        fits=Case(When(category=category or "-", then=Value(1)), default=Value(0), output_field=IntegerField()),
        rank=_rank(words),
        late=Case(When(outdated_since__isnull=False, then=Value(1)), default=Value(0), output_field=IntegerField()),
    )
    if not typed.strip():
        rows = rows.filter(Q(fits=1) | Q(rank__gt=0))
    today = clock.local_date(now, actor.zone)
    return [
        _suggestion(row, language, today, fits=bool(row.fits))
        for row in rows.order_by("late", "-fits", "-rank", "-uses", "pk")[:limit]
    ]


def _suggestion(row: Any, language: str, today: date, *, fits: bool) -> Suggestion:  # noqa: ANN401 - with its ranks
    fresh = freshness_of(row, today)
    since = {Freshness.EXPIRED: row.valid_until, Freshness.REVIEW_DUE: row.review_on, Freshness.NOT_YET: row.valid_from}
    return Suggestion(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        title=title_of(row),
        answer=pick(row.answers, language),
        body=pick(row.bodies),
        freshness=fresh,
        since=since.get(fresh),
        fits=fits,
    )


def _tsquery(literal: str) -> Cast:
    return Cast(Value(literal), SearchQueryField())


def _matches(literal: str) -> "ExpressionWrapper[Func]":
    hit = Func(F("words"), _tsquery(literal), template="(%(expressions)s)", arg_joiner=" @@ ")
    return ExpressionWrapper(hit, output_field=BooleanField())


def _rank(literal: str) -> Func:
    return Func(F("words"), _tsquery(literal), function="ts_rank", output_field=FloatField())


def outdated_of(*, actor: Actor, owner_id: int | None = None) -> Outdated:
    """How many published articles are outdated, of all that are published. One query."""
    rows = Article.objects.filter(scope(actor)).published()
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    found = rows.aggregate(n=Count("pk"), late=Count("pk", filter=Q(outdated_since__isnull=False)))
    return Outdated(found["late"], found["n"])


def outdated_rows(*, actor: Actor) -> ArticleSet:
    """One's own articles that are out of date, the longest first."""
    rows = article_rows(actor=actor).outdated().filter(owner_id=actor.staff_id or 0)
    return rows.order_by("outdated_since", "pk")


def to_decide(*, actor: Actor) -> ArticleSet:
    """Versions of other people that wait for this person's decision."""
    rows = article_rows(actor=actor).proposed()
    if not actor.has(PUBLISH.code):
        return rows.none()
    own = ArticleVersion.objects.filter(person=actor.person, number=F("article__version")).values("article_id")
    return rows.exclude(pk__in=own)


def uses_of(*, actor: Actor, article_id: int, limit: int = 20) -> list[tuple[Use, str, str]]:
    """Where an article was used last, with label and address where the reader may see the record."""
    rows = list(
        Use.objects.filter(use_scope(actor), article_id=article_id).select_related("staff").order_by("-at")[:limit]
    )
    named: dict[tuple[str, int], tuple[str, str]] = {}
    for kind, source in subjects().items():
        ids = {row.subject_id for row in rows if row.subject_kind == kind}
        if ids:
            named |= {(kind, pk): found for pk, found in source.labels(actor=actor, ids=ids).items()}
    return [(row, *named.get((row.subject_kind, row.subject_id), ("", ""))) for row in rows]


def use_rows(*, actor: Actor) -> QuerySet[Use]:
    return Use.objects.filter(use_scope(actor)).select_related("article", "phrase", "staff")


def phrase_rows(*, actor: Actor) -> QuerySet[Phrase]:
    rows = Phrase.objects.all()
    return rows if actor.has(VIEW.code) else rows.none()


def phrase(*, actor: Actor, code: str) -> Phrase:
    """Raises NotFound."""
    found = phrase_rows(actor=actor).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def phrases_for(*, actor: Actor, category: str, cause: str, typed: str = "") -> list[Phrase]:
    """Phrases in use, those for this cause first, then for this category, then for any. One query."""
    rows = phrase_rows(actor=actor).filter(active=True).order_by("order", "pk")
    rows = rows.filter(Q(category__in=["", category]) & Q(cause__in=["", cause]))
    wanted = fold(typed.strip())
    found = [row for row in rows if wanted in fold(" ".join([*row.texts.values(), row.code]))]
    return sorted(found, key=lambda row: (not (row.cause and row.cause == cause), not row.category))


def check_wording(*, actor: Actor, text: str, language: str) -> list[Finding]:
    """Negative wordings in a text, each with what may be said instead. One query."""
    rows = phrase_rows(actor=actor).filter(active=True, kind=PhraseKind.WORDING.value).order_by("order", "pk")
    avoided = [
        (row.pk, wording, pick(row.texts, language)) for row in rows for some in row.avoid.values() for wording in some
    ]
    return rules.findings(text, avoided)


def category_labels(*, actor: Actor) -> Mapping[str, str]:
    """What the desk calls its matters."""
    source = matters()
    return source.categories(actor=actor) if source is not None and actor.has(VIEW.code) else {}


def cause_labels(*, actor: Actor) -> Mapping[str, str]:
    source = matters()
    return source.causes(actor=actor) if source is not None and actor.has(VIEW.code) else {}


def articles_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    rows = _alive().filter(owner_id__in=staff_ids)
    return rows.order_by().values_list("owner_id").annotate(n=Count("pk"))


def some_articles(staff_id: int, limit: int) -> list[Article]:
    return list(_alive().filter(owner_id=staff_id).order_by("pk")[:limit])


def _alive() -> ArticleSet:
    return Article.objects.exclude(state=ArticleState.WITHDRAWN.value)


def documents(ids: Sequence[int]) -> list[Document]:
    """What the house's search knows of published articles, with the roles for which they are."""
    rows = Article.objects.published().filter(pk__in=ids).select_related("unit")
    return [
        Document(
            object_id=row.pk,
            title=title_of(row),
            number=row.number,
            line=pick(row.answers)[:200],
            keys=[row.number],
            texts=[*row.titles.values(), *row.answers.values(), *row.bodies.values()],
            sort=int(row.changed_at.timestamp()),
            scope_unit_id=row.unit.tree_no if row.unit else EVERYWHERE,
            own_staff_id=row.owner_id,
            audience=row.roles,
        )
        for row in rows
    ]


def document_ids(after: int, limit: int) -> list[int]:
    return list(Article.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])


def visible_files(*, actor: Actor, file_ids: Sequence[int]) -> Collection[int]:
    rows = Article.objects.filter(scope(actor), files__overlap=list(file_ids)).values_list("files", flat=True)
    return {pk for some in rows for pk in some}.intersection(file_ids)


def held_files(file_ids: Sequence[int]) -> Collection[int]:
    """Of any version: what an article once held stays."""
    rows = Article.objects.filter(files__overlap=list(file_ids)).values_list("files", flat=True)
    found = {pk for some in rows for pk in some}
    wanted = set(file_ids) - found
    if wanted:
        for terms in ArticleVersion.objects.exclude(terms__files=[]).values_list("terms", flat=True):
            found.update(wanted.intersection(terms["files"]))
    return found.intersection(file_ids)
