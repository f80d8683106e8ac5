"""Rights of the interface itself."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.authz import Right

EVERYONE = frozenset(
    {
        "agent",
        "supervisor",
        "account_manager",
        "department",
        "outlet",
        "claims",
        "quality",
        "executive",
        "admin",
        "auditor",
    }
)
VIEWS = Right("ui.views", _("Keep own views of lists"), EVERYONE)
SHARE_VIEWS = Right(
    "ui.share_views", _("Share views of lists with a role"), frozenset({"supervisor", "quality", "executive", "admin"})
)
EXPORT = Right("ui.export", _("Export lists to sheets"), EVERYONE)
GALLERY = Right("ui.gallery", _("See the gallery of components"), frozenset({"admin"}))


def owner_of(actor: Actor) -> str:
    """Whose views and drafts these are; no foreign key, so that they outlive a change of accounts."""
    return f"{actor.kind.value}:{actor.id}"
