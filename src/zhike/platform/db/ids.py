"""Ids of records as text brings them: from addresses, forms, and lines of the log."""

from collections.abc import Iterable
from typing import Final

# Digits of the largest bigint are nineteen; ids of eighteen are more than any table will have.
_LONGEST: Final = 18


def id_of(text: str) -> int | None:
    """The id that a text is; None where it is none: letters, digits of other scripts, or more than a bigint holds."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= _LONGEST else None


def ids_of(texts: Iterable[str]) -> list[int]:
    """The ids among these texts, in their order."""
    return [found for one in texts if (found := id_of(one)) is not None]
