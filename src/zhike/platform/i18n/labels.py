"""Labels made by administrators: one text in three languages, with a fallback when one is missing."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise, lazystr
from django.utils.translation import get_language, override

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


class _Filled:
    """A lazy text with values in it, put together in the language of whoever reads it."""

    def __init__(self, text: str | Promise, values: Mapping[str, Any]) -> None:
        self._text, self._values = text, values

    def __str__(self) -> str:
        return str(self._text) % self._values


def filled(text: str | Promise, values: Mapping[str, Any]) -> Promise:
    """`text % values`, still to be translated: what is kept or shown to another reader is in that one's language."""
    made: Promise = lazystr(_Filled(text, values))
    return made


def in_every(text: str | Promise) -> dict[str, str]:
    """A text in each language, for what is kept now and read later."""
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = str(text)
    return found
