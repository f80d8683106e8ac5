"""Words of knowledge: what articles and phrases are, and what the rooms above tell of themselves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.actors import Actor
from zhike.platform.bulk.types import FieldKind, TargetField
from zhike.platform.errors import Conflict
from zhike.platform.i18n.labels import LANGUAGES
from zhike.platform.numbering import Series

Label = str | Promise
Texts = Mapping[str, str]
ARTICLE_KIND: Final = "article"
ARTICLE_SERIES: Final = Series(key="article", prefix="K-", width=5)
# The unit number of what the whole company may read; no unit has it.
EVERYWHERE: Final = 0
MAX_TITLE: Final = 120
MAX_TEXT: Final = 20_000
MAX_PHRASE: Final = 1_000
MOST_FILES: Final = 10


class ArticleKind(StrEnum):
    QUESTION = "question"
    RULE = "rule"
    TARIFF = "tariff"
    SERVICE = "service"
    OUTLET = "outlet"


class ArticleState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Freshness(StrEnum):
    """Whether what an article says holds today."""

    CURRENT = "current"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVIEW_DUE = "review_due"


class Deed(StrEnum):
    """What was decided about a version."""

    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVIEWED = "reviewed"


class PhraseKind(StrEnum):
    WORDING = "wording"
    APOLOGY = "apology"
    THANKS = "thanks"
    GREETING = "greeting"


class SecondPersonFor(StrEnum):
    """Which articles only somebody else than their writer may publish."""

    ALL = "all"
    RULES = "rules"
    NONE = "none"


KIND_LABELS: Final[Mapping[str, Label]] = {
    ArticleKind.QUESTION: _("Question and answer"),
    ArticleKind.RULE: pgettext_lazy("article", "Rule"),
    ArticleKind.TARIFF: pgettext_lazy("article", "Tariff"),
    ArticleKind.SERVICE: pgettext_lazy("article", "Service"),
    ArticleKind.OUTLET: _("Facts of outlets"),
}
STATE_LABELS: Final[Mapping[str, Label]] = {
    ArticleState.DRAFT: pgettext_lazy("article", "Draft"),
    ArticleState.PUBLISHED: pgettext_lazy("article", "Published"),
    ArticleState.WITHDRAWN: pgettext_lazy("article", "Withdrawn"),
}
FRESHNESS_LABELS: Final[Mapping[str, Label]] = {
    Freshness.CURRENT: pgettext_lazy("article", "Valid"),
    Freshness.NOT_YET: pgettext_lazy("article", "Not valid yet"),
    Freshness.EXPIRED: pgettext_lazy("article", "Out of date"),
    Freshness.REVIEW_DUE: _("Review overdue"),
}
DEED_LABELS: Final[Mapping[str, Label]] = {
    Deed.PUBLISHED: pgettext_lazy("article", "Published"),
    Deed.REFUSED: pgettext_lazy("article", "Refused"),
    Deed.WITHDRAWN: pgettext_lazy("article", "Withdrawn"),
    Deed.REVIEWED: _("Found still right"),
}
PHRASE_LABELS: Final[Mapping[str, Label]] = {
    PhraseKind.WORDING: _("Say it better"),
    PhraseKind.APOLOGY: pgettext_lazy("phrase", "Apology"),
    PhraseKind.THANKS: pgettext_lazy("phrase", "Thanks"),
    PhraseKind.GREETING: pgettext_lazy("phrase", "Greeting"),
}
SECOND_LABELS: Final[Mapping[SecondPersonFor, Label]] = {
    SecondPersonFor.ALL: _("All articles"),
    SecondPersonFor.RULES: _("Rules and tariffs"),
    SecondPersonFor.NONE: pgettext_lazy("articles", "None"),
}
# What is binding: the company is held to what it says there.
BINDING: Final = frozenset({ArticleKind.RULE, ArticleKind.TARIFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleEntry:
    """What somebody writes of an article; every text by language.

    `answers` is what the customer may be told, `bodies` what only staff read. `unit_id` None and no `roles`: everybody
    on the staff; `for_customers`: customers may read title and answer themselves.
    """

    kind: ArticleKind
    titles: Texts
    answers: Texts = field(default_factory=dict)
    bodies: Texts = field(default_factory=dict)
    category: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    unit_id: int | None = None
    roles: tuple[str, ...] = ()
    for_customers: bool = False
    file_ids: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastArticle:
    """An article that is taken over as it stands, with who wrote and who published it."""

    entry: ArticleEntry
    owner_id: int
    written_at: datetime
    review_on: date
    published_by_id: int | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseEntry:
    """`avoid`: by language the negative wordings that it replaces, for `wording` only."""

    code: str
    kind: PhraseKind
    texts: Texts
    avoid: Mapping[str, Sequence[str]] = field(default_factory=dict)
    category: str = ""
    cause: str = ""
    order: int = 100
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PastUse:
    """Something of ours that was used in an answer; exactly one of the two ids."""

    about: tuple[str, int]
    at: datetime
    category: str = ""
    article_id: int | None = None
    phrase_id: int | None = None
    staff_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An article for the reply box, in the language in which the customer is answered."""

    id: int
    number: str
    kind: str
    title: str
    answer: str
    body: str
    freshness: Freshness
    since: date | None
    fits: bool

    @property
    def is_outdated(self) -> bool:
        return self.freshness is not Freshness.CURRENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A negative wording in a text: where it stands, and what may be said instead."""

    phrase_id: int
    found: str
    start: int
    better: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text in a comparison: kept, added or taken away."""

    text: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Outdated:
    """Of the published articles within reach, those that are out of date or whose review is overdue."""

    outdated: int
    published: int


