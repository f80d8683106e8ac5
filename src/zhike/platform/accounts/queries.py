"""Reading sign-ins."""

from zhike.platform.accounts.models import User
from zhike.platform.accounts.policies import authorize_own_or_manage
from zhike.platform.accounts.types import Profile, Theme
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound


def profile(*, actor: Actor, user_id: int) -> Profile:
    """The own profile, or anybody's for those who manage sign-ins."""
    authorize_own_or_manage(actor, user_id)
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return profile_of(user)


# zhike: allow query-actor, query-scope -- asked by the sign-in page, where there is nobody yet; it names nobody
def is_empty() -> bool:
    """Whether there is no sign-in at all: a company that nobody has begun."""
    return not User.objects.exists()


def profile_of(user: User) -> Profile:
    return Profile(
        user_id=user.pk,
        username=user.username,
        name=user.name,
        email=user.email,
        language=user.language,
        theme=Theme(user.theme),
        keyboard_shortcuts=user.keyboard_shortcuts,
        must_change_password=user.must_change_password,
        is_active=user.is_active,
    )
