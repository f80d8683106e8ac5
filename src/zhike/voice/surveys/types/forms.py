"""Forms as they are read and written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import Conflict
from zhike.voice.surveys.types.words import Audience, Dimension, ItemKind, Journey, Measure, Stage, VersionState

Texts = Mapping[str, str]
MOST_ITEMS: Final = 60
MOST_SECTIONS: Final = 12
MOST_CHOICES: Final = 30
MAX_QUESTION: Final = 300
MAX_HINT: Final = 300
MAX_INTRO: Final = 1_000
MAX_ANSWER: Final = 4_000
# What the field of a question sends for “not used / not relevant”.
NOT_RELEVANT: Final = "na"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEntry:
    """One question as it is written; its place is its place in the section.

    `choices` are texts by language, numbered from 1. An empty weight shares what its driver has left.
    """

    key: str
    kind: ItemKind
    texts: Texts
    scale: str = ""
    hints: Texts = field(default_factory=dict)
    required: bool = True
    na_allowed: bool = False
    measure: Measure = Measure.NONE
    driver: str = ""
    weight: Decimal | None = None
    dimension: Dimension = Dimension.NONE
    unit_id: int | None = None
    when_key: str = ""
    when_values: tuple[int, ...] = ()
    choices: tuple[Texts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionEntry:
    """A part of a form: one page, saved as one."""

    key: str
    titles: Texts
    stage: Stage = Stage.NONE
    journey: Journey = Journey.NONE
    items: tuple[ItemEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormEntry:
    """A whole form as it is written."""

    code: str
    audience: Audience
    names: Texts
    intro: Texts = field(default_factory=dict)
    thanks: Texts = field(default_factory=dict)
    sections: tuple[SectionEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One question of one version. `order` counts through the whole form, from 1."""

    id: int
    key: str
    section_key: str
    order: int
    kind: ItemKind
    scale: str
    texts: Texts
    hints: Texts
    required: bool
    na_allowed: bool
    measure: Measure
    driver: str
    weight: Decimal | None
    dimension: Dimension
    unit_id: int | None
    when_key: str
    when_values: tuple[int, ...]
    choices: tuple[Texts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    id: int
    key: str
    titles: Texts
    stage: Stage
    order: int
    items: tuple[ItemView, ...]
    journey: Journey = Journey.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """One version of a form with everything that it asks; `seconds` is 0 until it is published."""

    version_id: int
    questionnaire_id: int
    code: str
    number: int
    state: VersionState
    audience: Audience
    names: Texts
    intro: Texts
    thanks: Texts
    seconds: int
    published_at: datetime | None
    sections: tuple[SectionView, ...]

    @property
    def items(self) -> tuple[ItemView, ...]:
        """All questions in order."""
        return tuple(item for section in self.sections for item in section.items)

    def item(self, key: str) -> ItemView | None:
        return next((item for item in self.items if item.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanAnswer:
    """What was said to one question, as the table of answers keeps it.

    `value`: the scale's point or the number of the one choice. `skipped`: “not used / not relevant”.
    """

    value: int | None = None
    choices: tuple[int, ...] = ()
    amount: Decimal | None = None
    text: str = ""
    skipped: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing was said, not even that it is not relevant."""
        return not (self.skipped or self.choices or self.text) and self.value is None and self.amount is None

    @property
    def chosen(self) -> set[int]:
        """The points or choices that routing looks at."""
        return {self.value} if self.value is not None else set(self.choices)


# What may arrive for one question: of a form field, of several fields of one name, of a program, of a file.
Raw = str | int | Decimal | Sequence[str] | Sequence[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    label: str | Promise
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One item as it is put to somebody. `is_row`: a row of numbers of which only the ends have words."""

    key: str
    number: int
    kind: ItemKind
    text: str
    hint: str
    required: bool
    is_row: bool
    options: tuple[Option, ...]
    said: str
    errors: tuple[str, ...]

    @property
    def offered(self) -> tuple[Option, ...]:
        """What lies on the scale or among the choices."""
        return tuple(option for option in self.options if option.value != NOT_RELEVANT)

    @property
    def apart(self) -> Option | None:
        """“Not relevant”, where it may be said: it stands beneath, as no point of the scale."""
        return next((option for option in self.options if option.value == NOT_RELEVANT), None)

    @property
    def ends(self) -> tuple[Option, ...]:
        """The lowest and the highest point of a row, whose words stand beside it."""
        return (self.offered[0], self.offered[-1]) if self.is_row and self.offered else ()

    @property
    def has_hint(self) -> bool:
        return bool(self.hint or self.ends or self.kind is ItemKind.MULTIPLE)

    @property
    def input_type(self) -> str:
        return "checkbox" if self.kind is ItemKind.MULTIPLE else "radio"

    @property
    def described_by(self) -> str:
        """Ids of what says more about the field: its hint, and what is wrong with it."""
        return " ".join(
            f"{self.key}_{part}" for part, there in (("hint", self.has_hint), ("error", self.errors)) if there
        )

    @property
    def most(self) -> int:
        return MAX_ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFault:
    """One reason why a form cannot be published; `key` names the section or question, '' the form itself."""

    code: str
    message: str | Promise
    key: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        return str(self.message) % dict(self.params) if self.params else str(self.message)


class FormClash(Conflict):
    """Somebody else changed the form meanwhile."""

    code = "form_clash"
    message = _("The form was changed by somebody else meanwhile.")
    next_step = _("Look at it as it stands now and make your change again.")


class NoDraft(Conflict):
    code = "no_draft"
    message = _("This form has no draft that could be published.")
    next_step = _("Begin the next version first.")


class NotInUse(Conflict):
    code = "form_not_in_use"
    message = _("No version of this form is in use.")
    next_step = _("Publish a version first.")
