"""What the log says of keys."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit


class KeyMade(audit.Event):
    type = "api.key_made"
    label = _("API key made")


class KeyRevoked(audit.Event):
    type = "api.key_revoked"
    label = _("API key revoked")
