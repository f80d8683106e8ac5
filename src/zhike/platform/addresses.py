"""E-mail addresses: one form in which equals are equal, and how they are found in a text."""

import re
import unicodedata
from typing import Final

LONGEST = 254
_LONGEST_DOMAIN: Final = 253
_LOCAL: Final = "A-Za-z0-9._%+'-"
_LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = rf"(?:{_LABEL}\.)+{_LABEL}"
# Where an address may begin and end: Han characters and signs may stand directly beside it.
_BEFORE: Final = f"(?<![{_LOCAL}])"
_AFTER: Final = r"(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"
# Addresses in a text. Signs that only stand before it, as a quote does, are no part of it.
IN_TEXT: Final = re.compile(rf"(?<![A-Za-z0-9_])[A-Za-z0-9_][{_LOCAL}]{{0,63}}@{_DOMAIN}")
_WHOLE_DOMAIN: Final = re.compile(_DOMAIN)
_OTHER_DOTS: Final = str.maketrans("。．｡", "...")
_MARK: Final = "xn--"


def normal(typed: str) -> str:
    """Small letters, and the domain as servers write it: 李@例子.中国 and 李@xn--fsqu00a.xn--fiqs8s are one.

    What is no address, or has a domain that cannot be written so, only gets small letters.
    """
    text = unicodedata.normalize("NFC", typed.strip()).casefold()
    user, at, domain = text.rpartition("@")
    return f"{user}{at}{server_domain(domain)}"


def shown(address: str) -> str:
    """The same with the domain as people write it."""
    user, at, domain = address.rpartition("@")
    if _MARK not in domain:
        return address
    try:
        return f"{user}{at}{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return address


def is_address(text: str) -> bool:
    """Whether this normal form is a whole address, also one with other letters than a to z before the @."""
    user, at, domain = text.rpartition("@")
    if not (user and at) or len(text) > LONGEST or _WHOLE_DOMAIN.fullmatch(domain) is None:
        return False
    return not any(c.isspace() or c in '@<>(),;:"' or unicodedata.category(c)[0] == "C" for c in user)


def pattern_of(address: str) -> str:
    """Finds this address in a text, in the database as in a file, and no longer one that it is a part of."""
    forms = dict.fromkeys((address, shown(address)))
    return f"{_BEFORE}(?:{'|'.join(re.escape(one) for one in forms)}){_AFTER}"


def server_domain(domain: str) -> str:
    """The domain in the letters that every server takes; as it is where it has no such form."""
    if domain.isascii() or len(domain) > _LONGEST_DOMAIN:
        return domain
    try:
        return domain.translate(_OTHER_DOTS).encode("idna").decode("ascii").casefold()
    except UnicodeError:
        return domain
