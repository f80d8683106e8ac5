"""Forms of contacting."""

from zhike.record.contacting.forms.people import AgreementForm, MessageForm, WishForm
from zhike.record.contacting.forms.texts import TemplateForm

__all__ = ["AgreementForm", "MessageForm", "TemplateForm", "WishForm"]
