"""Tables of contacting."""

from zhike.record.contacting.models.consents import Consent, Wish
from zhike.record.contacting.models.contacts import ContactRecord
from zhike.record.contacting.models.templates import NoticeSetting, Template, TemplateVersion

__all__ = ["Consent", "ContactRecord", "NoticeSetting", "Template", "TemplateVersion", "Wish"]
