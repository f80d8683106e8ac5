"""Reading surveys."""

from zhike.voice.surveys.queries.behind import (
    campaign_names,
    comment_rows,
    follow_up_rows,
    form_names,
    item_texts,
    recipient_rows,
    score_rows,
)
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
    "campaign_names",
    "campaign_result",
    "comment_counts",
    "comment_rows",
    "comments_of",
    "follow_up_rows",
    "form",
    "form_names",
    "form_rows",
    "get_form_row",
    "goods_matrix",
    "item_matrix",
    "item_texts",
    "latest_form",
    "numbered_form",
    "previous_wave",
    "published_form",
    "recipient_rows",
    "score_rows",
    "scored_forms",
    "split_counts",
    "valued_answers",
    "versions_of",
]