def _texts(name: str, label: Label, most: int, called: Mapping[str, Sequence[str]]) -> list[TargetField]:
    """The same text in the three languages."""
    return [
        TargetField(
            f"{name}_{language.replace('-', '_')}",
            format_lazy("{what} ({language})", what=label, language=language),
            max_length=most,
            also_called=called.get(language, ()),
        )
        for language in LANGUAGES
    ]


ARTICLE_FIELDS: Final = (
    TargetField(
        "external_id",
        _("Id of the article in the other system"),
        required=True,
        max_length=120,
        help=_("Finds it again when the list is sent once more."),
        also_called=("编号", "編號", "id"),
    ),
    TargetField(
        "kind", _("Kind of article"), FieldKind.CODE, required=True, choices=KIND_LABELS, also_called=("类型", "類型")
    ),
    *_texts(
        "title",
        pgettext_lazy("article", "Title"),
        MAX_TITLE,
        {"zh-hans": ("标题", "问题"), "zh-hant": ("標題", "問題"), "en": ("title", "question")},
    ),
    *_texts(
        "answer",
        _("What the customer may be told"),
        MAX_TEXT,
        {"zh-hans": ("答复", "答案"), "zh-hant": ("答覆",), "en": ("answer",)},
    ),
    *_texts(
        "body",
        _("For colleagues only"),
        MAX_TEXT,
        {"zh-hans": ("内部说明",), "zh-hant": ("內部說明",), "en": ("internal",)},
    ),
    TargetField("category", _("Category"), max_length=40, also_called=("分类", "分類")),
    TargetField("valid_from", _("Valid from"), FieldKind.DATE, also_called=("生效日期",)),
    TargetField("valid_until", _("Valid until"), FieldKind.DATE, also_called=("失效日期",)),
    TargetField("review_on", _("Looked at again on"), FieldKind.DATE, also_called=("复核日期", "檢視日期")),
    TargetField("unit", _("Code of the unit that reads it"), max_length=40, help=_("With those below; empty: all.")),
    TargetField("roles", _("Roles that read it"), max_length=400, help=_("Codes with commas; empty: every role.")),
    TargetField("for_customers", _("Customers may read title and answer themselves"), FieldKind.BOOLEAN),
    TargetField("staff", _("Staff number of the owner"), max_length=40, also_called=("工号", "工號")),
)
ARTICLE_REASONS: Final[Mapping[str, Label]] = {
    "required": _("Something that an article needs is missing here."),
    "too_long": _("This text is too long."),
    "before_start": _("The last day lies before the first."),
    "nothing": _("What customers may read themselves needs a text for customers."),
    "limited": _("What only some colleagues may read cannot be open to customers."),
    "unknown_category": _("There is no such category; use its code."),
    "unknown_unit": _("There is no unit of this code."),
    "unknown_role": _("There is no role of this code."),
    "unknown_staff": _("There is nobody with this staff number."),
    "has_left": _("This staff number belongs to somebody who has left."),
    "repeated": _("This id stands in an earlier line of the file."),
    "not_yours": _("The article of this id lies outside your reach."),
}


class ArticleClash(Conflict):
    code = "article_changed_meanwhile"
    kept = _("What you typed is still in the form.")
    next_step = _("Look at what has changed and save again.")


class NothingToDecide(Conflict):
    code = "article_not_proposed"
    message = _("No version of this article waits for a decision.")


class Matters(Protocol):
    """What the desk calls its matters and their causes. The cases room answers."""

    def categories(self, *, actor: Actor) -> Mapping[str, str]: ...

    def causes(self, *, actor: Actor) -> Mapping[str, str]: ...


class Subjects(Protocol):
    """Records in whose answers articles were used, by kind; those the actor may see, each with label and address."""

    @property
    def kind(self) -> str: ...

    def labels(self, *, actor: Actor, ids: Collection[int]) -> Mapping[int, tuple[str, str]]: ...


_matters: list[Matters] = []
_subjects: dict[str, Subjects] = {}


def register_matters(source: Matters) -> None:
    """Called from a room's `providers.py`."""
    _matters[:] = [source]


def register_subjects(source: Subjects) -> None:
    """Called from a room's `providers.py`."""
    _subjects[source.kind] = source


def matters() -> Matters | None:
    return _matters[0] if _matters else None


def subjects() -> Mapping[str, Subjects]:
    return dict(_subjects)
