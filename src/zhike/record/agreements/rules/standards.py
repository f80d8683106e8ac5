"""What a standard must say, and the words that say nothing (AGRE-03)."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import FieldError
from zhike.platform.i18n.labels import LANGUAGES
from zhike.record.agreements.types import INSTEAD, SECONDS, SPOKEN, StandardEntry, StandardUnit, Vague

MOST: Final = {"object": 200, "measure": 200, "condition": 300, "source": 300, "unit_text": 40}
LARGEST: Final = Decimal(10) ** 12
# Digits, or Han numerals before a unit: 两小时, 三天, 半个工作日, 百分之五.
_NUMBER = re.compile(
    r"\d|[一二两兩三四五六七八九十百千半](?:个|個)?(?:分钟|分鐘|小时|小時|工作日|天|日|周|週|月|年|次|件|票|成)|百分之|千分之"
)


def has_number(text: str) -> bool:
    return _NUMBER.search(unicodedata.normalize("NFKC", text)) is not None


def vague_in(text: str, words: Iterable[Vague]) -> list[Vague]:
    """The words of the list that stand in this text, in its order; Latin ones as whole words in any case."""
    plain = unicodedata.normalize("NFKC", text).lower()
    found = [(place.start(), one) for one in words if (place := _pattern(one.word).search(plain))]
    return [one for _place, one in sorted(found, key=lambda pair: (pair[0], pair[1].word))]


@cache
def _pattern(word: str) -> re.Pattern[str]:
    plain = unicodedata.normalize("NFKC", word).lower()
    edge = r"\b" if plain.isascii() else ""
    return re.compile(f"{edge}{re.escape(plain)}{edge}")


def spoken_texts(entry: StandardEntry) -> dict[str, dict[str, str]]:
    """What is said in which language; what is empty is left out."""
    found = {
        name: {code: text.strip() for code in LANGUAGES if (text := some.get(code, "")).strip()}
        for name, some in entry.texts.items()
    }
    return {name: some for name, some in found.items() if some}


def _said(entry: StandardEntry, name: str) -> list[str]:
    """One text in every language in which it stands, each once."""
    return list(dict.fromkeys([getattr(entry, name), *entry.texts.get(name, {}).values()]))


def standard_errors(entry: StandardEntry, words: Iterable[Vague]) -> dict[str, list[FieldError]]:
    """What is missing or says nothing, by field."""
    wrong: dict[str, list[FieldError]] = {}
    for name, message in (
        ("object", _("Say what the standard is about, for example “replies to customers by mail”.")),
        ("measure", _("Say what is measured, for example “time to the first reply”.")),
        ("source", _("Name the decision, contract or law behind this standard.")),
    ):
        if not getattr(entry, name).strip():
            wrong[name] = [FieldError("required", message)]
    if unknown := {*entry.texts} - {*SPOKEN} | {one for some in entry.texts.values() for one in some} - {*LANGUAGES}:
        told = {"names": ", ".join(sorted(unknown))}
        wrong["texts"] = [FieldError("unknown", _("Nothing is known as %(names)s."), told)]
    for name, most in MOST.items():
        if any(len(text) > most for text in _said(entry, name)):
            wrong[name] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": most})]
    listed = tuple(words)
    for name in ("object", "measure", "condition"):
        if name in wrong:
            continue
        if vague := [one for text in _said(entry, name) if not has_number(text) for one in vague_in(text, listed)]:
            wrong[name] = [FieldError("vague", INSTEAD[one.kind], {"word": one.word}) for one in vague]
    wrong |= _number_errors(entry)
    if entry.valid_until is not None and entry.valid_until < entry.valid_from:
        wrong["valid_until"] = [FieldError("before", _("The last day lies before the first."))]
    return wrong


def _number_errors(entry: StandardEntry) -> dict[str, list[FieldError]]:
    wrong: dict[str, list[FieldError]] = {}
    if entry.number is None:
        wrong["number"] = [
            FieldError("required", _("A standard has a number. Write the figure that must be reached, for example 30."))
        ]
    elif not entry.number.is_finite() or not 0 <= entry.number < LARGEST:
        wrong["number"] = [FieldError("out_of_range", _("Write a number from 0 to a million million."))]
    if entry.unit is StandardUnit.OTHER and not entry.unit_text.strip():
        wrong["unit_text"] = [FieldError("required", _("Write the unit in which the number counts."))]
    if entry.clock is not None and entry.unit not in SECONDS:
        wrong["unit"] = [FieldError("not_time", _("A standard that sets a clock counts in minutes, hours or days."))]
    elif entry.clock is not None and entry.number is not None and entry.number <= 0:
        wrong["number"] = [FieldError("too_small", _("A standard that sets a clock allows some time."))]
    return wrong


def budget(number: Decimal, unit: str) -> timedelta:
    """The time that a standard of a clock allows."""
    return timedelta(seconds=float(number * SECONDS[unit]))
