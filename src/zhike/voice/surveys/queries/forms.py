"""Reading forms, with everything that they ask."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.platform.i18n.labels import pick
from zhike.voice.surveys.models import Item, Questionnaire, Section, Version
from zhike.voice.surveys.policies import ANSWER, NOBODY, form_scope
from zhike.voice.surveys.rules import asking
from zhike.voice.surveys.types import (
    Audience,
    Dimension,
    FormView,
    ItemKind,
    ItemView,
    Journey,
    Measure,
    Question,
    SectionView,
    Stage,
    VersionState,
)


def readable(actor: Actor) -> Q:
    """Versions that somebody may read: those of forms within sight; whoever answers reads what was published."""
    seen = form_scope(actor)
    if seen == NOBODY and actor.has(ANSWER.code):
        return ~Q(state=VersionState.DRAFT.value)
    return seen


def form(*, actor: Actor, version_id: int) -> FormView:
    """One version of a form. Three queries; raises NotFound."""
    return _view(actor, Q(pk=version_id))


def published_form(*, actor: Actor, code: str) -> FormView:
    """The version that new campaigns carry. Three queries; raises NotFound where none is published."""
    return _view(actor, Q(questionnaire__code=code, number=F("questionnaire__published_version")))


def latest_form(*, actor: Actor, code: str) -> FormView:
    """The version written last, draft or not. Three queries; raises NotFound."""
    return _view(actor, Q(questionnaire__code=code, number=F("questionnaire__version")))


def numbered_form(*, actor: Actor, code: str, number: int) -> FormView:
    """This version of a form. Three queries; raises NotFound."""
    return _view(actor, Q(questionnaire__code=code, number=number))


def form_rows(*, actor: Actor) -> QuerySet[Questionnaire]:
    """Forms within sight with what lists show: whether a draft waits, how long the one in use takes."""
    versions = Version.objects.filter(questionnaire=OuterRef("pk"))
    return (
        Questionnaire.objects.filter(form_scope(actor))
        .select_related("owner")
        .annotate(
            has_draft=Exists(versions.filter(number=OuterRef("version"), state=VersionState.DRAFT.value)),
            seconds=Subquery(versions.filter(number=OuterRef("published_version")).values("seconds")),
        )
    )


def get_form_row(*, actor: Actor, code: str) -> Questionnaire:
    """One form with the same. Raises NotFound."""
    found = form_rows(actor=actor).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def versions_of(*, actor: Actor, code: str) -> list[Version]:
    """The newest first. One query."""
    rows = Version.objects.filter(readable(actor), questionnaire__code=code)
    return list(rows.select_related("made_by").order_by("-number"))


# zhike: allow query-actor -- it reads no row, only the items given
def questions(
    items: Sequence[ItemView],
    language: str,
    *,
    said: Mapping[str, Sequence[str]] | None = None,
    wrong: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Question, ...]:
    """These items as they are put to somebody; `surveys/questions.html` draws them."""
    return asking.questions(items, language, said=said, wrong=wrong)


def forms_of(*, actor: Actor, version_ids: Collection[int]) -> dict[int, FormView]:
    """Several versions at once, by id; those that are not to be read are left out. Three queries, however many."""
    return _views(actor, Q(pk__in=version_ids))


def _view(actor: Actor, wanted: Q) -> FormView:
    found = list(_views(actor, wanted).values())
    if not found:
        raise NotFound
    return found[0]


def _views(actor: Actor, wanted: Q) -> dict[int, FormView]:
    rows = list(Version.objects.filter(readable(actor), wanted).select_related("questionnaire"))
    if not rows:
        return {}
    items: dict[int, list[Item]] = defaultdict(list)
    for item in Item.objects.filter(version__in=rows).order_by("order"):
        items[item.section_id].append(item)
    sections: dict[int, list[SectionView]] = defaultdict(list)
    for section in Section.objects.filter(version__in=rows).order_by("order"):
        sections[section.version_id].append(_section(section, items[section.pk]))
    return {row.pk: _form(row, sections[row.pk]) for row in rows}


def _form(row: Version, sections: Sequence[SectionView]) -> FormView:
    about = row.questionnaire
    return FormView(
        version_id=row.pk,
        questionnaire_id=about.pk,
        code=about.code,
        number=row.number,
        state=VersionState(row.state),
        audience=Audience(about.audience),
        names=about.names,
        intro=row.intro,
        thanks=row.thanks,
        seconds=row.seconds,
        published_at=row.published_at,
        sections=tuple(sections),
    )


def _section(row: Section, items: list[Item]) -> SectionView:
    return SectionView(
        id=row.pk,
        key=row.key,
        titles=row.titles,
        stage=Stage(row.stage),
        journey=Journey(row.journey),
        order=row.order,
        items=tuple(_item(item, row.key) for item in items),
    )


def _item(row: Item, section_key: str) -> ItemView:
    return ItemView(
        id=row.pk,
        key=row.key,
        section_key=section_key,
        order=row.order,
        kind=ItemKind(row.kind),
        scale=row.scale,
        texts=row.texts,
        hints=row.hints,
        required=row.required,
        na_allowed=row.na_allowed,
        measure=Measure(row.measure),
        driver=row.driver,
        weight=row.weight,
        dimension=Dimension(row.dimension),
        unit_id=row.unit_id,
        when_key=row.when_key,
        when_values=tuple(row.when_values),
        choices=tuple(row.choices),
    )


def forms_named(*, actor: Actor, keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """What the log calls forms, and their pages."""
    rows = Questionnaire.objects.filter(form_scope(actor), code__in=keys).values_list("code", "names")
    return {code: (pick(names), reverse("surveys:form", args=[code])) for code, names in rows}
