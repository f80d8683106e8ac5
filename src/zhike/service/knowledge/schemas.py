"""Shapes of articles and phrases for programs."""

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from zhike.service.knowledge.types import ArticleKind, ArticleState, Freshness, PhraseKind

Words = dict[Annotated[str, Field(max_length=8)], Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")]]
Short = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
Code = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]
Id = Annotated[int, Field(ge=1, lt=2**63)]


class ArticleOut(Schema):
    """An article as it is in force; before its first publishing, its latest draft."""

    number: str
    kind: ArticleKind
    category: str
    state: ArticleState
    freshness: Freshness
    titles: dict[str, str]
    answers: dict[str, str]
    bodies: dict[str, str]
    valid_from: date | None
    valid_until: date | None
    review_on: date
    unit_id: int | None
    roles: list[str]
    for_customers: bool
    owner_id: int
    version: int
    published_version: int
    pending: bool
    uses: int
    changed_at: datetime


class ArticleIn(Schema):
    """`version`: the latest one that was read; a change in between is refused."""

    kind: ArticleKind
    titles: Words
    answers: Words = {}
    bodies: Words = {}
    category: Code = ""
    valid_from: date | None = None
    valid_until: date | None = None
    review_on: date | None = None
    unit_id: Id | None = None
    roles: Annotated[list[Code], Field(max_length=20)] = []
    for_customers: bool = False
    owner_id: Id | None = None
    note: Short = ""
    version: Annotated[int, Field(ge=1, lt=2**31)] | None = None


class SuggestionOut(Schema):
    number: str
    kind: ArticleKind
    title: str
    answer: str
    freshness: Freshness
    since: date | None
    fits: bool


class PhraseIn(Schema):
    """`avoid`: by language the negative wordings that it replaces, for `wording` only."""

    kind: PhraseKind
    texts: Words
    avoid: dict[Annotated[str, Field(max_length=8)], Annotated[list[Short], Field(max_length=40)]] = {}
    category: Code = ""
    cause: Code = ""
    order: Annotated[int, Field(ge=0, le=9_999)] = 100
    active: bool = True


class NewPhraseIn(PhraseIn):
    code: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]


class PhraseOut(Schema):
    code: str
    kind: PhraseKind
    texts: dict[str, str]
    avoid: dict[str, list[str]]
    category: str
    cause: str
    order: int
    active: bool
    uses: int


class WordingIn(Schema):
    text: Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")]
    language: Annotated[str, Field(max_length=8)] = "zh-hans"


class FindingOut(Schema):
    found: str
    start: int
    better: str
