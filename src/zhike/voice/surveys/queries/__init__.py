"""Reading surveys."""

from zhike.voice.surveys.queries.forms import (
    form,
    form_rows,
    get_form_row,
    latest_form,
    numbered_form,
    published_form,
    versions_of,
)
from zhike.voice.surveys.queries.matrix import (
    Span,
    goods_matrix,
    item_matrix,
    scored_forms,
)
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
    "form_rows",
    "get_form_row",
    "goods_matrix",
    "item_matrix",
    "latest_form",
    "numbered_form",
    "previous_wave",
    "published_form",
    "scored_forms",
    "split_counts",
    "valued_answers",
    "versions_of",
]
