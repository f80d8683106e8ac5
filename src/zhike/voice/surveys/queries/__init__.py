"""Reading surveys."""

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
    "form",
    "form_rows",
    "get_form_row",
    "latest_form",
    "numbered_form",
    "published_form",
    "questions",
    "versions_of",
]
