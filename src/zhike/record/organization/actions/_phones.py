"""Phones of units and people: kept as E.164, refused with the reason where that is in doubt."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from zhike.platform import phones
from zhike.platform.errors import FieldError
from zhike.record.organization.rules import clean_texts, country_of


def read_phones(texts: Iterable[str], zone: str) -> tuple[tuple[str, ...], list[FieldError]]:
    """The numbers in their stored form (an extension after `;ext=`), and what is wrong with the others."""
    kept: list[str] = []
    wrong: list[FieldError] = []
    for text in clean_texts(texts):
        number, _sign, extension = text.partition(";ext=")
        found = phones.parse(number, country_of(zone) or "ZZ")
        if not found.certain:
            wrong.append(
                FieldError(
                    str(found.doubt), _("%(phone)s was not understood. %(why)s"), {"phone": text, "why": found.reason}
                )
            )
            continue
        extension = extension or found.extension
        kept.append(f"{found.e164};ext={extension}" if extension else found.e164)
    return tuple(dict.fromkeys(kept)), wrong
