"""allauth in our house: nobody signs up by themselves, and a changed password is an audited action."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from zhike.platform import clock
from zhike.platform.accounts.actions import set_own_password
from zhike.platform.accounts.models import User
from zhike.platform.actors import Actor, system_actor


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def set_password(self, user: User, password: str) -> None:
        """Called by allauth after it has checked the old password or the one-time link."""
        found = getattr(self.request, "actor", None)
        signed_in = isinstance(found, Actor) and found.user_id == user.pk
        actor = found if isinstance(found, Actor) and signed_in else system_actor("accounts.reset_link")
        set_own_password(actor=actor, user_id=user.pk, password=password, now=clock.now())
        user.refresh_from_db()
