"""Writing forms, publishing them, and taking them out of use."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.record.organization import queries as organization
from zhike.voice.surveys import events, queries
from zhike.voice.surveys.models import Item, Questionnaire, Section, Version
from zhike.voice.surveys.policies import DESIGN, PUBLISH, SECONDS_CHOICE, SECONDS_TEXT, form_scope
from zhike.voice.surveys.rules import building, builtin, forms
from zhike.voice.surveys.types import FormClash, FormEntry, FormView, NoDraft, NotInUse, VersionState


@action
def save_form(*, actor: Actor, entry: FormEntry, new: bool = False, seen: datetime | None = None, now: datetime) -> int:
    """Write the draft of a form as a whole; begins the form, or its next version, where there is no draft.

    `new`: the code must be nobody's yet. `seen`: when the form that was changed had last been changed.
    Raises Invalid, FormClash, NotFound. Returns the id of the version.
    """
    authorize(actor, DESIGN, subject=("survey_form", entry.code))
    row = Questionnaire.objects.select_for_update(no_key=True).filter(form_scope(actor), code=entry.code).first()
    if row is None and not new:
        raise NotFound
    _check(actor, entry, taken=new and row is not None)
    _same(row, seen)
    if row is None:
        row = Questionnaire.objects.create(
            code=entry.code, audience=entry.audience, owner_id=actor.staff_id, made_at=now, changed_at=now
        )
        version = _next_version(actor, row, 1, now)
    else:
        version = _draft(row) or _next_version(actor, row, row.version + 1, now)
    row.names, row.audience, row.changed_at = forms.kept_texts(entry.names), entry.audience.value, now
    row.version = version.number
    row.save()
    _rewrite(version, entry)
    _note(actor, row, version, entry, now)
    return version.pk


@action
def begin_draft(*, actor: Actor, code: str, now: datetime) -> int:
    """The next version, as the latest one stands; the draft where there is one already. Returns its id."""
    authorize(actor, DESIGN, subject=("survey_form", code))
    latest = queries.latest_form(actor=actor, code=code)
    if latest.state is VersionState.DRAFT:
        return latest.version_id
    return save_form(actor=actor, entry=building.entry_of(latest), now=now)


@action
def publish_form(*, actor: Actor, code: str, seen: datetime | None = None, now: datetime) -> int:
    """Publish the draft: from now on new campaigns carry it, and nobody changes it.

    Raises NoDraft, FormClash, and Invalid with every reason that keeps it from being published. Returns its id.
    """
    authorize(actor, PUBLISH, subject=("survey_form", code))
    row = _locked(actor, code)
    _same(row, seen)
    version = _draft(row)
    if version is None:
        raise NoDraft
    form = queries.form(actor=actor, version_id=version.pk)
    if faults := forms.form_errors(form):
        raise Invalid({"": [FieldError(fault.code, _told(form, fault.key, fault.text())) for fault in faults]})
    for key, weight in forms.equal_weights(form.items).items():
        Item.objects.filter(version=version, key=key).update(weight=weight)
    _retire_published(row)
    version.state, version.published_at = VersionState.PUBLISHED.value, now
    version.seconds = seconds_of(form, at=now)
    version.save(update_fields=["state", "published_at", "seconds"])
    row.published_version, row.active, row.changed_at = version.number, True, now
    row.save(update_fields=["published_version", "active", "changed_at"])
    after = {"version": version.number, "seconds": version.seconds}
    audit.record(actor, events.FormPublished(subject=("survey_form", code), after=after), now=now)
    return version.pk


@action
def retire_form(*, actor: Actor, code: str, reason: str, now: datetime) -> None:
    """No new campaign carries it; what runs goes on, and publishing the next version brings it back."""
    authorize(actor, PUBLISH, subject=("survey_form", code))
    row = _locked(actor, code)
    if not row.published_version:
        raise NotInUse
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Say why the form is no longer used."))
    after = {"version": row.published_version, "state": VersionState.RETIRED.value}
    _retire_published(row)
    row.published_version, row.active, row.changed_at = 0, False, now
    row.save(update_fields=["published_version", "active", "changed_at"])
    said = reason.strip()[:300]
    audit.record(actor, events.FormRetired(subject=("survey_form", code), after=after, reason=said), now=now)


@action
def install_builtin(*, actor: Actor, publish: bool = False, now: datetime) -> list[str]:
    """Take in the forms that come with the product, as drafts; those whose code is there already stay as they are.

    With `publish` they are published at once, which needs that right too. Returns the codes that are new.
    """
    authorize(actor, DESIGN, subject=("survey_form", "builtin"))
    if publish:
        authorize(actor, PUBLISH, subject=("survey_form", "builtin"))
    known = set(Questionnaire.objects.values_list("code", flat=True))
    missing = [entry for entry in builtin.FORMS if entry.code not in known]
    for entry in missing:
        save_form(actor=actor, entry=entry, new=True, now=now)
        if publish:
            publish_form(actor=actor, code=entry.code, now=now)
    return [entry.code for entry in missing]


# zhike: allow action-signature -- a reading of the parameters that pages share with publishing
def seconds_of(form: FormView, *, at: datetime) -> int:
    """The estimated time to answer a form."""
    choice, text = parameters.value(SECONDS_CHOICE, at=at), parameters.value(SECONDS_TEXT, at=at)
    return forms.estimate(form, choice, text)


def _told(form: FormView, key: str, text: str) -> str:
    """A reason with the number of the question it is about."""
    item = form.item(key) if key else None
    return f"{item.order}. {text}" if item else text


def _same(row: Questionnaire | None, seen: datetime | None) -> None:
    """Raises FormClash where the form has changed since; programs read instants to the millisecond."""
    if row is not None and seen is not None and abs(row.changed_at - seen) >= timedelta(milliseconds=1):
        raise FormClash


def _locked(actor: Actor, code: str) -> Questionnaire:
    row = Questionnaire.objects.select_for_update(no_key=True).filter(form_scope(actor), code=code).first()
    if row is None:
        raise NotFound
    return row


def _draft(row: Questionnaire) -> Version | None:
    return Version.objects.filter(questionnaire=row, number=row.version, state=VersionState.DRAFT.value).first()


def _next_version(actor: Actor, row: Questionnaire, number: int, now: datetime) -> Version:
    return Version.objects.create(questionnaire=row, number=number, made_by_id=actor.staff_id, made_at=now)


def _retire_published(row: Questionnaire) -> None:
    published = Version.objects.filter(questionnaire=row, state=VersionState.PUBLISHED.value)
    published.update(state=VersionState.RETIRED.value)


def _check(actor: Actor, entry: FormEntry, *, taken: bool) -> None:
    """Raises Invalid with everything that is wrong."""
    found = building.entry_errors(entry)
    if taken:
        found["code"] = [FieldError("taken", _("There is a form of this code already."))]
    units = {item.unit_id for section in entry.sections for item in section.items if item.unit_id is not None}
    if units and len(organization.unit_labels(actor=actor, unit_ids=units)) < len(units):
        found["unit"] = [FieldError("unknown", _("Choose a unit of the list."))]
    if found:
        raise Invalid(found)


def _rewrite(version: Version, entry: FormEntry) -> None:
    """The draft asks what the entry says: five statements, however long it is."""
    version.intro, version.thanks = forms.kept_texts(entry.intro), forms.kept_texts(entry.thanks)
    version.save(update_fields=["intro", "thanks"])
    Item.objects.filter(version=version).delete()
    Section.objects.filter(version=version).delete()
    sections = Section.objects.bulk_create(
        Section(
            version=version,
            key=section.key,
            order=place,
            titles=forms.kept_texts(section.titles),
            stage=section.stage.value,
            journey=section.journey.value,
        )
        for place, section in enumerate(entry.sections, 1)
    )
    pairs = [(row, item) for row, section in zip(sections, entry.sections, strict=True) for item in section.items]
    Item.objects.bulk_create(
        Item(
            version=version,
            section=row,
            key=item.key,
            order=place,
            kind=item.kind.value,
            scale=item.scale,
            texts=forms.kept_texts(item.texts),
            hints=forms.kept_texts(item.hints),
            required=item.required,
            na_allowed=item.na_allowed,
            measure=item.measure.value,
            driver=item.driver,
            weight=building.kept_weight(item.weight),
            dimension=item.dimension.value,
            unit_id=item.unit_id,
            when_key=item.when_key,
            when_values=sorted(set(item.when_values)),
            choices=[forms.kept_texts(one) for one in item.choices],
        )
        for place, (row, item) in enumerate(pairs, 1)
    )


def _note(actor: Actor, row: Questionnaire, version: Version, entry: FormEntry, now: datetime) -> None:
    after = {
        "version": version.number,
        "audience": row.audience,
        "items": sum(len(section.items) for section in entry.sections),
    }
    audit.record(actor, events.FormWritten(subject=("survey_form", row.code), after=after), now=now)
