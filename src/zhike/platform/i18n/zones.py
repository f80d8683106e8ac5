"""Time zones as people say them."""

from functools import lru_cache

from babel.core import get_global
from babel.dates import get_timezone_name
from django.utils.translation import get_language

from zhike.platform.i18n.regions import LOCALES

NOWHERE = {"001", "ZZ", ""}


def zone_name(zone: str) -> str:
    """`中国时间`, `Japan Time` in the reader's language; empty for a zone of no place, such as UTC."""
    return _name(zone, LOCALES.get((get_language() or "en").lower(), "en"))


@lru_cache(maxsize=2_000)
def _name(zone: str, locale: str) -> str:
    if get_global("zone_territories").get(zone, "") in NOWHERE:
        return ""
    return get_timezone_name(zone, width="long", zone_variant="generic", locale=locale)
