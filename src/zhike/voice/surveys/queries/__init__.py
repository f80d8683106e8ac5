"""All reads of surveys."""

from zhike.voice.surveys.queries.behind import (
    campaign_names,
    comment_rows,
    follow_up_rows,
    form_names,
    item_texts,
    recipient_rows,
    score_rows,
)

__all__ = [
    "campaign_names",
    "comment_rows",
    "follow_up_rows",
    "form_names",
    "item_texts",
    "recipient_rows",
    "score_rows",
]
