"""What agreements offer to the customer's page, to leavers, merges, erasures and imports."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import audit, clock
from zhike.platform.actors import Actor, system_actor
from zhike.platform.bulk.types import Target, register
from zhike.platform.files.types import register_access
from zhike.record.agreements import queries
from zhike.record.agreements.actions import forget_people, load_agreements, pass_agreements, pass_promises
from zhike.record.agreements.policies import EDIT, VIEW
from zhike.record.agreements.queries import agreements, promises
from zhike.record.agreements.queries.shown import agreement_status
from zhike.record.agreements.types import AGREEMENT_FIELDS, AGREEMENT_REASONS
from zhike.record.customers.types import (
    CardPlace,
    CustomerColumn,
    ErasedPeople,
    Label,
    Via,
    register_card,
    register_customer_move,
    register_group_measure,
    register_keys,
    register_personal_data,
)
from zhike.record.organization.types import (
    HeldCounts,
    HeldItem,
    ScopeColumn,
    keep_as_history,
    register_holdings,
    register_unit_move,
)

ERASING = system_actor("agreements.erase")
MOST_AGREEMENTS = 10


class HeldAgreements:
    """Agreements that somebody looks after."""

    kind = "agreements"
    label: Label = _("Agreements")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        return agreements.held_by(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = agreements.some_held(staff_id, limit)
        return [
            HeldItem(pk, number, title, reverse("agreements:agreement", args=[number])) for pk, number, title in rows
        ]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_agreements(
            actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, agreement_ids=item_ids, now=now
        )


class HeldPromises:
    """Open promises that somebody keeps."""

    kind = "promises"
    label: Label = _("Promises")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        return promises.held_by(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = promises.some_held(staff_id, limit)
        return [HeldItem(pk, number, text, reverse("agreements:promise", args=[pk])) for pk, number, text in rows]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_promises(
            actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, promise_ids=item_ids, now=now
        )


class OwnersOfAgreements:
    name = "agreements"
    via = Via.AGREEMENT

    def customer_ids(self, *, actor: Actor, key: str) -> QuerySet[Any, Any]:
        return agreements.customer_ids_by_number(actor=actor, key=key)


class AgreementMeasure:
    code = "agreements"
    label: Label = _("Agreements in force")
    right = VIEW.code

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
        return dict(agreements.valid_counts(actor=actor, customer_ids=customer_ids))


class PromiseMeasure:
    code = "promises"
    label: Label = _("Open promises")
    right = VIEW.code

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
        return dict(promises.open_counts(actor=actor, customer_ids=customer_ids))


class PromisesCard:
    """What was promised to this customer and is not done: a fragment with its own address, beside the first view."""

    code = "promises_now"
    label: Label = _("Promises")
    place = CardPlace.NOW
    right = VIEW.code
    order = 30
    template = "agreements/card_now.html"

    def context(
        self,
        *,
        actor: Actor,  # noqa: ARG002 - the protocol's signature
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,  # noqa: ARG002 - the protocol's signature
    ) -> Mapping[str, Any] | None:
        return {"url": reverse("agreements:now", args=[customer_id])}


class AgreementsTab:
    """Agreements, the standards in force today, and the last promises."""

    code = "agreements"
    label: Label = pgettext_lazy("customer page", "Agreements and promises")
    place = CardPlace.TAB
    right = VIEW.code
    order = 30
    template = "agreements/card_tab.html"

    def context(
        self,
        *,
        actor: Actor,
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,
    ) -> Mapping[str, Any] | None:
        rows = list(queries.agreement_rows(actor=actor).filter(customer_id=customer_id).order_by("-opened_at", "-pk"))
        today = clock.local_date(now, actor.zone)
        return {
            "agreements": [(row, agreement_status(row.state)) for row in rows[:MOST_AGREEMENTS]],
            "holding": queries.holding_on(actor=actor, customer_id=customer_id, day=today) if rows else [],
            "promises": queries.promises_to(actor=actor, customer_id=customer_id, now=now),
            "new_url": f"{reverse('agreements:new')}?customer_id={customer_id}" if actor.has(EDIT.code) else "",
        }


class PromiseTexts:
    """What promises say of a person."""

    name = "agreements"
    label: Label = _("Words of promises")

    def count(self, *, people: ErasedPeople) -> int:
        return promises.about_people(people.contact_ids)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        ids = promises.ids_about(people.contact_ids)
        return (audit.Trace(kind="promise", ids=ids),) if ids else ()

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return forget_people(actor=ERASING, contact_ids=people.contact_ids, now=now)


class SignedCopies:
    """Signed agreements are as visible as their agreement."""

    name = "agreements"

    def visible(self, *, actor: Actor, file_ids: Sequence[int]) -> Collection[int]:
        return agreements.signed_among(actor=actor, file_ids=file_ids)

    def referenced(self, *, file_ids: Sequence[int]) -> Collection[int]:
        return agreements.signed_among(actor=ERASING, file_ids=file_ids)


register(
    Target(
        key="agreements.agreements",
        label=_("Agreements"),
        fields=AGREEMENT_FIELDS,
        right=EDIT,
        load=load_agreements,
        reasons=AGREEMENT_REASONS,
        list_url_name="agreements:list",
    )
)
for _table in ("agreements_agreement", "agreements_promise"):
    register_unit_move(ScopeColumn(_table))
register_customer_move(CustomerColumn("agreements_agreement"), keys=["agreements.Agreement.customer"])
register_customer_move(CustomerColumn("agreements_promise"), keys=["agreements.Promise.customer"])
register_personal_data(PromiseTexts(), keys=["agreements.Promise.contact"])
register_holdings(HeldAgreements(), keys=["agreements.Agreement.owner"])
register_holdings(HeldPromises(), keys=["agreements.Promise.holder"])
keep_as_history("agreements.Promise.promised_by", "agreements.Promise.settled_by")
register_group_measure(AgreementMeasure())
register_group_measure(PromiseMeasure())
register_keys(OwnersOfAgreements())
register_card(PromisesCard())
register_card(AgreementsTab())
register_access(SignedCopies())
