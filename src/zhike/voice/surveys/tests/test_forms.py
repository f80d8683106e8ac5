"""Forms as they are written, published and taken out of use."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from zhike.platform.actors import Actor, ActorKind
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.record.organization.tests import factories as organization
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.models import Item, Questionnaire, Section, Version
from zhike.voice.surveys.policies import ANSWER
from zhike.voice.surveys.rules import building
from zhike.voice.surveys.rules.builtin import FORMS
from zhike.voice.surveys.tests.factories import NOW, designer, draft, entry, item, published, section
from zhike.voice.surveys.types import (
    Audience,
    Dimension,
    FormClash,
    ItemKind,
    Measure,
    NoDraft,
    NotInUse,
    VersionState,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def written(kind: str) -> int:
    return AuditEntry.objects.filter(type=f"surveys.form_{kind}").count()


@pytest.mark.req("SURV-01")
@pytest.mark.req("SURV-12")
def test_draft__is_read_as_it_was_written_and_rewritten_as_a_whole() -> None:
    by, unit = designer(), organization.unit()
    first = entry(
        item("a", driver="speed", weight=Decimal("0.6"), dimension=Dimension.RELIABILITY, unit_id=unit.pk),
        item("b", kind=ItemKind.MULTIPLE, na_allowed=True, required=False, hints={"en": "Any of them"}),
        item("c", when_key="a", when_values=(2, 1), measure=Measure.OVERALL),
        intro={"en": "Hello"},
    )
    made = actions.save_form(actor=by, entry=first, new=True, now=NOW)
    form = queries.form(actor=by, version_id=made)
    kept = building.entry_of(form)
    items = first.sections[0].items
    assert kept == replace(
        first, sections=(replace(first.sections[0], items=(*items[:2], replace(items[2], when_values=(1, 2)))),)
    )
    assert (form.state, form.number, [one.order for one in form.items]) == (VersionState.DRAFT, 1, [1, 2, 3])
    second = entry(sections=(section(item("c")), section(item("d"), key="more")), audience=Audience.GENERAL)
    assert actions.save_form(actor=by, entry=second, now=LATER) == made
    form = queries.form(actor=by, version_id=made)
    assert building.entry_of(form) == second
    assert Item.objects.count() == 2
    assert written("written") == 2


@pytest.mark.req("SURV-01")
def test_version__published_is_frozen_and_changed_by_the_next_one() -> None:
    by = designer()
    form = published(item("a"), by=by)
    assert (form.state, form.seconds) == (VersionState.PUBLISHED, 8)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Item.objects.filter(version=form.version_id).update(required=False)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Section.objects.filter(version=form.version_id).update(order=7)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Version.objects.filter(pk=form.version_id).update(seconds=1)
    after = actions.save_form(actor=by, entry=entry(item("a"), item("b")), now=LATER)
    assert after != form.version_id
    assert [one.key for one in queries.published_form(actor=by, code="short").items] == ["a"]
    assert queries.latest_form(actor=by, code="short").number == 2
    actions.publish_form(actor=by, code="short", now=LATER)
    assert [one.key for one in queries.published_form(actor=by, code="short").items] == ["a", "b"]
    assert [(one.number, one.state) for one in queries.versions_of(actor=by, code="short")] == [
        (2, "published"),
        (1, "retired"),
    ]
    assert queries.numbered_form(actor=by, code="short", number=1).version_id == form.version_id


def test_draft__of_the_next_version_begins_as_the_latest_stands_and_once_only() -> None:
    by = designer()
    form = published(item("a"), item("b", kind=ItemKind.SINGLE), by=by)
    begun = actions.begin_draft(actor=by, code="short", now=LATER)
    assert building.entry_of(queries.form(actor=by, version_id=begun)) == building.entry_of(form)
    assert actions.begin_draft(actor=by, code="short", now=LATER) == begun
    assert Version.objects.count() == 2


def test_draft__is_not_overwritten_by_whoever_saw_an_older_one() -> None:
    by = designer()
    draft(by=by)
    actions.save_form(actor=by, entry=entry(item("b")), seen=NOW, now=LATER)
    with pytest.raises(FormClash):
        actions.save_form(actor=by, entry=entry(item("c")), seen=NOW, now=LATER)
    with pytest.raises(FormClash):
        actions.publish_form(actor=by, code="short", seen=NOW, now=LATER)
    assert [one.key for one in queries.latest_form(actor=by, code="short").items] == ["b"]


def test_draft__with_faults_is_refused_by_field_and_nothing_is_kept() -> None:
    by = designer()
    draft(by=by)
    with pytest.raises(Invalid) as refused:
        actions.save_form(actor=by, entry=entry(item("x", unit_id=999_999), names={}), now=NOW)
    assert set(refused.value.fields) == {"names", "unit"}
    with pytest.raises(Invalid) as taken:
        actions.save_form(actor=by, entry=entry(), new=True, now=NOW)
    assert [error.code for error in taken.value.fields["code"]] == ["taken"]
    with pytest.raises(NotFound):
        actions.save_form(actor=by, entry=entry(code="other"), now=NOW)
    assert Questionnaire.objects.count() == 1
    assert [one.key for one in queries.latest_form(actor=by, code="short").items] == ["overall"]


def test_publishing__looks_again_and_names_every_reason() -> None:
    by = designer()
    draft(item("a", texts={"en": "How?"}), item("b", kind=ItemKind.SINGLE, choices=()), by=by)
    with pytest.raises(Invalid) as refused:
        actions.publish_form(actor=by, code="short", now=NOW)
    found = refused.value.fields[""]
    assert [error.code for error in found] == ["untranslated", "few_choices"]
    assert [error.text()[:3] for error in found] == ["1. ", "2. "]
    assert queries.latest_form(actor=by, code="short").state is VersionState.DRAFT
    with pytest.raises(NotFound):
        queries.published_form(actor=by, code="short")


@pytest.mark.req("SURV-14")
def test_publishing__recommendation_alone_is_blocked_with_the_reason() -> None:
    by = designer()
    draft(item("recommend", scale="nps11", measure=Measure.RECOMMEND), item("why", kind=ItemKind.TEXT), by=by)
    with pytest.raises(Invalid) as refused:
        actions.publish_form(actor=by, code="short", now=NOW)
    (reason,) = refused.value.fields[""]
    assert reason.code == "nps_alone"
    assert "满意度" in reason.text()
    assert written("published") == 0


@pytest.mark.req("SURV-12")
def test_publishing__writes_down_equal_weights_that_sum_to_one() -> None:
    form = published(*(item(key, driver="speed") for key in "abc"), item("d", driver="price"))
    weights = [one.weight for one in form.items]
    assert weights == [Decimal("0.3333"), Decimal("0.3333"), Decimal("0.3334"), Decimal(1)]


def test_publishing__needs_a_draft_and_the_right() -> None:
    by = designer()
    draft(by=by)
    with pytest.raises(Forbidden):
        actions.publish_form(actor=organization.actor(roles=("supervisor",)), code="short", now=NOW)
    actions.publish_form(actor=by, code="short", now=NOW)
    with pytest.raises(NoDraft):
        actions.publish_form(actor=by, code="short", now=NOW)
    with pytest.raises(Forbidden):
        actions.save_form(actor=organization.actor(roles=("executive",)), entry=entry(), now=NOW)
    with pytest.raises(Forbidden):
        actions.begin_draft(actor=organization.actor(roles=("agent",)), code="short", now=NOW)
    assert Version.objects.count() == 1


def test_retiring__says_why_and_the_next_version_brings_the_form_back() -> None:
    by = designer()
    published(by=by)
    with pytest.raises(Invalid):
        actions.retire_form(actor=by, code="short", reason=" ", now=NOW)
    actions.retire_form(actor=by, code="short", reason="不再使用", now=NOW)
    row = Questionnaire.objects.get()
    assert (row.active, row.published_version) == (False, 0)
    assert AuditEntry.objects.get(type="surveys.form_retired").reason == "不再使用"
    with pytest.raises(NotInUse):
        actions.retire_form(actor=by, code="short", reason="again", now=NOW)
    actions.begin_draft(actor=by, code="short", now=LATER)
    actions.publish_form(actor=by, code="short", now=LATER)
    assert Questionnaire.objects.get().active
    with pytest.raises(Forbidden):
        actions.retire_form(actor=organization.actor(), code="short", reason="x", now=NOW)


@pytest.mark.req("SURV-03")
@pytest.mark.req("SURV-04")
def test_builtin__forms_are_taken_in_once_and_what_is_there_stays() -> None:
    by = designer()
    own = published(item("a"), by=by, code="senior")
    found = actions.install_builtin(actor=by, publish=True, now=NOW)
    assert found == [form.code for form in FORMS if form.code != "senior"]
    assert queries.published_form(actor=by, code="senior") == own
    assert [len(part.items) for part in queries.published_form(actor=by, code="general").sections] == [2, 4, 7, 6]
    assert actions.install_builtin(actor=by, now=NOW) == []


def test_builtin__forms_are_drafts_for_whoever_may_not_publish() -> None:
    with pytest.raises(Forbidden):
        actions.install_builtin(actor=organization.actor(roles=("supervisor",)), now=NOW)
    by = designer()
    actions.install_builtin(actor=by, now=NOW)
    senior = queries.latest_form(actor=by, code="senior")
    assert (senior.state, [len(part.items) for part in senior.sections]) == (VersionState.DRAFT, [4, 4, 5])
    unable = replace(by, rights=by.rights - {"surveys.publish"})
    with pytest.raises(Forbidden):
        actions.install_builtin(actor=unable, publish=True, now=NOW)


def test_reading__takes_three_queries_however_long_the_form_is() -> None:
    by = designer()
    actions.install_builtin(actor=by, publish=True, now=NOW)
    with CaptureQueriesContext(connection) as spent:
        queries.published_form(actor=by, code="general")
    assert len(spent) == 3


def test_reading__is_for_those_who_see_surveys_and_whoever_answers_reads_what_was_published() -> None:
    by = designer()
    asked = published(by=by)
    waiting = draft(by=by, code="other")
    holder = Actor(kind=ActorKind.LINK, id="survey", rights=frozenset({ANSWER.code}), purpose="survey")
    assert queries.form(actor=holder, version_id=asked.version_id).items == asked.items
    assert list(queries.form_rows(actor=holder)) == []
    outlet = organization.actor(roles=("outlet",))
    for actor, version_id in ((holder, waiting.version_id), (outlet, asked.version_id)):
        with pytest.raises(NotFound):
            queries.form(actor=actor, version_id=version_id)
    # What was retired since is still read: campaigns that carry it run on.
    actions.retire_form(actor=by, code="short", reason="x", now=NOW)
    assert queries.form(actor=holder, version_id=asked.version_id).state is VersionState.RETIRED
    agent = organization.actor()
    assert [row.code for row in queries.form_rows(actor=agent).order_by("pk")] == ["short", "other"]


def _refused(constraint: str, make: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        _at_once(make)


def _at_once(make: Callable[[], object]) -> None:
    """With the constraints that are asked at the end of a transaction."""
    make()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_constraints__of_forms_hold() -> None:
    form = draft(item("a", measure=Measure.OVERALL), item("b"), by=designer())
    whole = Questionnaire.objects.filter(pk=form.questionnaire_id)
    again = {"audience": "contact", "made_at": NOW, "changed_at": NOW}
    _refused("questionnaire_code_once", lambda: Questionnaire.objects.create(code="short", **again))
    _refused("questionnaire_audience_known", lambda: whole.update(audience="x"))
    _refused("questionnaire_counts", lambda: whole.update(version=0))
    _refused("questionnaire_counts", lambda: whole.update(published_version=2))
    versions = Version.objects.filter(pk=form.version_id)
    more = {"questionnaire_id": form.questionnaire_id, "made_at": NOW}
    _refused("survey_version_once", lambda: Version.objects.create(number=1, **more))
    _refused("survey_version_from_one", lambda: versions.update(number=0))
    _refused("survey_version_state_known", lambda: versions.update(state="x", published_at=NOW))
    _refused("survey_version_published_says_when", lambda: versions.update(state="published"))
    _refused("survey_version_published_says_when", lambda: versions.update(published_at=NOW))
    own = {"version_id": form.version_id}
    _refused("survey_section_key_once", lambda: Section.objects.create(key="all", order=2, **own))
    _refused("survey_section_order_once", lambda: Section.objects.create(key="x", order=1, **own))
    _refused("survey_section_stage_known", lambda: Section.objects.update(stage="x"))
    _refused("survey_section_journey_known", lambda: Section.objects.update(journey="x"))
    first = Item.objects.filter(version=form.version_id, key="a")
    second = Item.objects.filter(version=form.version_id, key="b")
    _refused("survey_item_key_once", lambda: second.update(key="a"))
    _refused("survey_item_order_once", lambda: second.update(order=1))
    _refused("survey_item_measure_once", lambda: second.update(measure="overall"))
    _refused("survey_item_kind_known", lambda: second.update(kind="x", scale=""))
    _refused("survey_item_measure_known", lambda: second.update(measure="x"))
    _refused("survey_item_dimension_known", lambda: second.update(dimension="x"))
    _refused("survey_item_scale_fits", lambda: first.update(kind="text"))
    _refused("survey_item_scale_fits", lambda: first.update(scale=""))
    _refused("survey_item_weight_fits", lambda: first.update(weight=0))
    _refused("survey_item_weight_fits", lambda: first.update(weight=Decimal("1.1")))
    _refused("survey_item_condition_whole", lambda: second.update(when_key="a"))
    _refused("survey_item_condition_whole", lambda: second.update(when_values=[1]))


def test_frozen__nothing_is_added_to_or_taken_from_what_was_published() -> None:
    form = published()
    with pytest.raises(DatabaseError, match="never changed") as refused, transaction.atomic():
        Section.objects.create(version_id=form.version_id, key="more", order=2)
    assert "survey_content_frozen" in str(refused.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Item.objects.filter(version=form.version_id).delete()
    with pytest.raises(DatabaseError, match="never changed") as kept, transaction.atomic():
        Version.objects.filter(pk=form.version_id).update(state="draft", published_at=None)
    assert "survey_version_frozen" in str(kept.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]
