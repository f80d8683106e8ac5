"""People: adding and changing them, their duty, and their sign-in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.accounts import actions as accounts
from zhike.platform.accounts.types import OpenedAccount
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, FieldError, Invalid, NotFound
from zhike.platform.i18n.folding import pinyin_key, stroke_key
from zhike.record.organization import events
from zhike.record.organization.actions._phones import read_phones
from zhike.record.organization.models import Skill, Staff, StaffSkill, Unit
from zhike.record.organization.policies import EDIT_COURIERS, EDIT_STAFF, authorize_duty, staff_scope
from zhike.record.organization.queries.staff import staff_summary
from zhike.record.organization.types import Duty, StaffEntry, StaffSummary

_FIELDS = [
    "number",
    "name",
    "form_of_address",
    "unit_id",
    "rank",
    "phones",
    "email",
    "is_courier",
    "employed_from",
    "employed_until",
]
MAX_LEVEL = 5


@action
def create_staff(*, actor: Actor, entry: StaffEntry, now: datetime) -> StaffSummary:
    """Add a person. A sign-in and roles are given by actions of their own; most couriers need neither."""
    unit = _unit(entry.unit_id)
    authorize(actor, EDIT_STAFF, subject=("unit", entry.unit_id), unit_no=unit.tree_no if unit else None)
    entry = _checked(entry, unit)
    staff = Staff(**_columns(entry))
    staff.save(force_insert=True)
    _write_skills(staff.pk, entry.skills)
    audit.record(
        actor,
        events.StaffAdded(subject=("staff", staff.pk), after={**_known(staff), "skills": dict(entry.skills)}),
        now=now,
    )
    outbox.emit(events.StaffChangedEvent(staff_ids=[staff.pk]), now=now)
    return staff_summary(staff)


@action
def update_staff(*, actor: Actor, staff_id: int, entry: StaffEntry, now: datetime) -> StaffSummary:
    """Replace what is known of a person, the unit included; both units must be within reach."""
    staff = locked_staff(actor, staff_id)
    unit = _unit(entry.unit_id)
    authorize(actor, EDIT_STAFF, subject=("staff", staff_id), unit_no=staff.unit.tree_no)
    authorize(actor, EDIT_STAFF, subject=("unit", entry.unit_id), unit_no=unit.tree_no if unit else None)
    entry = _checked(entry, unit, staff)
    before = {**_known(staff), "skills": _skills(staff_id)}
    for column, value in _columns(entry).items():
        setattr(staff, column, value)
    after = {**_known(staff), "skills": dict(entry.skills)}
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        staff.save(update_fields=list(_columns(entry)))
        _write_skills(staff_id, entry.skills)
        _record_change(actor, staff_id, before, after, now)
    return staff_summary(staff)


@action
def update_courier(
    *, actor: Actor, staff_id: int, phones: Sequence[str] | None = None, duty: Duty | None = None, now: datetime
) -> StaffSummary:
    """What an outlet keeps up to date of its couriers: phones and duty. What is None stays."""
    staff = locked_staff(actor, staff_id)
    authorize(actor, EDIT_COURIERS, subject=("staff", staff_id), unit_no=staff.unit.tree_no)
    if not staff.is_courier:
        raise Invalid.of("staff_id", "no_courier", _("This person is not a courier."))
    before = {"phones": list(staff.phones), "duty": staff.duty}
    if phones is not None:
        numbers, doubtful = read_phones(phones, staff.unit.zone)
        if doubtful:
            raise Invalid({"phones": doubtful})
        staff.phones = list(numbers)
    if duty is not None:
        staff.duty = _possible_duty(staff, duty)
    after = {"phones": list(staff.phones), "duty": staff.duty}
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        staff.save(update_fields=changed)
        _record_change(actor, staff_id, before, after, now)
    return staff_summary(staff)


@action
def set_duty(*, actor: Actor, staff_id: int, duty: Duty, now: datetime) -> StaffSummary:
    """Go on or off duty: everybody for themselves, others by who may edit them."""
    staff = locked_staff(actor, staff_id)
    authorize_duty(actor, staff_id, staff.unit.tree_no)
    before, staff.duty = staff.duty, _possible_duty(staff, duty)
    if before != staff.duty:
        staff.save(update_fields=["duty"])
        _record_change(actor, staff_id, {"duty": before}, {"duty": staff.duty}, now)
    return staff_summary(staff)


@action
def save_skill(*, actor: Actor, code: str, labels: Mapping[str, str], now: datetime) -> None:
    """Add a skill, or change its labels."""
    authorize(actor, EDIT_STAFF)
    skill, _made = Skill.objects.get_or_create(code=code)
    before, skill.labels = skill.labels, dict(labels)
    skill.save(update_fields=["labels"])
    audit.record(
        actor,
        events.SkillChanged(subject=("skill", code), before={"labels": before}, after={"labels": skill.labels}),
        now=now,
    )


@action
def open_staff_account(
    *,
    actor: Actor,
    staff_id: int,
    username: str,
    language: str = "zh-hans",
    password: str | None = None,
    now: datetime,
) -> OpenedAccount:
    """Open a sign-in for a person; its first password is given back once and must be changed."""
    staff = locked_staff(actor, staff_id)
    authorize(actor, EDIT_STAFF, subject=("staff", staff_id), unit_no=staff.unit.tree_no)
    if not staff.active:
        raise Conflict(_("This person has left."))
    if staff.user_id is not None:
        raise Conflict(_("This person has a sign-in already."), next_step=_("Give a new initial password instead."))
    opened = accounts.open_account(
        actor=actor,
        username=username,
        name=staff.name,
        email=staff.email,
        language=language,
        password=password,
        now=now,
    )
    staff.user_id = opened.user_id
    staff.save(update_fields=["user"])
    _record_change(actor, staff_id, {"user_id": None}, {"user_id": opened.user_id}, now)
    return opened


@action
def renew_staff_password(*, actor: Actor, staff_id: int, now: datetime) -> OpenedAccount:
    """Give a new initial password to a person who lost theirs."""
    staff = locked_staff(actor, staff_id)
    authorize(actor, EDIT_STAFF, subject=("staff", staff_id), unit_no=staff.unit.tree_no)
    if staff.user_id is None:
        raise Conflict(_("This person has no sign-in yet."))
    renewed = accounts.renew_password(actor=actor, user_id=staff.user_id, now=now)
    audit.record(actor, events.StaffChanged(subject=("staff", staff_id), after={"password": "renewed"}), now=now)
    return renewed


def locked_staff(actor: Actor, staff_id: int, *, against_new_work: bool = False) -> Staff:
    """Load a person within reach for a change; `against_new_work` also waits for whoever is giving them work now."""
    rows = Staff.objects.select_related("unit").filter(staff_scope(actor), pk=staff_id)
    staff = rows.select_for_update(of=("self",), no_key=not against_new_work).first()
    if staff is None:
        raise NotFound
    return staff


def _unit(unit_id: int) -> Unit | None:
    return Unit.objects.active().filter(pk=unit_id).first()


def _possible_duty(staff: Staff, duty: Duty) -> str:
    if not staff.active and duty is not Duty.OFF_DUTY:
        raise Conflict(_("This person has left."))
    return duty.value


def _record_change(
    actor: Actor, staff_id: int, before: Mapping[str, Any], after: Mapping[str, Any], now: datetime
) -> None:
    changed = [name for name in after if before[name] != after[name]]
    event = events.StaffChanged(
        subject=("staff", staff_id),
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    audit.record(actor, event, now=now)
    outbox.emit(events.StaffChangedEvent(staff_ids=[staff_id]), now=now)


def _columns(entry: StaffEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "name": entry.name,
        "name_pinyin": pinyin_key(entry.name),
        "name_strokes": stroke_key(entry.name),
        "form_of_address": entry.form_of_address.strip(),
        "unit_id": entry.unit_id,
        "rank": entry.rank.strip(),
        "phones": list(entry.phones),
        "email": entry.email,
        "is_courier": entry.is_courier,
        "employed_from": entry.employed_from,
        "employed_until": entry.employed_until,
    }


def _known(staff: Staff) -> dict[str, Any]:
    return {name: getattr(staff, name) for name in _FIELDS}


def _skills(staff_id: int) -> dict[str, int]:
    return dict(StaffSkill.objects.filter(staff_id=staff_id).values_list("skill__code", "level"))


def _write_skills(staff_id: int, skills: Mapping[str, int]) -> None:
    StaffSkill.objects.filter(staff_id=staff_id).delete()
    known = dict(Skill.objects.filter(code__in=skills).values_list("code", "id"))
    StaffSkill.objects.bulk_create(
        [StaffSkill(staff_id=staff_id, skill_id=known[code], level=level) for code, level in skills.items()]
    )


def _checked(entry: StaffEntry, unit: Unit | None, staff: Staff | None = None) -> StaffEntry:
    """The entry in its stored form; raises Invalid with every wrong field."""
    wrong: dict[str, list[FieldError]] = {}
    number, email = entry.number.strip().upper(), entry.email.strip().lower()
    if not number:
        wrong["number"] = [FieldError("required", _("Give a staff number."))]
    elif Staff.objects.filter(number=number).exclude(pk=staff.pk if staff else 0).exists():
        wrong["number"] = [FieldError("taken", _("Another person has this number."))]
    if not entry.name.strip():
        wrong["name"] = [FieldError("required", _("Give a name."))]
    if unit is None:
        wrong["unit_id"] = [FieldError("unknown", _("There is no such open unit."))]
    if email and not _is_address(email):
        wrong["email"] = [FieldError("form", _("This is not an e-mail address."))]
    if entry.employed_from and entry.employed_until and entry.employed_until < entry.employed_from:
        wrong["employed_until"] = [FieldError("order", _("The end lies before the start."))]
    numbers, doubtful = read_phones(entry.phones, unit.zone if unit else "")
    if doubtful:
        wrong["phones"] = doubtful
    if refused := _skill_errors(entry.skills):
        wrong["skills"] = refused
    if wrong:
        raise Invalid(wrong)
    return replace(entry, number=number, name=entry.name.strip(), email=email, phones=numbers)


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True


def _skill_errors(skills: Mapping[str, int]) -> list[FieldError]:
    unknown = sorted(set(skills) - set(Skill.objects.filter(code__in=skills).values_list("code", flat=True)))
    if unknown:
        return [FieldError("unknown", _("There is no such skill: %(skills)s"), {"skills": ", ".join(unknown)})]
    if not all(1 <= level <= MAX_LEVEL for level in skills.values()):
        return [FieldError("range", _("A level is between 1 and 5."))]
    return []
