"""The timeline of a customer: this room's entries merged with those of every other room."""

import heapq
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext

from zhike.platform import audit
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.platform.files.queries import ref_of
from zhike.platform.files.types import FileRef
from zhike.record.customers import queries as customers
from zhike.record.customers.types import (
    ErasedPeople,
    Facet,
    NamingText,
    TimelineCursor,
    TimelineEntry,
    cut_timeline,
    timeline_sources,
)
from zhike.record.interactions.models import Attachment, Interaction, Letter
from zhike.record.interactions.policies import CORRECT, WRITE, scope
from zhike.record.interactions.types import Audience, Direction, LetterView, Timeline

SOURCE = "interactions"
PAGE = 30
MOST = 200


def timeline(
    *,
    actor: Actor,
    customer_id: int,
    facet: Facet = Facet.ALL,
    after: TimelineCursor | None = None,
    limit: int = PAGE,
) -> Timeline:
    """Newest first. One or two queries a source, whatever the length of the timeline."""
    asked = min(max(limit, 1), MOST)
    found = [
        source.entries(actor=actor, customer_id=customer_id, facet=facet, after=after, limit=asked + 1)
        for source in timeline_sources()
        if facet is Facet.ALL or facet in source.facets
    ]
    merged = list(heapq.merge(*found, key=lambda entry: entry.cursor, reverse=True))
    if after is not None and after.back:
        entries = tuple(merged[-asked:])
        newer = replace(entries[0].cursor, back=True) if len(merged) > asked else None
        # Beyond the place that the cursor names there is the page that it came from.
        return Timeline(entries, entries[-1].cursor if entries else replace(after, back=False), newer)
    entries = tuple(merged[:asked])
    first = entries[0].cursor if entries else after
    newer = replace(first, back=True) if after is not None and first is not None else None
    return Timeline(entries, entries[-1].cursor if len(merged) > asked else None, newer)


def interaction_rows(*, actor: Actor) -> QuerySet[Interaction]:
    """Entries within reach, for lists that filter, sort and page by themselves."""
    return Interaction.objects.filter(scope(actor)).select_related("customer", "staff", "contact", "audience_unit")


def interaction(*, actor: Actor, interaction_id: int) -> Interaction:
    """One entry; raises NotFound."""
    found = interaction_rows(actor=actor).filter(pk=interaction_id).first()
    if found is None:
        raise NotFound
    return found


def own_entries(
    *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
) -> list[TimelineEntry]:
    """This room's part of a timeline. One query."""
    rows = Interaction.objects.filter(scope(actor), customer_id=customer_id)
    if facet is Facet.OUTSIDE:
        rows = rows.filter(audience=Audience.CUSTOMER.value)
    rows = rows.select_related("staff", "contact", "audience_unit")
    return [entry_of(row, actor) for row in cut_timeline(rows, source=SOURCE, after=after, limit=limit)]


def about(*, actor: Actor, kind: str, ids: Sequence[str], limit: int = PAGE) -> list[TimelineEntry]:
    """Entries about records of one kind, newest first."""
    rows = interaction_rows(actor=actor).filter(about_kind=kind, about_id__in=[str(pk) for pk in ids])
    return [entry_of(row, actor) for row in rows.order_by("-occurred_at", "-pk")[:limit]]


def letters(*, actor: Actor, interaction_ids: Sequence[int]) -> dict[int, LetterView]:
    """The mails among these entries, with what is attached. Two queries at most."""
    if not interaction_ids:
        return {}
    seen = Interaction.objects.filter(scope(actor), pk__in=list(interaction_ids))
    rows = Letter.objects.filter(interaction__in=seen).select_related("interaction")
    found = {row.pk: row for row in rows}
    files: dict[int, list[tuple[FileRef, bool]]] = {}
    attached = Attachment.objects.filter(interaction_id__in=list(found)).select_related("file") if found else []
    for one in sorted(attached, key=lambda one: (one.interaction_id, one.inline, one.place)):
        files.setdefault(one.interaction_id, []).append((ref_of(one.file), one.inline))
    return {pk: _letter(row, files.get(pk, [])) for pk, row in found.items()}


def letter_subjects(
    *, actor: Actor, message_ids: Sequence[str], refs: Sequence[UUID] = ()
) -> list[tuple[str, str, int]]:
    """What mails are about and whose they are: those with these Message-IDs, or of ours with these names."""
    wanted = Q(message_id__in=[one for one in message_ids if one]) | Q(ref__in=list(refs))
    rows = Letter.objects.filter(wanted, interaction__in=Interaction.objects.filter(scope(actor)))
    found = rows.exclude(interaction__about_kind="").order_by("-interaction__occurred_at", "-pk")
    return list(found.values_list("interaction__about_kind", "interaction__about_id", "interaction__customer_id"))


def wrote_about(*, actor: Actor, about: tuple[str, str], address: str) -> bool:
    """Whether mails from or to this address are about this record."""
    rows = Letter.objects.filter(
        interaction__in=Interaction.objects.filter(scope(actor), about_kind=about[0], about_id=about[1])
    )
    return rows.filter(Q(sender=address) | Q(recipients__contains=[address])).exists()


