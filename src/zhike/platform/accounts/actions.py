"""Opening, closing and keeping sign-ins."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.accounts import events
from zhike.platform.accounts.models import User
from zhike.platform.accounts.policies import MANAGE_ACCOUNTS, authorize_own
from zhike.platform.accounts.queries import profile_of
from zhike.platform.accounts.rules import clean_username, initial_password
from zhike.platform.accounts.types import OpenedAccount, Profile, Theme
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.platform.i18n.middleware import supported


@action
def open_account(
    *,
    actor: Actor,
    username: str,
    name: str,
    email: str = "",
    language: str = "zh-hans",
    password: str | None = None,
    now: datetime,
) -> OpenedAccount:
    """Open a sign-in. Its password is given back once and must be changed, unless the caller set one itself."""
    authorize(actor, MANAGE_ACCOUNTS)
    stored = _check_identity(username, email)
    given = password or initial_password()
    user = User.objects.create_user(
        stored,
        given,
        name=name.strip(),
        email=email.strip().lower(),
        language=supported(language) or "en",
        must_change_password=password is None,
    )
    audit.record(
        actor,
        events.AccountOpened(
            subject=("user", user.pk), after={"username": stored, "name": user.name, "email": user.email}
        ),
        now=now,
    )
    return OpenedAccount(user_id=user.pk, username=stored, initial_password=given)


@action
def renew_password(*, actor: Actor, user_id: int, now: datetime) -> OpenedAccount:
    """Give a new initial password to somebody who lost theirs; all sessions end."""
    user = _locked(user_id)
    authorize(actor, MANAGE_ACCOUNTS, subject=("user", user_id))
    given = initial_password()
    user.set_password(given)
    user.must_change_password = True
    user.session_epoch += 1
    user.save(update_fields=["password", "must_change_password", "session_epoch"])
    audit.record(actor, events.PasswordRenewed(subject=("user", user_id)), now=now)
    return OpenedAccount(user_id=user_id, username=user.username, initial_password=given)


@action
def set_own_password(*, actor: Actor, user_id: int, password: str, now: datetime) -> None:
    """Set the password that the person has chosen; whoever calls has checked the old one or a one-time link."""
    user = _locked(user_id)
    authorize_own(actor, user_id)
    try:
        validate_password(password, user)
    except ValidationError as refused:
        raise Invalid({"password": [FieldError("password", message) for message in refused.messages]}) from refused
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    audit.record(actor, events.PasswordChanged(subject=("user", user_id)), now=now)


@action
def update_profile(
    *,
    actor: Actor,
    user_id: int,
    language: str | None = None,
    theme: str | None = None,
    keyboard_shortcuts: bool | None = None,
    now: datetime,
) -> Profile:
    """Change how the desk looks and speaks to this person; what is None stays."""
    user = _locked(user_id)
    authorize_own(actor, user_id)
    before = {"language": user.language, "theme": user.theme, "keyboard_shortcuts": user.keyboard_shortcuts}
    if language is not None:
        user.language = _known_language(language)
    if theme is not None:
        if theme not in set(Theme):
            raise Invalid.of("theme", "unknown", _("There is no such appearance: %(theme)s"), theme=theme)
        user.theme = theme
    if keyboard_shortcuts is not None:
        user.keyboard_shortcuts = keyboard_shortcuts
    after = {"language": user.language, "theme": user.theme, "keyboard_shortcuts": user.keyboard_shortcuts}
    changed = [field for field, value in after.items() if value != before[field]]
    if changed:
        user.save(update_fields=changed)
        audit.record(
            actor,
            events.ProfileChanged(
                subject=("user", user_id),
                before={field: before[field] for field in changed},
                after={field: after[field] for field in changed},
            ),
            now=now,
        )
    return profile_of(user)


@action
def close_account(*, actor: Actor, user_id: int, reason: str = "", now: datetime) -> None:
    """Nobody signs in with it any more, and every session ends now."""
    user = _locked(user_id)
    authorize(actor, MANAGE_ACCOUNTS, subject=("user", user_id))
    user.is_active = False
    user.session_epoch += 1
    user.save(update_fields=["is_active", "session_epoch"])
    audit.record(actor, events.AccountClosed(subject=("user", user_id), reason=reason), now=now)


@action
def reopen_account(*, actor: Actor, user_id: int, reason: str = "", now: datetime) -> None:
    user = _locked(user_id)
    authorize(actor, MANAGE_ACCOUNTS, subject=("user", user_id))
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(actor, events.AccountReopened(subject=("user", user_id), reason=reason), now=now)


@action
def end_sessions(*, actor: Actor, user_id: int, now: datetime) -> None:
    """Sign this person out everywhere."""
    authorize(actor, MANAGE_ACCOUNTS, subject=("user", user_id))
    if not User.objects.filter(pk=user_id).update(session_epoch=F("session_epoch") + 1):
        raise NotFound
    audit.record(actor, events.SessionsEnded(subject=("user", user_id)), now=now)


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user


def _known_language(language: str) -> str:
    found = supported(language)
    if found is None:
        raise Invalid.of("language", "unknown", _("There is no such language: %(language)s"), language=language)
    return found


def _check_identity(username: str, email: str) -> str:
    """The stored user name; raises Invalid naming each field that is malformed or taken."""
    wrong: dict[str, list[FieldError]] = {}
    stored = clean_username(username)
    if stored is None:
        wrong["username"] = [
            FieldError("form", _("A user name has 3 to 60 Latin letters, digits and . _ - @ + and no spaces."))
        ]
    address = email.strip().lower()
    if address:
        try:
            validate_email(address)
        except ValidationError:
            wrong["email"] = [FieldError("form", _("This is not an e-mail address."))]
    same = User.objects.filter(Q(username=stored or "") | (Q(email=address) & ~Q(email="")))
    for taken_name, taken_address in same.values_list("username", "email"):
        if taken_name == stored:
            wrong["username"] = [FieldError("taken", _("This user name is taken."))]
        if address and taken_address == address:
            wrong["email"] = [FieldError("taken", _("Another sign-in has this e-mail address."))]
    if wrong or stored is None:
        raise Invalid(wrong)
    return stored
