"""Articles by file: each line writes an article, or the next version of the one that it wrote before."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from zhike.platform import audit, clock, numbering, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import Counts, Staged
from zhike.platform.i18n.labels import LANGUAGES
from zhike.record.organization import queries as organization
from zhike.service.knowledge import events, rules
from zhike.service.knowledge.actions import _parts
from zhike.service.knowledge.models import Article, ArticleVersion
from zhike.service.knowledge.policies import REVIEW_DAYS, WRITE, scope
from zhike.service.knowledge.types import ARTICLE_SERIES, ArticleEntry, ArticleKind, matters

BATCH = 500
_ROWS = "SELECT s.*, u.id AS unit_id FROM {table} s LEFT JOIN organization_unit u ON u.code = s.unit ORDER BY s.line"
_ROLES = "SELECT code FROM organization_role"
_TEXTS = {"titles": "title", "answers": "answer", "bodies": "body"}
# Where the rules name a field otherwise than the file does.
_NAMED = {"titles": "title_zh_hans", "answers": "answer_zh_hans", "bodies": "body_zh_hans"}
# What a line may change of an article, and what its texts and terms are before the first publishing.
_SETTLED = ("version", "pending", "owner", "scope_unit_id", "review_on", "outdated_since", "changed_at")
_IN_FORCE = (
    *("kind", "category", "titles", "answers", "bodies", "valid_from", "valid_until", "unit", "roles"),
    *("for_customers", "files", "words"),
)
Row = Mapping[str, Any]
Wrong = dict[tuple[str, str], list[int]]


@dataclass(frozen=True, slots=True)
class Known:
    """What stands here already: articles of this source with their latest version, and the words of the house."""

    articles: Mapping[str, Article]
    latest: Mapping[int, ArticleVersion]
    visible: Collection[int]
    # By staff number, whether they are still here.
    staff: Mapping[str, bool]
    roles: Collection[str]
    categories: Collection[str] | None


@action
def import_articles(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Import target `knowledge.articles`. What is written waits for its publishing, as by hand.

    A line that says nothing new is a duplicate; an empty cell keeps what is there. Texts are split into words here,
    as the search does it, and so line by line; everything is read and written in few statements.
    """
    authorize(actor, WRITE)
    rows = _read(_ROWS.format(table=staged.table))
    known = _known(actor, staged.source, rows)
    wrong, taken = _checked(actor, rows, known)
    for (name, code), lines in wrong.items():
        numbers = ", ".join(str(line) for line in lines)
        staged.reject(f"s.line IN ({numbers})", field_name=name, code=code)
    made = _make(actor, [(row, entry) for row, entry in taken if row["external_id"] not in known.articles], staged, now)
    changed, same = _change(actor, taken, known, now)
    counts = Counts(created=len(made), updated=len(changed), duplicate=same)
    ids = [article.pk for article in (*made, *changed)]
    audit.record(
        actor,
        events.ArticlesImported(
            subject=("import", staged.run_id or 0),
            after={
                "source": staged.source,
                "created": counts.created,
                "updated": counts.updated,
                "duplicate": counts.duplicate,
            },
        ),
        now=now,
    )
    _parts.tell(ids, now=now, mode=staged.mode)
    return counts


def _known(actor: Actor, source: str, rows: Sequence[Row]) -> Known:
    refs = [row["external_id"] for row in rows]
    found = Article.objects.filter(external_system=source, external_ref__in=refs).select_for_update(
        of=("self",), no_key=True
    )
    found = found.select_related("owner__unit")
    articles = {row.external_ref: row for row in found.order_by("pk")}
    ids = [row.pk for row in articles.values()]
    versions = ArticleVersion.objects.filter(article_id__in=ids).order_by("number")
    latest = {version.article_id: version for version in versions}
    visible = set(Article.objects.filter(scope(actor), pk__in=ids).values_list("pk", flat=True))
    staff = organization.staff_rows(actor=actor).filter(number__in={row["staff"] for row in rows if row["staff"]})
    people = dict(staff.values_list("number", "active"))
    source_of_words = matters()
    categories = set(source_of_words.categories(actor=actor)) if source_of_words is not None else None
    return Known(articles, latest, visible, people, {row["code"] for row in _read(_ROLES)}, categories)


