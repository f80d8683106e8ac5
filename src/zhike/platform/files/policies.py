"""Who looks after the file store. Who may see a file is answered by the rooms whose records hold it."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor, ActorKind
from zhike.platform.authz import Right
from zhike.platform.files.models import StoredFile

MANAGE_FILES = Right("files.manage", _("Look after stored files, erase and remove them"), frozenset({"admin"}))


def is_uploader(actor: Actor, row: StoredFile) -> bool:
    """Whether this actor handed it in; of an address that many may share, nobody can say so."""
    if actor.kind is ActorKind.PUBLIC:
        return False
    return (row.actor_kind, row.actor_id) == (actor.kind.value, actor.id)
