"""Tables of surveys."""

from zhike.voice.surveys.models.answers import Answer, Comment, FollowUp
from zhike.voice.surveys.models.campaigns import Campaign, CampaignForm, Recipient
from zhike.voice.surveys.models.questionnaires import Item, Questionnaire, Section, Version

__all__ = [
    "Answer",
    "Campaign",
    "CampaignForm",
    "Comment",
    "FollowUp",
    "Item",
    "Questionnaire",
    "Recipient",
    "Section",
    "Version",
]
