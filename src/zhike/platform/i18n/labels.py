"""Labels made by administrators: one text in three languages, with a fallback when one is missing."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import get_language

LANGUAGES: Final = ("zh-hans", "zh-hant", "en")

# Whoever reads one Chinese script reads the other more easily than English.
_FALLBACK: Final[Mapping[str, tuple[str, ...]]] = {
    "zh-hans": ("zh-hans", "zh-hant", "en"),
    "zh-hant": ("zh-hant", "zh-hans", "en"),
    "en": ("en", "zh-hans", "zh-hant"),
}


def pick(labels: Mapping[str, str], language: str | None = None) -> str:
    """The label in `language` (the active one when None), else in the nearest language that has a text, else ''."""
    wanted = (language or get_language() or "en").lower()
    for candidate in _FALLBACK.get(wanted, ("en", *LANGUAGES)):
        if text := labels.get(candidate, "").strip():
            return text
    return ""


def missing(labels: Mapping[str, str]) -> tuple[str, ...]:
    """The languages in which the label has no text yet."""
    return tuple(language for language in LANGUAGES if not labels.get(language, "").strip())
