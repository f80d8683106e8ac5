"""Extensions and telephone systems."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.service.reception.models import Extension, PhoneSystem
from zhike.service.reception.policies import MANAGE, PUSH_CALLS, extension_scope
from zhike.service.reception.types import Profile


def extension_rows(*, actor: Actor) -> QuerySet[Extension]:
    """Extensions in use within reach; everybody sees their own."""
    rows = Extension.objects.filter(extension_scope(actor), valid_until__isnull=True)
    return rows.select_related("staff__unit")


def named_like(rows: QuerySet[Extension], text: str) -> QuerySet[Extension]:
    """Of a list that is scoped already, those whose number or person begins so."""
    return rows.filter(Q(number__startswith=text) | Q(staff__name__startswith=text))


def own_extensions(*, actor: Actor) -> list[str]:
    rows = Extension.objects.filter(extension_scope(actor), staff_id=actor.staff_id or 0, valid_until__isnull=True)
    return list(rows.order_by("number").values_list("number", flat=True))


def phone_systems(*, actor: Actor) -> QuerySet[PhoneSystem]:
    """Telephone systems, for those who set them up."""
    rows = PhoneSystem.objects.select_related("unit").order_by("code")
    return rows if actor.has(MANAGE.code) or actor.has(PUSH_CALLS.code) else rows.none()


def phone_system(*, actor: Actor, code: str) -> PhoneSystem:
    """Raises NotFound."""
    found = phone_systems(actor=actor).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


# zhike: allow query-actor -- it reads no row, only the system given
def profile_of(row: PhoneSystem) -> Profile:
    """How its payload reads."""
    said: Mapping[str, object] = row.profile

    def words(name: str) -> dict[str, str]:
        found = said.get(name)
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    return Profile(
        fields=words("fields"),
        events=words("events"),
        directions=words("directions"),
        zone=str(said.get("zone") or row.unit.zone),
    )
