"""What the pages of forms share: a form as lines to read, its time, its addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.i18n.labels import LANGUAGES, missing, pick
from zhike.platform.ui.components import Crumb, Status, Tone
from zhike.record.organization import queries as organization
from zhike.voice.surveys.policies import SECONDS_CHOICE, SECONDS_MOST, SECONDS_TEXT
from zhike.voice.surveys.rules import asking, forms
from zhike.voice.surveys.types import (
    AUDIENCE_LABELS,
    DIMENSION_LABELS,
    ITEM_KIND_LABELS,
    MEASURE_LABELS,
    NOT_RELEVANT_LABEL,
    SCALE_LABELS,
    STAGE_LABELS,
    VERSION_STATE_LABELS,
    FormView,
    ItemKind,
    ItemView,
    Label,
    Measure,
    SectionView,
    VersionState,
)

_TONES = {VersionState.DRAFT: Tone.ACT, VersionState.RETIRED: Tone.QUIET}


@dataclass(frozen=True, slots=True)
class Line:
    """One question as colleagues read it; `missing` names languages without a text."""

    item: ItemView
    text: str
    answer: Label
    facts: tuple[str, ...]
    condition: str
    missing: int


@dataclass(frozen=True, slots=True)
class Part:
    section: SectionView
    title: str
    stage: Label
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Duration:
    """The estimated time to answer, beside the most that a form should take."""

    seconds: int
    most: int

    @property
    def text(self) -> str:
        return _clock(self.seconds)

    @property
    def most_text(self) -> str:
        return _clock(self.most)

    @property
    def is_long(self) -> bool:
        return self.seconds > self.most


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def duration_of(form: FormView, now: datetime) -> Duration:
    """As it was when it was published, and as it is now while it is a draft."""
    choice, text = parameters.value(SECONDS_CHOICE, at=now), parameters.value(SECONDS_TEXT, at=now)
    seconds = form.seconds or forms.estimate(form, choice, text)
    return Duration(seconds, parameters.value(SECONDS_MOST, at=now))


def form_url(code: str) -> str:
    return reverse("surveys:form", args=[code])


def builder_url(code: str) -> str:
    return reverse("surveys:builder", args=[code])


def name_of(form: FormView) -> str:
    return pick(form.names) or form.code


def crumbs(form: FormView | None = None, *, builder: bool = False) -> list[Crumb]:
    found = [Crumb(gettext("Forms of surveys"), reverse("surveys:forms"))]
    if form is not None:
        found.append(Crumb(name_of(form), form_url(form.code)))
        if builder:
            found.append(Crumb(gettext("Builder"), builder_url(form.code)))
    return found


def audience_of(form: FormView) -> Label:
    return AUDIENCE_LABELS[form.audience]


def state_of(state: VersionState) -> Status:
    return Status(VERSION_STATE_LABELS[state], _TONES.get(state, Tone.PLAIN))


def parts_of(actor: Actor, form: FormView) -> list[Part]:
    """A form to read. One query, for the departments."""
    wanted = {item.unit_id for item in form.items if item.unit_id is not None}
    units = organization.unit_labels(actor=actor, unit_ids=wanted) if wanted else {}
    by_key = {item.key: item for item in form.items}
    return [
        Part(
            section=section,
            title=pick(section.titles) or section.key,
            stage=STAGE_LABELS[section.stage],
            lines=tuple(_line(item, by_key, units) for item in section.items),
        )
        for section in form.sections
    ]


def answer_label(item: ItemView) -> Label:
    """On which scale, or how."""
    if item.kind is ItemKind.SCALE:
        return SCALE_LABELS.get(item.scale, item.scale)
    return ITEM_KIND_LABELS[item.kind]


def _line(item: ItemView, by_key: Mapping[str, ItemView], units: Mapping[int, str]) -> Line:
    facts: list[Label] = []
    if item.measure is not Measure.NONE:
        facts.append(MEASURE_LABELS[item.measure])
    if item.driver:
        weight = f" × {item.weight:f}".rstrip("0").rstrip(".") if item.weight not in {None, 1} else ""
        facts.append(f"{item.driver}{weight}")
    facts.append(DIMENSION_LABELS[item.dimension])
    facts.append(units.get(item.unit_id or 0, ""))
    if not item.required:
        facts.append(_("May be left out"))
    if item.na_allowed:
        facts.append(NOT_RELEVANT_LABEL)
    return Line(
        item=item,
        text=pick(item.texts) or item.key,
        answer=answer_label(item),
        facts=tuple(str(fact) for fact in facts if fact),
        condition=_condition(item, by_key.get(item.when_key)),
        missing=_untranslated([item.texts, *item.choices, *([item.hints] if item.hints else [])]),
    )


def _condition(item: ItemView, on: ItemView | None) -> str:
    if not item.when_key:
        return ""
    words = dict(asking.words_of(on)) if on is not None else {}
    answers = " / ".join(str(words.get(value) or value) for value in item.when_values)
    question = f"{on.order}. {pick(on.texts)}" if on is not None else item.when_key
    return gettext("Only where “%(question)s” was answered with: %(answers)s") % {
        "question": question,
        "answers": answers,
    }


def _untranslated(texts: Sequence[Mapping[str, str]]) -> int:
    """In how many languages something is missing."""
    return len({language for one in texts for language in missing(one)} & set(LANGUAGES))
