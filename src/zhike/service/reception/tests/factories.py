"""Small makers of telephones, calls and waiting enquiries, through the real actions."""

from datetime import datetime
from itertools import count
from typing import Any

from django.test import Client

from zhike.platform.accounts.models import User
from zhike.platform.actors import Actor
from zhike.record.customers.tests.factories import NOW, SETUP
from zhike.record.customers.types import Channel
from zhike.record.organization import actions as people
from zhike.record.organization.models import Staff, Unit
from zhike.record.organization.tests import factories as organization
from zhike.service.reception import actions
from zhike.service.reception.models import Call, PhoneSystem, Waiting
from zhike.service.reception.types import CANONICAL, CallTold, Profile, Told, WaitingEntry

__all__ = ["NOW", "NUMBER", "SETUP", "agent", "call", "signed_in", "system", "tell", "waiting"]
NUMBER = "13812345678"
E164 = "+8613812345678"
OWN = Profile(fields={name: name for name in CANONICAL})
_numbers = count(1)


def system(code: str = "acme", *, unit: Unit | None = None, profile: Profile = OWN) -> PhoneSystem:
    of = unit or organization.company()
    actions.save_phone_system(actor=SETUP, code=code, name="总机", unit_id=of.pk, profile=profile, active=True, now=NOW)
    return PhoneSystem.objects.get(code=code)


def agent(extension: str = "", *, at: Unit | None = None, roles: tuple[str, ...] = ("agent",)) -> tuple[Staff, Actor]:
    """Somebody at the desk, with a telephone."""
    member = organization.staff(at, roles=roles)
    if extension:
        actions.assign_extension(actor=SETUP, number=extension, staff_id=member.pk, now=NOW)
    return member, organization.actor_of(member)


def tell(
    event: Told = Told.RINGING,
    *,
    ref: str = "c-1",
    extension: str = "801",
    at: datetime = NOW,
    now: datetime | None = None,
    **given: Any,
) -> Call:
    """One event of a call from the number of 陈静."""
    told = CallTold(
        **{"call_id": ref, "event": event, "caller": NUMBER, "called": "4008001234", "extension": extension, **given},
        occurred_at=at,
    )
    made = actions.take_event(actor=SETUP, system="acme", told=told, now=now or at)
    return Call.objects.get(pk=made.call_id)


def call(extension: str = "801", **given: Any) -> Call:
    """A call that rings; its telephone system is set up where it is not."""
    if not PhoneSystem.objects.exists():
        system()
    return tell(extension=extension, **{"ref": f"c-{next(_numbers)}", **given})


def waiting(unit: Unit | None = None, *, actor: Actor = SETUP, now: datetime = NOW, **given: Any) -> Waiting:
    of = unit or organization.company()
    entry = WaitingEntry(**{"channel": Channel.CHAT, "unit_id": of.pk, "text": "请问到成都多少钱", **given})
    made = actions.add_enquiry(actor=actor, entry=entry, now=now)
    return Waiting.objects.get(pk=made.id)


def signed_in(member: Staff) -> Client:
    """The browser of a member of staff."""
    made = people.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username=f"user{member.pk}",
        password="correct horse battery",
        now=organization.NOW,
    )
    client = Client()
    client.force_login(User.objects.get(pk=made.user_id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
