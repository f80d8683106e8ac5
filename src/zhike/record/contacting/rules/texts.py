"""Texts of templates: placeholders, parts that may be left out, the length of an SMS, and what must be in them."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.errors import FieldError
from zhike.record.contacting.types import (
    LANGUAGES,
    OPT_OUT,
    PLACEHOLDERS,
    ContactChannel,
    Purpose,
    Segments,
    Text,
    Value,
    Wording,
)

MAX_SUBJECT: Final = 200
MAX_BODY: Final = {ContactChannel.SMS: 670, ContactChannel.EMAIL: 20_000}
UCS2_ONE, UCS2_MANY, GSM_ONE, GSM_MANY = 70, 67, 160, 153
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take two places.
_GSM_LONG = frozenset("^{}\\[~]|€\f")
_NAME = re.compile(r"\{([a-z_]+)\}")
_PART = re.compile(r"\[([^\[\]]*)\]")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPACES = re.compile(r"\s+")

Wrong = dict[str, list[FieldError]]


def placeholders_in(text: str) -> list[str]:
    """Every name in braces, once, in order."""
    return list(dict.fromkeys(_NAME.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its values. A part in square brackets is left out when a value inside it is missing."""

    def part(found: re.Match[str]) -> str:
        inner = found.group(1)
        return inner if all(values.get(name) for name in placeholders_in(inner)) else ""

    return _NAME.sub(lambda found: values.get(found.group(1), ""), _PART.sub(part, text)).strip()


def filled(wording: Wording, values: Mapping[str, str], *, template: str, version: int) -> Text:
    """Subject and body with their values; the subject on one line."""
    subject = _SPACES.sub(" ", fill(wording.subject, values)).strip()[:MAX_SUBJECT]
    return Text(body=fill(wording.body, values), subject=subject, template=template, version=version)


def segments(text: str) -> Segments:
    """How many parts an SMS takes: 160 or 153 each of the GSM alphabet, otherwise 70 or 67 of UTF-16."""
    if all(sign in _GSM or sign in _GSM_LONG for sign in text):
        count = sum(2 if sign in _GSM_LONG else 1 for sign in text)
        one, many = GSM_ONE, GSM_MANY
    else:
        count = len(text.encode("utf-16-le")) // 2
        one, many = UCS2_ONE, UCS2_MANY
    if count <= one:
        return Segments(count, one, 1 if count else 0)
    return Segments(count, many, -(-count // many))


def wording_errors(wording: Wording, *, purpose: Purpose, channel: ContactChannel, language: str) -> Wrong:
    """Everything that is wrong with a template's text in one language, by field name."""
    wrong: Wrong = {}
    body, subject = f"body_{language}", f"subject_{language}"
    most = MAX_BODY[channel]
    if len(wording.body) > most:
        wrong[body] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": most})]
    if len(wording.subject) > MAX_SUBJECT:
        wrong[subject] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MAX_SUBJECT})]
    for name, text in ((body, wording.body), (subject, wording.subject)):
        if unknown := [one for one in placeholders_in(text) if one not in PLACEHOLDERS]:
            told = {"names": ", ".join(unknown)}
            wrong.setdefault(name, []).append(FieldError("unknown", _("Nothing is known as %(names)s."), told))
        if _broken(text):
            wrong.setdefault(name, []).append(
                FieldError("form", _("A bracket or brace is not closed, or stands inside another one."))
            )
    if purpose is Purpose.MARKETING and wording.body and OPT_OUT not in placeholders_in(wording.body):
        wrong.setdefault(body, []).append(
            FieldError("opt_out", _("Marketing must carry {optout_link}, so that everybody can refuse it."))
        )
    return wrong


def publishing_errors(texts: Mapping[str, Wording], *, purpose: Purpose, channel: ContactChannel) -> Wrong:
    """What stands in the way of publishing: each of the three languages must be complete and right."""
    wrong: Wrong = {}
    for language in LANGUAGES:
        wording = texts.get(language, Wording(body=""))
        wrong |= wording_errors(wording, purpose=purpose, channel=channel, language=language)
        if not wording.body.strip():
            wrong[f"body_{language}"] = [FieldError("required", _("Write the text in this language."))]
        if channel is ContactChannel.EMAIL and not wording.subject.strip():
            wrong[f"subject_{language}"] = [FieldError("required", _("An e-mail needs a subject."))]
    return wrong


def _broken(text: str) -> bool:
    rest = _PART.sub(lambda found: found.group(1), _NAME.sub("", text))
    return any(sign in rest for sign in "{}[]")


def digest_of(text: str) -> str:
    """What makes two texts the same: case and spaces aside. Empty for no text."""
    folded = _SPACES.sub(" ", text).strip().casefold()
    return hashlib.sha256(folded.encode()).hexdigest()[:32] if folded else ""


def best(texts: Mapping[str, Wording], languages: Sequence[str]) -> tuple[str, Wording] | None:
    """The text in the first of these languages that has one."""
    for language in [*languages, *LANGUAGES]:
        found = texts.get(language)
        if found is not None and found.body.strip():
            return language, found
    return None


def written_out(values: Mapping[str, Value], zone: str, language: str) -> dict[str, str]:
    """Values as they are read: instants in the reader's zone and way of writing."""
    with translation.override(language):
        return {
            name: moment_text(value, zone, language) if isinstance(value, datetime) else str(value)
            for name, value in values.items()
        }


def moment_text(at: datetime, zone: str, language: str) -> str:
    """`11月23日18:00`, or `23 Nov 18:00`."""
    local = clock.local(at, zone)
    if language == "en":
        return f"{local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"
    return f"{local.month}月{local.day}日{local:%H:%M}"
