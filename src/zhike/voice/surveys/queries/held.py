"""What members of staff hold of surveys, and what surveys say of people."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from zhike.platform import audit
from zhike.record.customers import queries as customers
from zhike.record.customers.types import ErasedPeople, NamingText
from zhike.voice.surveys.models import Answer, Campaign, FollowUp, Questionnaire, Recipient
from zhike.voice.surveys.queries.following import TO_DO
from zhike.voice.surveys.types import CampaignState

# A survey is somebody's until its effect has been looked at.
OPEN_CAMPAIGNS = ~Q(state__in=[CampaignState.CHECKED.value, CampaignState.STOPPED.value])
_NOTE = "note"


def follow_ups_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    return FollowUp.objects.filter(TO_DO, owner_id__in=staff_ids).values_list("owner_id").annotate(n=Count("pk"))


def some_follow_ups(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    rows = FollowUp.objects.filter(TO_DO, owner_id=staff_id).order_by("due_at", "pk")
    return list(rows.values_list("pk", "recipient__campaign__number", "recipient__campaign__name")[:limit])


def campaigns_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    rows = Campaign.objects.filter(OPEN_CAMPAIGNS, owner_id__in=staff_ids)
    return rows.values_list("owner_id").annotate(n=Count("pk"))


def some_campaigns(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    rows = Campaign.objects.filter(OPEN_CAMPAIGNS, owner_id=staff_id).order_by("planned_on", "pk")
    return list(rows.values_list("pk", "number", "name")[:limit])


def forms_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    rows = Questionnaire.objects.filter(active=True, owner_id__in=staff_ids)
    return rows.values_list("owner_id").annotate(n=Count("pk"))


def some_forms(staff_id: int, limit: int) -> list[Questionnaire]:
    return list(Questionnaire.objects.filter(active=True, owner_id=staff_id).order_by("code")[:limit])


def recipients_of(contact_ids: Sequence[int]) -> QuerySet[Recipient]:
    """Recipients that are these people and of whom words are still kept."""
    own = Recipient.objects.filter(contact_id__in=contact_ids)
    words = Answer.objects.filter(recipient_id=OuterRef("pk")).exclude(text="")
    notes = FollowUp.objects.filter(recipient_id=OuterRef("pk")).exclude(note="")
    return own.filter(Exists(words) | Exists(notes))


def traces_of(recipient_ids: Sequence[int]) -> Sequence[audit.Trace]:
    """Lines of the log with notes on follow-ups of these recipients."""
    ids = list(FollowUp.objects.filter(recipient_id__in=recipient_ids).values_list("pk", flat=True))
    return (audit.Trace(kind="follow_up", ids=ids),) if ids else ()


def voices_naming(people: ErasedPeople, limit: int) -> list[NamingText]:
    """Answers of others, and notes on following them up, whose words may name these people."""
    answers = Answer.objects.filter(customers.mentions_q(people, "text"))
    notes = FollowUp.objects.filter(customers.mentions_q(people, _NOTE))
    ids = answers.values("recipient_id").union(notes.values("recipient_id"))
    rows = Recipient.objects.filter(pk__in=ids).exclude(contact_id__in=people.contact_ids)
    found = list(rows.select_related("campaign").order_by("-pk")[:limit])
    texts = voice_texts([row.pk for row in found])
    followed = dict(FollowUp.objects.filter(recipient_id__in=texts).values_list("recipient_id", "pk"))
    return [
        NamingText(
            id=row.pk,
            fields=texts[row.pk],
            title=f"{row.campaign.number} · {row.campaign.name[:40]}",
            url=reverse("surveys:follow_up", args=[followed[row.pk]])
            if row.pk in followed
            else reverse("surveys:comments"),
        )
        for row in found
        if row.pk in texts
    ]


def voice_texts(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What these recipients wrote, by the id of the answer, and the note on following them up."""
    found: dict[int, dict[str, str]] = {}
    for pk, answer_id, text in (
        Answer.objects.filter(recipient_id__in=ids).exclude(text="").values_list("recipient_id", "pk", "text")
    ):
        found.setdefault(pk, {})[str(answer_id)] = text
    for pk, note in FollowUp.objects.filter(recipient_id__in=ids).exclude(note="").values_list("recipient_id", "note"):
        found.setdefault(pk, {})[_NOTE] = note
    return found
