"""Who sets up mailboxes, and who decides about mails that could not be filed by themselves."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.authz import Right
from zhike.platform.files import Purpose
from zhike.platform.files.types import DOCUMENTS, IMAGES, MAIL, NAMES, ZIP

MANAGE = Right("mail.manage", _("Set up mailboxes"), frozenset({"admin"}))
FILE = Right("mail.file", _("Decide about mails whose sender is not known"), frozenset({"agent", "supervisor"}))
# Kept whatever it is: who looks into it later must find what came.
RAW = Purpose(
    code="mail.raw", label=_("Mail as it came"), types=frozenset({*NAMES, "application/octet-stream"}), right=FILE
)
ATTACHED = Purpose(
    code="mail.attached", label=_("File attached to a mail"), types=IMAGES | DOCUMENTS | {MAIL, ZIP}, right=FILE
)
