"""Reading surveys."""

from zhike.voice.surveys.queries.answering import (
    choices_of,
    key_in_view,
    link_view,
    may_key_in,
    said_by,
    shown_sections,
    text_item,
)
from zhike.voice.surveys.queries.audience import (
    audience_size,
)
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
from zhike.voice.surveys.queries.forms import (
    form,
    form_rows,
    get_form_row,
    latest_form,
    numbered_form,
    published_form,
    questions,
    versions_of,
)

__all__ = [
    "audience_size",
    "audiences_of",
    "campaign",
    "campaign_rows",
    "chain",
    "choices_of",
    "form",
    "form_rows",
    "get_campaign",
    "get_form_row",
    "get_recipient",
    "key_in_view",
    "latest_form",
    "link_view",
    "may_key_in",
    "numbered_form",
    "published_form",
    "published_versions",
    "questions",
    "reasons_of",
    "recipient_rows",
    "said_by",
    "shown_sections",
    "text_item",
    "versions_of",
    "views",
    "wave_year",
]
