"""Extensions and whose they are; telephone systems and how their payload reads."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.record.organization import queries as organization
from zhike.service.reception import events
from zhike.service.reception.models import Extension, PhoneSystem
from zhike.service.reception.policies import MANAGE, extension_scope
from zhike.service.reception.rules import MAX_EXTENSION, profile_errors
from zhike.service.reception.types import Profile


@action
def assign_extension(*, actor: Actor, number: str, staff_id: int, now: datetime) -> int:
    """From now on this telephone is this person's; whoever had it until now has it no longer."""
    authorize(actor, MANAGE)
    typed = number.strip()
    if not typed or len(typed) > MAX_EXTENSION or not typed.isascii() or " " in typed:
        raise Invalid.of(
            "number", "unfit", _("An extension is up to 20 figures or letters, as the telephone system says it.")
        )
    organization.staff_member(actor=actor, staff_id=staff_id)
    person = organization.assignee(actor=actor, staff_id=staff_id)
    held = Extension.objects.select_for_update(of=("self",)).filter(number=typed, valid_until__isnull=True).first()
    if held is not None and held.staff_id == person.id:
        return held.pk
    if held is not None:
        if not Extension.objects.filter(extension_scope(actor), pk=held.pk).exists():
            raise Invalid.of("number", "beyond", _("Somebody outside your reach has this extension."))
        held.valid_until = now
        held.save(update_fields=["valid_until"])
    row = _given(typed, person.id, now)
    before = {"staff": held.staff_id} if held else {}
    audit.record(
        actor,
        events.ExtensionGiven(
            subject=("extension", row.pk), before=before, after={"number": typed, "staff": person.id}
        ),
        now=now,
    )
    return row.pk


def _given(number: str, staff_id: int, now: datetime) -> Extension:
    """The extension in its new hands. Where two assign a free one at once, the second learns that it is not free."""
    try:
        with transaction.atomic():
            return Extension.objects.create(number=number, staff_id=staff_id, valid_from=now)
    except IntegrityError as error:
        if "extension_held_by_one" not in str(error):
            raise
        raise Invalid.of(
            "number", "taken", _("Somebody else has assigned this extension just now. Look whose it is, then decide.")
        ) from error


@action
def end_extension(*, actor: Actor, extension_id: int, now: datetime) -> None:
    """This telephone is nobody's; its calls wait for whoever takes them."""
    rows = Extension.objects.filter(extension_scope(actor), pk=extension_id, valid_until__isnull=True)
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound
    authorize(actor, MANAGE, subject=("extension", extension_id))
    row.valid_until = now
    row.save(update_fields=["valid_until"])
    audit.record(actor, events.ExtensionEnded(subject=("extension", row.pk), before={"staff": row.staff_id}), now=now)


@action
def pass_extensions(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, extension_ids: Sequence[int] | None, now: datetime
) -> int:
    """A leaver's telephones go to a colleague."""
    authorize(actor, MANAGE)
    rows = Extension.objects.filter(staff_id=from_staff_id, valid_until__isnull=True)
    rows = rows if extension_ids is None else rows.filter(pk__in=extension_ids)
    numbers = list(rows.values_list("number", flat=True))
    for number in numbers:
        assign_extension(actor=actor, number=number, staff_id=to_staff_id, now=now)
    audit.record(
        actor,
        events.ExtensionGiven(subject=("staff", to_staff_id), after={"from": from_staff_id, "numbers": numbers}),
        now=now,
    )
    return len(numbers)


@action
def save_phone_system(
    *, actor: Actor, code: str, name: str, unit_id: int, profile: Profile, active: bool, now: datetime
) -> int:
    """Set a telephone system up, or change how its payload reads."""
    authorize(actor, MANAGE)
    wrong = profile_errors(profile)
    if not code.strip():
        wrong["code"] = [FieldError("required", _("Give the telephone system a code; it stands in its address."))]
    if not name.strip():
        raise Invalid.of("name", "required", _("Give the telephone system a name."))
    if wrong:
        raise Invalid(wrong)
    if unit_id not in organization.unit_labels(actor=actor, unit_ids=[unit_id]):
        raise Invalid.of("unit", "unknown", _("Choose the unit."))
    known = PhoneSystem.objects.select_related("unit").filter(code=code.strip()[:40]).first()
    if known is not None:
        authorize(actor, MANAGE, subject=("phone_system", known.pk), unit_no=known.unit.tree_no)
    values = {"name": name.strip()[:80], "unit_id": unit_id, "profile": asdict(profile), "active": active}
    row, _new = PhoneSystem.objects.update_or_create(code=code.strip()[:40], defaults=values)
    audit.record(actor, events.PhoneSystemSaved(subject=("phone_system", row.pk), after=values), now=now)
    return row.pk
