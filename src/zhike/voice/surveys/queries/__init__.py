"""Reading surveys."""

from zhike.voice.surveys.queries.forms import form, published_form
from zhike.voice.surveys.queries.results import (
    campaign_result,
    comment_counts,
    comments_of,
    previous_wave,
    split_counts,
    valued_answers,
)

__all__ = [
    "campaign_result",
    "comment_counts",
    "comments_of",
    "form",
    "previous_wave",
    "published_form",
    "split_counts",
    "valued_answers",
]
