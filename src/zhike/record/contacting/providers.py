"""Answers of contacting to the customer file and the organization."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actors import Actor
from zhike.record.contacting import queries
from zhike.record.contacting.actions.erasure import count_people, empty_people, move_wishes, traces_of
from zhike.record.contacting.actions.waiting_words import (
    traces_of_waiting,
    waiting_naming,
    waiting_texts,
    write_blanks,
)
from zhike.record.contacting.policies import VIEW
from zhike.record.contacting.queries import log
from zhike.record.contacting.queries.cards import tab
from zhike.record.contacting.queries.texts import customer_sample
from zhike.record.contacting.types import EVENT_LABELS, EventKind, Value, register_sample_source
from zhike.record.customers.types import (
    CardPlace,
    CustomerColumn,
    ErasedPeople,
    Facet,
    Label,
    NamingText,
    RowIds,
    TimelineCursor,
    TimelineEntry,
    register_card,
    register_customer_move,
    register_group_measure,
    register_personal_data,
    register_personal_texts,
    register_timeline,
)
from zhike.record.organization.types import ScopeColumn, keep_as_history, register_unit_move


class Entries:
    name = log.SOURCE
    facets = frozenset({Facet.OUTSIDE})

    def entries(
        self, *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
    ) -> Sequence[TimelineEntry]:
        return log.timeline(actor=actor, customer_id=customer_id, facet=facet, after=after, limit=limit)


class MessageMeasure:
    code = "messages"
    label: Label = _("Messages to the customer")
    right = VIEW.code

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
        return dict(queries.contact_counts(actor=actor, customer_ids=customer_ids))


class Reached:
    """Consents, wishes and messages of people."""

    name = "contacting"
    label: Label = _("Consents, wishes and messages")

    def count(self, *, people: ErasedPeople) -> int:
        return count_people(people)

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return empty_people(people, now)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        return traces_of(people)


class WaitingWords:
    """Messages to others that have not left and whose words name somebody."""

    name = "contacting.waiting"
    label: Label = _("Messages to others that wait to leave and name them")

    def about(self, *, people: ErasedPeople, limit: int) -> Sequence[NamingText]:
        return waiting_naming(people, limit)

    def texts(self, *, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        return waiting_texts(ids)

    def write(self, *, texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:
        return write_blanks(texts, now)

    def traces(self, *, ids: Sequence[int]) -> Sequence[audit.Trace]:
        return traces_of_waiting(ids) if ids else ()


class WishMove:
    name = "contacting.wishes"

    def move(self, *, from_id: int, to_id: int, rows: RowIds | None) -> RowIds:
        return move_wishes(from_id, to_id, rows)


class ContactTab:
    """Consents and wishes of the people at a customer, and what went to them."""

    code = "contacting"
    label: Label = _("Consents and messages")
    place = CardPlace.TAB
    right = VIEW.code
    order = 60
    template = "contacting/card_tab.html"

    def context(
        self,
        *,
        actor: Actor,
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,
    ) -> Mapping[str, Any] | None:
        return tab(actor=actor, customer_id=customer_id, now=now)


class Customers:
    """Names of a customer and its first contact, for previews of templates."""

    name = "customers"
    label: Label = _("Customer number")

    def values(self, *, actor: Actor, reference: str) -> Mapping[str, Value] | None:
        return customer_sample(actor=actor, number=reference)


register_timeline(Entries())
register_group_measure(MessageMeasure())
register_customer_move(CustomerColumn("contacting_contactrecord"), keys=["contacting.ContactRecord.customer"])
register_customer_move(WishMove(), keys=["contacting.Wish.customer"])
register_personal_data(
    Reached(), keys=["contacting.Consent.contact", "contacting.ContactRecord.contact", "contacting.Wish.contact"]
)
register_personal_texts(WaitingWords())
register_unit_move(ScopeColumn("contacting_contactrecord"))
keep_as_history("contacting.ContactRecord.staff")
register_card(ContactTab())
register_sample_source(Customers())


def _notices_named(*, actor: Actor, keys: Collection[str]) -> audit.Names:
    """Kinds of notices in words; they are no secret to whoever reads the log."""
    return {key: (str(EVENT_LABELS[EventKind(key)]), "") for key in keys if key in EVENT_LABELS}


audit.register_naming("notice", _notices_named)
