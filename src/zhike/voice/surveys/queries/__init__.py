"""Reading surveys."""

from zhike.voice.surveys.queries.answering import key_in_view, link_view, shown_sections, text_item
from zhike.voice.surveys.queries.audience import audience_size
from zhike.voice.surveys.queries.campaigns import (
    audiences_of,
    campaign,
    campaign_rows,
    chain,
    get_campaign,
    get_recipient,
    published_versions,
    reasons_of,
    recipient_rows,
    views,
    wave_year,
)
from zhike.voice.surveys.queries.forms import form, published_form

__all__ = [
    "audience_size",
    "audiences_of",
    "campaign",
    "campaign_rows",
    "chain",
    "form",
    "get_campaign",
    "get_recipient",
    "key_in_view",
    "link_view",
    "published_form",
    "published_versions",
    "reasons_of",
    "recipient_rows",
    "shown_sections",
    "text_item",
    "views",
    "wave_year",
]
