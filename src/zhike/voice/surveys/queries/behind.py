"""The rows behind figures: who was asked, what they scored, what was done about it. Within reach, no texts."""

from collections.abc import Collection, Mapping

from django.db.models import QuerySet

from zhike.platform.actors import Actor
from zhike.voice.surveys.models import Answer, Campaign, Comment, FollowUp, Item, Questionnaire, Recipient
from zhike.voice.surveys.policies import form_scope, scope


def recipients_behind(*, actor: Actor) -> "QuerySet[Recipient]":
    """Recipients within reach with their survey and customer."""
    return Recipient.objects.filter(scope(actor)).select_related("campaign", "customer")


def score_rows(*, actor: Actor) -> "QuerySet[Answer]":
    """Answers of recipients within reach with their question."""
    return Answer.objects.filter(scope(actor, "recipient__")).select_related(
        "item", "recipient__campaign", "recipient__customer"
    )


def comments_behind(*, actor: Actor) -> "QuerySet[Comment]":
    """Comments within reach with the survey and customer of who wrote them."""
    return Comment.objects.filter(scope(actor)).select_related("recipient__campaign", "recipient__customer")


def follow_up_rows(*, actor: Actor) -> "QuerySet[FollowUp]":
    """Follow-ups within reach with the survey and customer of whom they talk to."""
    return FollowUp.objects.filter(scope(actor)).select_related("recipient__campaign", "recipient__customer")


def campaign_names(*, actor: Actor, campaign_ids: Collection[int]) -> dict[str, str]:
    """What surveys are called, by id."""
    rows = Campaign.objects.filter(form_scope(actor), pk__in=campaign_ids)
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def form_names(*, actor: Actor, codes: Collection[str]) -> dict[str, Mapping[str, str]]:
    """What forms are called, in each language, by code."""
    return dict(Questionnaire.objects.filter(form_scope(actor), code__in=codes).values_list("code", "names"))


def item_texts(*, actor: Actor, keys: Collection[str]) -> dict[str, Mapping[str, str]]:
    """What is asked under a key, in each language, as last worded."""
    return dict(Item.objects.filter(form_scope(actor), key__in=keys).order_by("pk").values_list("key", "texts"))
