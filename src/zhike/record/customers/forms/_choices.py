"""Choices that several forms offer."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import pgettext_lazy

from zhike.record.customers.types import Label

Choices = list[tuple[str, Label]]
LANGUAGES: Choices = list(settings.LANGUAGES)


def of(labels: Mapping[str, Label], *, blank: bool = False) -> Choices:
    found: Choices = [(str(code), label) for code, label in labels.items()]
    return [("", pgettext_lazy("choice", "Not known")), *found] if blank else found
