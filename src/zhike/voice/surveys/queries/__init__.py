"""Reading surveys."""

from zhike.voice.surveys.queries.forms import form, published_form
from zhike.voice.surveys.queries.matrix import Span, goods_matrix, item_matrix, scored_forms
from zhike.voice.surveys.queries.results import (
    campaign_result,
    comment_counts,
    comments_of,
    previous_wave,
    split_counts,
    valued_answers,
)

__all__ = [
    "Span",
    "campaign_result",
    "comment_counts",
    "comments_of",
    "form",
    "goods_matrix",
    "item_matrix",
    "previous_wave",
    "published_form",
    "scored_forms",
    "split_counts",
    "valued_answers",
]
