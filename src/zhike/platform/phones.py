"""Telephone numbers: read with certainty or left in doubt with the reason, never guessed silently."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

ENDING = 8
MOST_RAW = 160
_SHOWN_START, _SHOWN_END, _HIDDEN = 3, 4, "****"

# Short and service numbers of mainland China: 110, 119, 10086, 12345, 95338, 955338.
_SERVICE: Final = re.compile(r"1[012][0-9]{1,4}|9[56][0-9]{3,6}")
_LABEL: Final = re.compile(
    r"^(?:tel|phone|mobile|mob|fax|telephone|(?:固定|联系|聯絡|移动|行動|办公|辦公)?(?:电话|電話)|手机|手機|座机|座機|传真|傳真)\s*[:.]?\s*",
    re.IGNORECASE,
)
_EXTENSION: Final = re.compile(
    r"\s*(?:转|轉|分机|分機|內線|内线|ext(?:ension)?\.?|x|#)\s*:?\s*([0-9]{1,6})$", re.IGNORECASE
)
_TAIL: Final = re.compile(r"\s*-\s*([0-9]{1,6})$")
_SEVERAL: Final = re.compile(r"[/、,;|\n]|或|\bor\b|\s{2,}", re.IGNORECASE)
_PLAIN: Final = re.compile(r"\+?[0-9\s().~·-]+")
_SPREADSHEET: Final = re.compile(r"([0-9]{5,})\.0+")
_FEWEST_DIGITS = 3
_LOCAL_LENGTHS: Final = (7, 8)


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    SERVICE = "service"
    OTHER = "other"
    UNKNOWN = "unknown"


class Doubt(StrEnum):
    """Why a number could not be read with certainty; stored as it is."""

    EMPTY = "empty"
    MASKED = "masked"
    NOT_A_NUMBER = "not_a_number"
    NO_AREA_CODE = "no_area_code"
    NO_LEADING_ZERO = "no_leading_zero"
    COUNTRY_UNCLEAR = "country_unclear"
    SEVERAL = "several"
    NOT_IN_USE = "not_in_use"


DOUBT_LABELS: dict[Doubt, str | Promise] = {
    Doubt.EMPTY: _("No number is given."),
    Doubt.MASKED: _("Some digits are hidden."),
    Doubt.NOT_A_NUMBER: _("This is not a telephone number."),
    Doubt.NO_AREA_CODE: _("The area code is missing."),
    Doubt.NO_LEADING_ZERO: _("The area code lacks its leading zero, or the country is another one."),
    Doubt.COUNTRY_UNCLEAR: _("The country is not clear; write the number with + and the country code."),
    Doubt.SEVERAL: _("This is more than one number."),
    Doubt.NOT_IN_USE: _("No such number can exist; a digit may be wrong or missing."),
}


@dataclass(frozen=True, slots=True)
class Phone:
    """What was read. Certain: `e164` is set. In doubt: `e164` is empty and `candidates` are what it may be."""

    raw: str
    kind: PhoneKind = PhoneKind.UNKNOWN
    e164: str = ""
    extension: str = ""
    candidates: tuple[str, ...] = ()
    doubt: Doubt | None = None

    @property
    def certain(self) -> bool:
        return self.e164 != ""

    @property
    def ambiguous(self) -> bool:
        return bool(self.candidates)

    @property
    def reason(self) -> str | Promise:
        """What a person should know of the doubt; empty for a certain number."""
        return DOUBT_LABELS[self.doubt] if self.doubt else ""

    @property
    def key8(self) -> str:
        """For look-ups by ending; also a number in doubt has one, as long as its digits are all there."""
        if self.doubt in {Doubt.MASKED, Doubt.SEVERAL, Doubt.EMPTY}:
            return ""
        return key8(self.e164 or digits_of(_cleaned(self.raw)).removesuffix(self.extension))


def parse(raw: str, region: str = "CN", *, area: str = "") -> Phone:
    """Read what somebody typed. `region` is the ISO country of the place; `area` its area code, e.g. `021`.

    A number without area code is certain only where `area` is given and the whole is a possible number there.
    """
    text = _cleaned(raw)
    kept = raw.strip()[:MOST_RAW]
    early = _unreadable(text)
    if early is not None:
        return Phone(kept, doubt=early)
    if several := _several(text, region, area):
        return Phone(kept, doubt=Doubt.SEVERAL, candidates=several)
    found = _read_with_extension(text, region, area)
    return replace(found, raw=kept)


def split(raw: str) -> list[str]:
    """The numbers in a cell that holds several (`13812345678/021-62345678`), as they were typed."""
    parts = [part.strip() for part in _SEVERAL.split(_normal(raw))]
    full = [part for part in parts if len(digits_of(part)) >= ENDING - 1]
    return full if len(full) > 1 else [raw.strip()]


def digits_of(text: str) -> str:
    """Its digits, full-width ones included."""
    return "".join(c for c in _western(unicodedata.normalize("NFKC", text)) if c in "0123456789")


def key8(number: str) -> str:
    """The last eight digits, or all where there are fewer: what `key8_sql` gives in the database."""
    return digits_of(number)[-ENDING:]


def key8_sql(column: str) -> str:
    """An immutable expression for an index on the last eight digits of a text column; `column` is trusted SQL."""
    return rf"right(regexp_replace({column}, '[^0-9]', '', 'g'), {ENDING})"


def mask(number: str) -> str:
    """`+8613812345678` → `138****5678`; of what is not E.164 only the last four digits show. Hotlines show in full."""
    parsed = _of_e164(number)
    if parsed is None:
        digits = digits_of(number)
        return f"{_HIDDEN}{digits[-_SHOWN_END:]}" if len(digits) > _SHOWN_END else _HIDDEN * bool(digits)
    if _kind(parsed) is PhoneKind.SERVICE:
        return display(number)
    national = phonenumbers.national_significant_number(parsed)
    if parsed.country_code != phonenumbers.country_code_for_region("CN"):
        return f"+{parsed.country_code} {_HIDDEN}{national[-_SHOWN_END:]}"
    area = phonenumbers.length_of_geographical_area_code(parsed)
    start = f"0{national[:area]}-" if area else national[:_SHOWN_START]
    return f"{start}{_HIDDEN}{national[-_SHOWN_END:]}"


def display(number: str, *, region: str = "CN", extension: str = "") -> str:
    """As people of `region` write it: `138 1234 5678`, `021 6234 5678`, abroad `+852 9876 5432`."""
    parsed = _of_e164(number)
    if parsed is None:
        return number
    home = parsed.country_code == phonenumbers.country_code_for_region(region)
    form = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    shown = phonenumbers.format_number(parsed, form)
    return f"{shown}-{extension}" if extension else shown


def _normal(raw: str) -> str:
    """Half-width, without the invisible marks that address books put around copied numbers."""
    text = _western(unicodedata.normalize("NFKC", raw))
    return "".join(c for c in text if unicodedata.category(c) != "Cf").strip().lstrip("'")


def _western(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _cleaned(raw: str) -> str:
    text = _LABEL.sub("", _normal(raw)).translate(_DASHES).strip()
    written_as_float = _SPREADSHEET.fullmatch(text)
    return written_as_float.group(1) if written_as_float else text


_DASHES: Final = {ord(dash): "-" for dash in "‐‑‒–—―−ー"}


def _unreadable(text: str) -> Doubt | None:
    if not text:
        return Doubt.EMPTY
    if re.search(r"[*●•]|x{3,}", text, re.IGNORECASE) and digits_of(text):
        return Doubt.MASKED
    return None if len(digits_of(text)) >= _FEWEST_DIGITS else Doubt.NOT_A_NUMBER


def _several(text: str, region: str, area: str) -> tuple[str, ...]:
    parts = [part.strip() for part in _SEVERAL.split(text)]
    full = [part for part in parts if len(digits_of(part)) >= ENDING - 1]
    if len(full) < 2:  # noqa: PLR2004  # one number, perhaps grouped by wide spaces
        return ()
    read = (_read_with_extension(part, region, area) for part in full)
    found = tuple(dict.fromkeys(number for phone in read for number in ((phone.e164,) if phone.e164 else ())))
    return found or tuple(full)


def _read_with_extension(text: str, region: str, area: str) -> Phone:
    named = _EXTENSION.search(text)
    if named:
        return replace(_read(text[: named.start()], region, area), extension=named.group(1))
    found = _read(text, region, area)
    tail = _TAIL.search(text)
    if found.certain or tail is None:
        return found
    # 021-62345678-801: a last group that makes no number with the rest, but leaves one without it.
    shorter = _read(text[: tail.start()], region, area)
    return replace(shorter, extension=tail.group(1)) if shorter.certain or _is_local(shorter, text) else found


def _is_local(phone: Phone, text: str) -> bool:
    return phone.doubt is Doubt.NO_AREA_CODE and len(digits_of(text)) > max(_LOCAL_LENGTHS)


def _read(text: str, region: str, area: str) -> Phone:
    if not _PLAIN.fullmatch(text.strip()):
        return Phone(text, doubt=Doubt.NOT_A_NUMBER)
    digits = digits_of(text)
    international = text.lstrip(" (").startswith("+") or _has_international_prefix(digits, region)
    if region == "CN" and not international and _SERVICE.fullmatch(digits):
        return Phone(text, PhoneKind.SERVICE, f"+86{digits}")
    parsed = _parsed(text if not area or len(digits) not in _LOCAL_LENGTHS or international else area + digits, region)
    if parsed is not None and phonenumbers.is_valid_number(parsed):
        return _certain_or_not(text, digits, parsed, international=international)
    if international:
        return Phone(text, doubt=Doubt.NOT_IN_USE)
    abroad = tuple(_abroad(digits))
    if len(digits) in _LOCAL_LENGTHS and not abroad:
        return Phone(text, PhoneKind.LANDLINE, doubt=Doubt.NOT_IN_USE if area else Doubt.NO_AREA_CODE)
    return Phone(text, candidates=abroad, doubt=Doubt.COUNTRY_UNCLEAR if abroad else Doubt.NOT_IN_USE)


def _certain_or_not(text: str, digits: str, parsed: PhoneNumber, *, international: bool) -> Phone:
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    kind = _kind(parsed)
    own = phonenumbers.national_significant_number(parsed)
    national = digits_of(phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))
    # The last form is a local number that the area of the place has completed.
    as_written = {national, f"0{own}", f"{parsed.country_code}{own}"}
    if international or digits in as_written or len(digits) in _LOCAL_LENGTHS:
        return Phone(text, kind, e164)
    candidates = dict.fromkeys((e164, *_abroad(digits)))
    return Phone(text, kind, candidates=tuple(candidates), doubt=Doubt.NO_LEADING_ZERO)


def _abroad(digits: str) -> Iterator[str]:
    """The number that this would be with a + before it."""
    parsed = _parsed(f"+{digits}", None)
    if parsed is not None and phonenumbers.is_valid_number(parsed):
        yield phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _has_international_prefix(digits: str, region: str) -> bool:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    prefix = metadata.international_prefix if metadata else None
    return bool(prefix and re.match(prefix, digits))


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _of_e164(number: str) -> PhoneNumber | None:
    return _parsed(number, None) if number.startswith("+") else None


_KINDS: Final = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE,
    PhoneNumberType.TOLL_FREE: PhoneKind.SERVICE,
    PhoneNumberType.SHARED_COST: PhoneKind.SERVICE,
    PhoneNumberType.PREMIUM_RATE: PhoneKind.SERVICE,
    PhoneNumberType.UAN: PhoneKind.SERVICE,
}


def _kind(parsed: PhoneNumber) -> PhoneKind:
    digits = phonenumbers.national_significant_number(parsed)
    if parsed.country_code == phonenumbers.country_code_for_region("CN") and _SERVICE.fullmatch(digits):
        return PhoneKind.SERVICE
    return _KINDS.get(phonenumbers.number_type(parsed), PhoneKind.OTHER)
