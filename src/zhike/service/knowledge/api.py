"""Articles and phrases for programs."""

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.service.knowledge import actions, queries
from zhike.service.knowledge.models import Article, Phrase
from zhike.service.knowledge.schemas import (
    ArticleIn,
    ArticleOut,
    Code,
    FindingOut,
    NewPhraseIn,
    PhraseIn,
    PhraseOut,
    SuggestionOut,
    WordingIn,
)
from zhike.service.knowledge.types import ArticleEntry, ArticleKind, ArticleState, PhraseEntry, PhraseKind

router = Router(tags=["knowledge"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
_SAME = (
    *("number", "kind", "category", "state", "titles", "answers", "bodies", "valid_from", "valid_until", "review_on"),
    *("unit_id", "roles", "for_customers", "owner_id", "version", "published_version", "pending", "uses"),
    "changed_at",
)


def _out(row: Article) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in _SAME}
    today = clock.local_date(clock.now(), row.owner.unit.zone)
    return {**found, "freshness": queries.freshness_of(row, today)}


@router.get("/articles", response=Page[ArticleOut], summary="Articles within sight, or those that hold a text")
def list_articles(
    request: HttpRequest,
    *,
    q: Text = "",
    kind: ArticleKind | None = None,
    state: ArticleState | None = None,
    category: Code = "",
    outdated: bool | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """`q` is found in either Chinese script; `outdated` asks for what is past its validity or review, or is not."""
    rows = queries.article_rows(actor=actor_of(request))
    if outdated is not None:
        rows = rows.outdated() if outdated else rows.published().filter(outdated_since__isnull=True)
    if q.strip():
        rows = queries.found_by(rows, q)
    wanted = {"kind": kind, "state": state, "category": category or None}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return page_by_id(rows, cursor=cursor, limit=limit, out=_out)


@router.get("/article-suggestions", response=list[SuggestionOut], summary="Articles that fit a matter")
def suggest(
    request: HttpRequest, *, category: Code = "", text: Text = "", language: Code = "zh-hans"
) -> list[dict[str, Any]]:
    found = queries.suggest(
        actor=actor_of(request), category=category, about=text, typed="", language=language, now=clock.now()
    )
    return [asdict(one) for one in found]


@router.get("/articles/{number}", response=ArticleOut, summary="One article")
def get_article(request: HttpRequest, number: Code) -> dict[str, Any]:
    actor = actor_of(request)
    return _out(queries.get_article(actor=actor, article_id=queries.id_of(actor=actor, number=number)))


@router.post("/articles", response={201: ArticleOut}, summary="Write an article; people publish it")
def write(request: HttpRequest, payload: ArticleIn) -> Status[dict[str, Any]]:
    return Status(201, _write(request, payload, None))


@router.put("/articles/{number}", response=ArticleOut, summary="Propose the next version of an article")
def propose(request: HttpRequest, number: Code, payload: ArticleIn) -> dict[str, Any]:
    return _write(request, payload, queries.id_of(actor=actor_of(request), number=number))


def _write(request: HttpRequest, payload: ArticleIn, article_id: int | None) -> dict[str, Any]:
    actor = actor_of(request)
    data = payload.dict(exclude={"version", "owner_id", "review_on", "roles"})
    kept = tuple(queries.get_article(actor=actor, article_id=article_id).files) if article_id else ()
    made = actions.write_article(
        actor=actor,
        entry=ArticleEntry(**data, roles=tuple(payload.roles), file_ids=kept),
        article_id=article_id,
        version=payload.version,
        owner_id=payload.owner_id,
        review_on=payload.review_on,
        now=clock.now(),
    )
    return _out(queries.get_article(actor=actor, article_id=made))


@router.get("/phrases", response=list[PhraseOut], summary="Phrases that may be said as they stand")
def list_phrases(request: HttpRequest, *, kind: PhraseKind | None = None, active: bool = True) -> list[dict[str, Any]]:
    rows = queries.phrase_rows(actor=actor_of(request)).filter(active=active).order_by("order", "pk")
    rows = rows.filter(kind=kind.value) if kind else rows
    return [_phrase(row) for row in rows]


@router.get("/phrases/{code}", response=PhraseOut, summary="One phrase")
def get_phrase(request: HttpRequest, code: Code) -> dict[str, Any]:
    return _phrase(queries.phrase(actor=actor_of(request), code=code))


@router.post("/phrases", response={201: PhraseOut}, summary="Make a phrase")
def make_phrase(request: HttpRequest, payload: NewPhraseIn) -> Status[dict[str, Any]]:
    return Status(201, _saved(request, PhraseEntry(**payload.dict()), new=True))


@router.put("/phrases/{code}", response=PhraseOut, summary="Change a phrase")
def change_phrase(request: HttpRequest, code: Code, payload: PhraseIn) -> dict[str, Any]:
    """Where it was used keeps what was said; its words of before stay in the log."""
    known = queries.phrase(actor=actor_of(request), code=code)
    return _saved(request, PhraseEntry(code=known.code, **payload.dict()))


@router.post("/phrases/{code}/retire", response={204: None}, summary="Offer a phrase no more")
def retire_phrase(request: HttpRequest, code: Code) -> Status[None]:
    actions.retire_phrase(actor=actor_of(request), code=code, now=clock.now())
    return Status(204, None)


def _saved(request: HttpRequest, entry: PhraseEntry, *, new: bool = False) -> dict[str, Any]:
    actor = actor_of(request)
    actions.save_phrase(actor=actor, entry=entry, new=new, now=clock.now())
    return _phrase(queries.phrase(actor=actor, code=entry.code))


def _phrase(row: Phrase) -> dict[str, Any]:
    names = ("code", "kind", "texts", "avoid", "category", "cause", "order", "active", "uses")
    return {name: getattr(row, name) for name in names}


@router.post("/wording-checks", response=list[FindingOut], summary="Negative wordings in a text")
def check_wording(request: HttpRequest, payload: WordingIn) -> list[dict[str, Any]]:
    found = queries.check_wording(actor=actor_of(request), text=payload.text, language=payload.language)
    return [asdict(one) for one in found]
