"""Answers of this room to the customer file and the organization."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actors import Actor
from zhike.platform.bulk.types import Target, register
from zhike.platform.files.types import register_access
from zhike.record.customers.policies import IMPORT, keeping
from zhike.record.customers.types import (
    CustomerColumn,
    ErasedPeople,
    Facet,
    Label,
    NamingText,
    TimelineCursor,
    TimelineEntry,
    register_customer_move,
    register_expiring,
    register_group_measure,
    register_personal_data,
    register_personal_texts,
    register_timeline,
)
from zhike.record.interactions import queries
from zhike.record.interactions.actions import load_contacts
from zhike.record.interactions.actions.forgetting import empty_entries, entries_of, write_blanks
from zhike.record.interactions.models import Attachment, Interaction, Letter
from zhike.record.interactions.policies import VIEW, scope
from zhike.record.interactions.types import CONTACT_FIELDS, CONTACT_REASONS
from zhike.record.organization.types import ScopeColumn, keep_as_history, register_unit_move


class Entries:
    name = queries.SOURCE
    facets = frozenset({Facet.OUTSIDE})

    def entries(
        self, *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
    ) -> Sequence[TimelineEntry]:
        return queries.own_entries(actor=actor, customer_id=customer_id, facet=facet, after=after, limit=limit)


class ContactMeasure:
    code = "interactions"
    label: Label = _("Contacts with the customer")
    right = VIEW.code

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
        return dict(queries.contact_counts(actor=actor, customer_ids=customer_ids))


class Texts:
    """What was said with a person."""

    name = "interactions"
    label: Label = _("What was said in calls, mails, visits and notes")

    def count(self, *, people: ErasedPeople) -> int:
        return entries_of(people).filter(redacted_at__isnull=True).count()

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return empty_entries(entries_of(people), now)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        return queries.traces_of(entries_of(people))


class TextsOfOthers:
    """Entries of others whose words name somebody."""

    name = queries.SOURCE
    label: Label = _("Other calls, mails, visits and notes whose words name them")

    def about(self, *, people: ErasedPeople, limit: int) -> Sequence[NamingText]:
        return queries.entries_naming(people, limit)

    def texts(self, *, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        return queries.entry_texts(ids)

    def write(self, *, texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:
        return write_blanks(texts, now)

    def traces(self, *, ids: Sequence[int]) -> Sequence[audit.Trace]:
        return queries.traces_of(Interaction.objects.filter(pk__in=ids))


class OldEntries:
    name = "interactions.old"
    label: Label = _("Words of old calls, mails, visits and notes")
    keep = keeping("interactions.keep", _("Keep the words of calls, mails, visits and notes"))

    def count(self, *, before: datetime) -> int:
        return queries.older_than(before).count()

    def empty(self, *, before: datetime, limit: int, now: datetime) -> tuple[int, Sequence[audit.Trace]]:
        ids = list(queries.older_than(before).order_by("occurred_at", "pk").values_list("pk", flat=True)[:limit])
        rows = Interaction.objects.filter(pk__in=ids)
        traces = queries.traces_of(rows)
        return empty_entries(rows, now), traces


class LetterFiles:
    """Mails as they came, and what was attached: for whoever may read the entry."""

    name = "interactions"

    def visible(self, *, actor: Actor, file_ids: Sequence[int]) -> Collection[int]:
        seen = Interaction.objects.filter(scope(actor))
        attached = Attachment.objects.filter(file_id__in=file_ids, interaction__in=seen)
        raw = Letter.objects.filter(raw_file_id__in=file_ids, interaction__in=seen)
        return {*attached.values_list("file_id", flat=True), *raw.values_list("raw_file_id", flat=True)} - {None}

    def referenced(self, *, file_ids: Sequence[int]) -> Collection[int]:
        attached = Attachment.objects.filter(file_id__in=file_ids)
        raw = Letter.objects.filter(raw_file_id__in=file_ids)
        return {*attached.values_list("file_id", flat=True), *raw.values_list("raw_file_id", flat=True)} - {None}


CONTACTS = register(
    Target(
        key="interactions.contacts",
        label=_("Calls, mails, visits and notes"),
        fields=CONTACT_FIELDS,
        right=IMPORT,
        load=load_contacts,
        reasons=CONTACT_REASONS,
        list_url_name="customers:list",
    )
)
register_access(LetterFiles())
register_timeline(Entries())
register_group_measure(ContactMeasure())
register_customer_move(CustomerColumn("interactions_interaction"), keys=["interactions.Interaction.customer"])
register_personal_data(Texts(), keys=["interactions.Interaction.contact"])
register_personal_texts(TextsOfOthers())
register_expiring(OldEntries())
register_unit_move(ScopeColumn("interactions_interaction"))
keep_as_history("interactions.Interaction.staff")
