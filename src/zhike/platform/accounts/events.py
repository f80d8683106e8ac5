"""What the log says about sign-ins."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit

_PERSONAL = frozenset({"username", "name", "email"})


class AccountOpened(audit.Event):
    type = "accounts.opened"
    label = _("Sign-in opened")
    personal = _PERSONAL


class AccountClosed(audit.Event):
    type = "accounts.closed"
    label = _("Sign-in closed and all sessions ended")


class AccountReopened(audit.Event):
    type = "accounts.reopened"
    label = _("Sign-in opened again")


class SessionsEnded(audit.Event):
    type = "accounts.sessions_ended"
    label = _("All sessions ended")


class PasswordRenewed(audit.Event):
    type = "accounts.password_renewed"
    label = _("New initial password given")


class PasswordChanged(audit.Event):
    type = "accounts.password_changed"
    label = _("Password changed")


class ProfileChanged(audit.Event):
    type = "accounts.profile_changed"
    label = _("Profile changed")
    personal = _PERSONAL
