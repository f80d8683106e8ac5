"""Reading surveys."""

from zhike.voice.surveys.queries.forms import form, published_form

__all__ = ["form", "published_form"]
