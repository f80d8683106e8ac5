"""Who may let programs in."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.authz import Right

MANAGE_KEYS = Right("api.manage_keys", _("Make and revoke API keys"), frozenset({"admin"}))
