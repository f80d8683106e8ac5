"""What surveys answer to the rooms below."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import audit
from zhike.platform.actors import Actor, system_actor
from zhike.platform.bulk.types import Target, register
from zhike.platform.i18n.labels import pick
from zhike.platform.ui.components import Status
from zhike.record.customers.types import (
    CardPlace,
    CustomerColumn,
    ErasedPeople,
    Facet,
    Label,
    NamingText,
    TimelineCursor,
    TimelineEntry,
    register_card,
    register_customer_move,
    register_group_measure,
    register_personal_data,
    register_personal_texts,
    register_timeline,
)
from zhike.record.organization.types import (
    HeldCounts,
    HeldItem,
    ScopeColumn,
    keep_as_history,
    register_holdings,
    register_unit_move,
)
from zhike.voice.surveys.actions import forget_people, load_answers, pass_campaigns, pass_follow_ups, pass_forms
from zhike.voice.surveys.actions.forgetting import write_blanks
from zhike.voice.surveys.policies import LOAD, VIEW
from zhike.voice.surveys.queries import customers, following, held
from zhike.voice.surveys.queries.forms import forms_named
from zhike.voice.surveys.types import DISPOSITION_LABELS, FOLLOW_RESULT_LABELS
from zhike.voice.surveys.types.imports import ANSWER_FIELDS, ANSWER_REASONS

ERASING = system_actor("surveys.erase")


def _address(name: str, key: object) -> str:
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:
        return ""


class HeldFollowUps:
    """People whom somebody has to speak to."""

    kind = "follow_ups"
    label: Label = _("Follow-ups")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        return held.follow_ups_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = held.some_follow_ups(staff_id, limit)
        return [HeldItem(pk, number, name, reverse("surveys:follow_up", args=[pk])) for pk, number, name in rows]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_follow_ups(
            actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, follow_up_ids=item_ids, now=now
        )


class HeldCampaigns:
    """Surveys that somebody looks after until their effect has been looked at."""

    kind = "surveys"
    label: Label = _("Surveys")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        return held.campaigns_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = held.some_campaigns(staff_id, limit)
        return [HeldItem(pk, number, name, _address("surveys:campaign", number)) for pk, number, name in rows]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_campaigns(
            actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, campaign_ids=item_ids, now=now
        )


class HeldForms:
    """Forms that somebody looks after."""

    kind = "survey_forms"
    label: Label = _("Forms of surveys")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        return held.forms_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = held.some_forms(staff_id, limit)
        return [HeldItem(one.pk, one.code, pick(one.names), _address("surveys:form", one.code)) for one in rows]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_forms(actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, form_ids=item_ids, now=now)


class Answers:
    """Answers and refusals on the customer's timeline."""

    name = customers.SOURCE
    facets = frozenset({Facet.OUTSIDE})

    def entries(
        self, *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
    ) -> Sequence[TimelineEntry]:
        return customers.timeline(actor=actor, customer_id=customer_id, facet=facet, after=after, limit=limit)


class AnswerMeasure:
    code = "survey_answers"
    label: Label = _("Answers to surveys")
    right = VIEW.code

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
        return customers.answer_counts(actor=actor, customer_ids=customer_ids)


class SurveysCard:
    """The last score and the open follow-up: a fragment with its own address, beside the first view."""

    code = "surveys_now"
    label: Label = _("Surveys")
    place = CardPlace.NOW
    right = VIEW.code
    order = 40
    template = "surveys/card_now.html"

    def context(
        self,
        *,
        actor: Actor,  # noqa: ARG002 - the protocol's signature
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,  # noqa: ARG002 - the protocol's signature
    ) -> Mapping[str, Any] | None:
        return {"url": reverse("surveys:now", args=[customer_id])}


class SurveysTab:
    """Whom of the customer surveys asked, what became of it, and who was followed up."""

    code = "surveys"
    label: Label = pgettext_lazy("customer page", "Surveys")
    place = CardPlace.TAB
    right = VIEW.code
    order = 35
    template = "surveys/card_tab.html"

    def context(
        self,
        *,
        actor: Actor,
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,  # noqa: ARG002 - the protocol's signature
    ) -> Mapping[str, Any] | None:
        lines = customers.lines_of(actor=actor, customer_id=customer_id)
        return {
            "lines": [
                (
                    one,
                    Status(DISPOSITION_LABELS[one.recipient.disposition]),
                    Status(FOLLOW_RESULT_LABELS[one.follow_up.result]) if one.follow_up else None,
                )
                for one in lines
            ]
        }


class AnswerTexts:
    """What a person wrote in surveys, and what was noted on speaking with them."""

    name = "surveys"
    label: Label = _("Words in answers to surveys, and notes on following them up")

    def count(self, *, people: ErasedPeople) -> int:
        return held.recipients_of(people.contact_ids).count()

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return forget_people(actor=ERASING, contact_ids=people.contact_ids, now=now)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        return held.traces_of(list(held.recipients_of(people.contact_ids).values_list("pk", flat=True)))


class AnswersOfOthers:
    """Answers of others whose words name somebody."""

    name = "surveys"
    label: Label = _("Other answers to surveys whose words name them")

    def about(self, *, people: ErasedPeople, limit: int) -> Sequence[NamingText]:
        return held.voices_naming(people, limit)

    def texts(self, *, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        return held.voice_texts(ids)

    def write(self, *, texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:
        return write_blanks(texts, now)

    def traces(self, *, ids: Sequence[int]) -> Sequence[audit.Trace]:
        return held.traces_of(ids)


for _table in ("surveys_campaign", "surveys_recipient", "surveys_comment", "surveys_followup"):
    register_unit_move(ScopeColumn(_table))
keep_as_history(
    "surveys.Version.made_by",
    "surveys.Recipient.staff",
    "surveys.Comment.staff",
    "surveys.FollowUp.done_by",
)
register_holdings(HeldFollowUps(), keys=["surveys.FollowUp.owner"])
register_holdings(HeldCampaigns(), keys=["surveys.Campaign.owner"])
register_holdings(HeldForms(), keys=["surveys.Questionnaire.owner"])
register_customer_move(CustomerColumn("surveys_recipient"), keys=["surveys.Recipient.customer"])
register_personal_data(AnswerTexts(), keys=["surveys.Recipient.contact"])
register_personal_texts(AnswersOfOthers())
register_timeline(Answers())
register_group_measure(AnswerMeasure())
register_card(SurveysCard())
register_card(SurveysTab())
audit.register_naming("follow_up", following.named)
audit.register_naming("comment", following.comments_named)
audit.register_naming("survey_form", forms_named)
register(
    Target(
        key="surveys.answers",
        label=_("Answers to surveys"),
        fields=ANSWER_FIELDS,
        right=LOAD,
        load=load_answers,
        reasons=ANSWER_REASONS,
    )
)