def last_letter(*, actor: Actor, about: tuple[str, str], incoming: bool | None = None) -> LetterView | None:
    """The newest mail about a record. Three queries at most."""
    rows = Letter.objects.filter(
        interaction__in=Interaction.objects.filter(
            scope(actor), about_kind=about[0], about_id=about[1], struck_at__isnull=True
        )
    )
    if incoming is not None:
        rows = rows.filter(interaction__direction=(Direction.IN if incoming else Direction.OUT).value)
    newest = rows.order_by("-interaction__occurred_at", "-pk").values_list("pk", flat=True).first()
    return letters(actor=actor, interaction_ids=[newest])[newest] if newest is not None else None


def _letter(row: Letter, files: Sequence[tuple[FileRef, bool]]) -> LetterView:
    return LetterView(
        interaction_id=row.pk,
        message_id=row.message_id,
        references=tuple(row.references),
        sender=row.sender,
        sender_name=row.sender_name,
        recipients=tuple(row.recipients),
        quoted=row.quoted,
        was_cut=row.was_cut,
        ref=row.ref,
        raw_file_id=row.raw_file_id,
        incoming=row.interaction.direction == Direction.IN.value,
        attachments=tuple(files),
        unproven=row.unproven,
    )


def id_of_external(*, actor: Actor, system: str, ref: str) -> int | None:
    """The entry that another system's contact was taken over as, if it was."""
    rows = Interaction.objects.filter(scope(actor), external_system=system, external_ref=ref)
    return rows.values_list("pk", flat=True).first()


def contact_counts(*, actor: Actor, customer_ids: Sequence[int]) -> dict[int, int]:
    """Contacts with each of these customers, for groups. One query."""
    rows = Interaction.objects.filter(scope(actor), customer_id__in=customer_ids, audience=Audience.CUSTOMER.value)
    return dict(rows.values_list("customer_id").annotate(n=Count("pk")))


def entry_of(row: Interaction, actor: Actor) -> TimelineEntry:
    """`row` with staff, contact and unit loaded."""
    own = row.staff_id is not None and row.staff_id == actor.staff_id and actor.has(WRITE.code)
    return TimelineEntry(
        at=row.occurred_at,
        source=SOURCE,
        key=row.pk,
        channel=row.channel,
        audience=row.audience,
        zone=row.zone,
        direction=row.direction,
        by=row.staff.name if row.staff else "",
        contact=row.contact.name if row.contact else "",
        contact_id=row.contact_id,
        unit=row.audience_unit.name if row.audience_unit else "",
        subject=gettext(row.message) % row.params if row.message else row.subject,
        body=row.body,
        struck=row.struck_at is not None,
        corrects=row.corrects_id,
        can_correct=row.struck_at is None and not row.message and (own or actor.has(CORRECT.code)),
        redacted=row.redacted_at is not None,
    )


_FIELDS = ("subject", "body")
PARAMS = "params."


def traces_of(rows: QuerySet[Interaction]) -> Sequence[audit.Trace]:
    """Lines of the log with the words of these entries."""
    found = dict(rows.values_list("pk", "customer_id"))
    if not found:
        return ()
    return (audit.Trace(kind="customer", ids=sorted(set(found.values())), key="entry", values=sorted(found)),)


def entries_naming(people: ErasedPeople, limit: int) -> list[NamingText]:
    """Entries whose words may name these people; their own are left out. Part of an erasure's preview."""
    letters = Letter.objects.annotate(to_all=Cast("recipients", TextField()))
    naming = letters.filter(customers.mentions_q(people, "quoted", "sender_name", "to_all")).values("pk")
    rows = Interaction.objects.annotate(filled=Cast("params", TextField()))
    in_system = ~Q(message="") & customers.mentions_q(people, "filled")
    rows = rows.filter(customers.mentions_q(people, *_FIELDS) | in_system | Q(pk__in=naming))
    own = Letter.objects.filter(sender__in=people.of_these(people.addresses or ())).values("pk")
    rows = rows.filter(redacted_at__isnull=True).exclude(contact_id__in=people.contact_ids)
    found = list(rows.exclude(contact__isnull=True, pk__in=own).select_related("customer").order_by("-pk")[:limit])
    texts = entry_texts([row.pk for row in found])
    return [
        NamingText(
            id=row.pk,
            fields=texts[row.pk],
            title=f"{row.customer.name} · {row.subject[:40] or row.pk}",
            url=f"{reverse('customers:open', args=[row.customer_id])}",
        )
        for row in found
        if row.pk in texts
    ]


def entry_texts(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What these entries and their letters say now, by field; `params.` goes before what an entry fills in."""
    rows = Interaction.objects.filter(pk__in=ids, redacted_at__isnull=True).values("pk", "message", "params", *_FIELDS)
    found = {}
    for row in rows:
        found[row["pk"]] = {name: row[name] for name in _FIELDS}
        if row["message"]:
            filled = {f"{PARAMS}{key}": text for key, text in row["params"].items() if isinstance(text, str)}
            found[row["pk"]] |= filled
    for letter in Letter.objects.filter(pk__in=found).values("pk", "quoted", "sender_name", "recipients"):
        own = found[letter["pk"]]
        own["quoted"], own["sender_name"] = letter["quoted"], letter["sender_name"]
        own["recipients"] = "\n".join(letter["recipients"])
    return found


def older_than(before: datetime) -> QuerySet[Interaction]:
    """Entries with words of people that happened before this."""
    said = Interaction.objects.filter(occurred_at__lt=before, redacted_at__isnull=True)
    return said.exclude(subject="", body="")