def _checked(actor: Actor, rows: Sequence[Row], known: Known) -> tuple[Wrong, list[tuple[Row, ArticleEntry]]]:
    """What is wrong by field and code, and the lines that are right."""
    wrong: Wrong = {}
    taken: list[tuple[Row, ArticleEntry]] = []
    seen: set[str] = set()
    for row in rows:
        entry = _entry(row, known)
        fault = next(_faults(actor, row, entry, known, repeated=row["external_id"] in seen), None)
        seen.add(row["external_id"])
        if fault is None:
            taken.append((row, entry))
        else:
            wrong.setdefault(fault, []).append(int(row["line"]))
    return wrong, taken


def _faults(actor: Actor, row: Row, entry: ArticleEntry, known: Known, *, repeated: bool) -> Iterator[tuple[str, str]]:
    """Everything wrong with a line, the most telling first."""
    article = known.articles.get(row["external_id"])
    if repeated:
        yield "external_id", "repeated"
    if article is not None and article.pk not in known.visible:
        yield "external_id", "not_yours"
    if row["unit"] and row["unit_id"] is None:
        yield "unit", "unknown_unit"
    if not set(entry.roles) <= set(known.roles):
        yield "roles", "unknown_role"
    if row["staff"] and row["staff"] not in known.staff:
        yield "staff", "unknown_staff"
    elif row["staff"] and not known.staff[row["staff"]] and not _owned_already(article, row):
        yield "staff", "has_left"
    if article is None and not row["staff"] and (actor.staff_id or actor.answering_id) is None:
        yield "staff", "required"
    if entry.category and known.categories is not None and entry.category not in known.categories:
        yield "category", "unknown_category"
    for name, errors in rules.entry_errors(entry).items():
        yield _NAMED.get(name, name), errors[0].code


def _owned_already(article: Article | None, row: Row) -> bool:
    """Whether the line only repeats who has it: nothing is given to anybody then."""
    return article is not None and article.owner.number == row["staff"]


def _entry(row: Row, known: Known) -> ArticleEntry:
    """What the line says over what the latest version says."""
    article = known.articles.get(row["external_id"])
    before = known.latest.get(article.pk) if article is not None else None
    terms: Mapping[str, Any] = before.terms if before is not None else {}
    texts = {name: _texts(row, column, getattr(before, name, {})) for name, column in _TEXTS.items()}
    roles = tuple(sorted(set(_codes(row["roles"])))) if row["roles"] else tuple(terms.get("roles", ()))
    for_customers = terms.get("for_customers", False) if row["for_customers"] is None else row["for_customers"]
    return ArticleEntry(
        kind=ArticleKind(row["kind"]),
        titles=texts["titles"],
        answers=texts["answers"],
        bodies=texts["bodies"],
        category=row["category"] or terms.get("category", ""),
        valid_from=row["valid_from"] or _day(terms.get("valid_from")),
        valid_until=row["valid_until"] or _day(terms.get("valid_until")),
        unit_id=row["unit_id"] or terms.get("unit_id"),
        roles=roles,
        for_customers=bool(for_customers),
        file_ids=tuple(terms.get("files", ())),
    )


def _texts(row: Row, column: str, before: Mapping[str, str]) -> dict[str, str]:
    given = {language: row[f"{column}_{language.replace('-', '_')}"] or "" for language in LANGUAGES}
    return rules.kept_texts({**before, **{language: text for language, text in given.items() if text.strip()}})


