"""Working state of one person: remembered columns and drafts. Neither authorized nor audited: nobody else sees it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid
from zhike.platform.i18n.labels import LANGUAGES
from zhike.platform.ui.models import Draft, TablePreference
from zhike.platform.ui.policies import owner_of

MOST_DRAFT = 100_000
MOST_KEY = 120
MOST_LABEL = 120
MEANT = ("key", "name", "how", "by")


def remember_table(*, actor: Actor, table: str, columns: Sequence[str], compact: bool) -> None:
    """Keep the reader's choice of columns and row height."""
    TablePreference.objects.update_or_create(
        table=table, owner=owner_of(actor), defaults={"columns": list(columns), "compact": compact}
    )


def keep_draft(
    *,
    actor: Actor,
    key: str,
    label: str,
    url: str,
    content: Mapping[str, str],
    labels: Mapping[str, str] = MappingProxyType({}),
    meant: Mapping[str, str] = MappingProxyType({}),
    now: datetime,
) -> None:
    """Keep what is being typed; empty content forgets it. `labels` is the label by language, where it has several.

    `meant` says whom it is for and by which way, where it goes to somebody.
    """
    if not key or len(key) > MOST_KEY or sum(len(text) for text in content.values()) > MOST_DRAFT:
        raise Invalid.of("key", "too_long", _("This draft is too long to be kept on the server."))
    if not any(text.strip() for text in content.values()):
        Draft.objects.filter(owner=owner_of(actor), key=key).delete()
        return
    Draft.objects.update_or_create(
        owner=owner_of(actor),
        key=key,
        defaults={
            "label": label[:MOST_LABEL],
            "labels": {code: labels[code][:MOST_LABEL] for code in LANGUAGES if labels.get(code)},
            "url": url[:500],
            "content": dict(content),
            "meant": {name: meant[name][:MOST_LABEL] for name in MEANT if meant.get(name)},
            "saved_at": now,
        },
    )
