"""Pure decisions on names, entries, endings of numbers and enquiries."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from zhike.platform import addresses, clock, phones
from zhike.platform.errors import FieldError
from zhike.platform.i18n.folding import fold, pinyin_key, stroke_key
from zhike.record.customers.types import (
    DIALLED,
    ContactEntry,
    CustomerEntry,
    EnquiryState,
    Loss,
    PointEntry,
    PointKind,
)

# Sort keys of the beginning are enough to sort, and keep index rows small.
KEYED_CHARACTERS = 60
MAX_NAME = 200
MAX_PERSON_NAME = 120
MAX_POINT = 160
ENDING_DIGITS = range(4, 9)
LANGUAGES = ("zh-hans", "zh-hant", "en")
STRENGTHS = range(1, 6)
_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")

Wrong = dict[str, list[FieldError]]


@dataclass(frozen=True, slots=True)
class NameKeys:
    """What a name is found and sorted by."""

    fold: str
    pinyin: str
    strokes: str


def tidy(text: str) -> str:
    """One space between words, no control characters, composed forms; case and width stay as typed."""
    printable = "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} else c for c in text)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", printable)).strip()


def name_fold(name: str) -> str:
    """One form for both scripts, widths and cases, without spaces and signs: 華夏電子（上海） is 华夏电子上海."""
    folded = fold(name)
    return (_NOT_WORD.sub("", folded) or folded.strip())[: MAX_NAME * 2]


def name_keys(name: str) -> NameKeys:
    start = name[:KEYED_CHARACTERS]
    return NameKeys(fold=name_fold(name), pinyin=pinyin_key(start), strokes=stroke_key(start))


def clean_customer(entry: CustomerEntry) -> tuple[CustomerEntry, Wrong]:
    """The entry in its stored form, and everything that is wrong with it."""
    entry = replace(
        entry,
        name=tidy(entry.name),
        registration_no=tidy(entry.registration_no).upper(),
        region_code=tidy(entry.region_code).upper(),
        city=tidy(entry.city),
        address=tidy(entry.address),
    )
    wrong: Wrong = {}
    if not entry.name:
        wrong["name"] = [FieldError("required", _("Give a name."))]
    lengths = {"name": MAX_NAME, "registration_no": 40, "region_code": 12, "city": 80, "address": 300}
    wrong |= _too_long(entry, lengths)
    if entry.language not in LANGUAGES:
        wrong["language"] = [FieldError("unknown", _("Choose one of the three languages."))]
    if entry.zone and not clock.is_zone(entry.zone):
        wrong["zone"] = [FieldError("unknown", _("There is no time zone of this name."))]
    return entry, wrong


def clean_contact(entry: ContactEntry) -> tuple[ContactEntry, Wrong]:
    entry = replace(
        entry,
        name=tidy(entry.name),
        form_of_address=tidy(entry.form_of_address),
        position=tidy(entry.position),
        prefers_time=tidy(entry.prefers_time),
        roles=tuple(dict.fromkeys(entry.roles)),
    )
    wrong: Wrong = {}
    if not entry.name:
        wrong["name"] = [FieldError("required", _("Give a name."))]
    lengths = {"name": MAX_PERSON_NAME, "form_of_address": 60, "position": 120, "prefers_time": 80}
    wrong |= _too_long(entry, lengths)
    if entry.language not in LANGUAGES:
        wrong["language"] = [FieldError("unknown", _("Choose one of the three languages."))]
    if entry.strength is not None and entry.strength not in STRENGTHS:
        wrong["strength"] = [FieldError("range", _("The strength of a relation is between 1 and 5."))]
    return entry, wrong


def _too_long(entry: CustomerEntry | ContactEntry, lengths: Mapping[str, int]) -> Wrong:
    return {
        name: [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": most})]
        for name, most in lengths.items()
        if len(getattr(entry, name)) > most
    }


def loss_errors(loss: Loss, *, today: date, asked_on: date) -> Wrong:
    """A lost enquiry keeps its reason and a day on which we ask again."""
    wrong: Wrong = {}
    if loss.next_contact_on < min(today, asked_on):
        wrong["next_contact_on"] = [FieldError("past", _("The next contact lies before the enquiry."))]
    return wrong


def may_close(state: EnquiryState) -> bool:
    return state is EnquiryState.OPEN


def is_ending(digits: str) -> bool:
    """Whether so few digits can only be the end of a number."""
    return digits.isdigit() and len(digits) in ENDING_DIGITS


def masked(kind: str, value: str) -> str:
    """What may be seen by everybody who sees the file; enough to recognise, too little to use."""
    if kind in DIALLED:
        return phones.mask(value)
    name, at, host = value.partition("@")
    if at:
        return f"{name[:1]}***@{host}"
    return f"{value[:2]}***"


@dataclass(frozen=True, slots=True)
class ReadPoint:
    """A typed number or address in its stored form."""

    raw: str
    value: str
    e164: str = ""
    key8: str = ""
    extension: str = ""
    doubt: str = ""


def read_point(kind: PointKind, raw: str, *, region: str, extension: str = "") -> ReadPoint | None:
    """What equals what, and what can be dialled; a number in doubt keeps its reason. None for nothing at all."""
    typed = tidy(raw)[:MAX_POINT]
    if not typed:
        return None
    if kind not in DIALLED:
        return ReadPoint(raw=typed, value=tidy(fold(typed) if kind is not PointKind.EMAIL else addresses.normal(typed)))
    phone = phones.parse(typed, region)
    inner = extension or phone.extension
    known = phone.e164 or phones.digits_of(typed) or typed.casefold()
    return ReadPoint(
        raw=typed,
        value=f"{known}x{inner}" if inner else known,
        e164=phone.e164,
        key8=phone.key8,
        extension=inner,
        doubt=phone.doubt.value if phone.doubt else "",
    )


def point_errors(entry: PointEntry) -> list[FieldError]:
    """A number in doubt is kept as typed; an address that cannot be one is refused."""
    typed = tidy(entry.raw)
    if not typed:
        return [FieldError("required", _("Give a number or an address."))]
    if len(typed) > MAX_POINT:
        return [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MAX_POINT})]
    if entry.kind is PointKind.EMAIL and not _ADDRESS.fullmatch(typed):
        return [FieldError("form", _("This is not an email address."))]
    return []