def _make(actor: Actor, taken: Sequence[tuple[Row, ArticleEntry]], staged: Staged, now: datetime) -> list[Article]:
    """New articles with their first version."""
    if not taken:
        return []
    owners = _owners(actor, [row["staff"] for row, _entry in taken])
    days = timedelta(days=parameters.value(REVIEW_DAYS, at=now))
    articles, versions = [], []
    for (row, entry), number in zip(taken, numbering.take(ARTICLE_SERIES.key, len(taken)), strict=True):
        owner_id, unit_no, zone = owners[row["staff"] or ""]
        article = Article(
            number=number,
            owner_id=owner_id,
            scope_unit_id=unit_no,
            review_on=row["review_on"] or clock.local_date(now, zone) + days,
            external_system=staged.source,
            external_ref=row["external_id"],
            made_at=now,
            changed_at=now,
        )
        version = _parts.version_of(entry, number=1, person=actor.person, staff_id=actor.staff_id, at=now)
        version.article = article
        _parts.put_in_force(article, version)
        articles.append(article)
        versions.append(version)
    Article.objects.bulk_create(articles, batch_size=BATCH)
    ArticleVersion.objects.bulk_create(versions, batch_size=BATCH)
    return articles


def _change(
    actor: Actor, taken: Sequence[tuple[Row, ArticleEntry]], known: Known, now: datetime
) -> tuple[list[Article], int]:
    """Those of which a line says something new, and how many lines say nothing new.

    Another text or term is the next version; another day of review or another owner changes the article alone.
    """
    lines = [(known.articles[row["external_id"]], row, entry) for row, entry in taken if _is_known(row, known)]
    moved = [row["staff"] for article, row, _entry in lines if row["staff"] and not _owned_already(article, row)]
    owners = _owners(actor, moved) if moved else {}
    changed, versions = [], []
    for article, row, entry in lines:
        version = _parts.version_of(
            entry, number=article.version + 1, person=actor.person, staff_id=actor.staff_id, at=now
        )
        is_new = _said(version) != _said(known.latest[article.pk])
        if is_new:
            version.article = article
            article.version, article.pending = version.number, True
            if article.published_version == 0:
                _parts.put_in_force(article, version)
            versions.append(version)
        if _settled(article, row, owners) or is_new:
            article.changed_at = now
            changed.append(article)
    _write(changed, now)
    ArticleVersion.objects.bulk_create(versions, batch_size=BATCH)
    return changed, len(lines) - len(changed)


def _is_known(row: Row, known: Known) -> bool:
    return row["external_id"] in known.articles


def _settled(article: Article, row: Row, owners: Mapping[str, tuple[int, int, str]]) -> bool:
    """Give the article the owner and the day of review that the line names; whether one of them is another."""
    before = article.owner_id, article.review_on
    if row["staff"] in owners and not _owned_already(article, row):
        article.owner_id, article.scope_unit_id, _zone = owners[row["staff"]]
    article.review_on = row["review_on"] or article.review_on
    return (article.owner_id, article.review_on) != before


def _write(changed: Sequence[Article], now: datetime) -> None:
    """One statement for many articles; the words that are searched are written only where a version came in force."""
    _parts.note_freshness(changed, now=now)
    for names, rows in (
        (_SETTLED, [row for row in changed if row.published_version]),
        ((*_SETTLED, *_IN_FORCE), [row for row in changed if not row.published_version]),
    ):
        Article.objects.bulk_update(rows, names, batch_size=BATCH)


def _said(version: ArticleVersion) -> tuple[object, ...]:
    return version.titles, version.answers, version.bodies, version.terms


def _owners(actor: Actor, numbers: Sequence[str | None]) -> dict[str, tuple[int, int, str]]:
    """Owner, unit and zone by staff number; under "" whoever imports. Locked against leaving until the end."""
    found: dict[str, tuple[int, int, str]] = {}
    wanted = organization.staff_rows(actor=actor).filter(number__in={one for one in numbers if one})
    ids = {one.number: one.pk for one in wanted}
    own = actor.staff_id or actor.answering_id
    if own is not None:
        ids[""] = own
    for number in sorted({one or "" for one in numbers}):
        owner = organization.assignee(actor=actor, staff_id=ids[number])
        found[number] = (owner.id, owner.unit_no, owner.zone)
    return found


def _codes(text: str) -> list[str]:
    for sign in ",;，；、":
        text = text.replace(sign, " ")
    return text.split()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _read(statement: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
