"""Series of public numbers, declared in code by the rooms that use them."""

import re
from dataclasses import dataclass

_KEY = re.compile(r"[a-z][a-z0-9_]{0,30}")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]*-|")
MAX_WIDTH = 18

_registry: dict[str, "Series"] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`Series(key="customer", prefix="CU-", width=6)` numbers CU-000001, …, CU-999999, CU-1000000; never one twice."""

    key: str
    prefix: str
    width: int = 6
    start: int = 1

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key) or not _PREFIX.fullmatch(self.prefix):
            message = f"series {self.key!r}: key is lower case with underscores, prefix like 'CU-'"
            raise ValueError(message)
        if not 1 <= self.width <= MAX_WIDTH or self.start < 1:
            message = f"series {self.key!r}: width is 1 to {MAX_WIDTH}, start is at least 1"
            raise ValueError(message)
        known = _registry.setdefault(self.key, self)
        if known != self:
            message = f"series {self.key!r} is declared twice"
            raise ValueError(message)


def registered() -> dict[str, Series]:
    """Every declared series by key."""
    return dict(sorted(_registry.items()))


def sort_key(number: str) -> tuple[str, int, str]:
    """Sorts public numbers by prefix, then by value however many digits it has; in SQL `zhike_number_key(number)`."""
    found = re.fullmatch(r"(.*?)0*([0-9]*)", number, re.DOTALL)
    prefix, digits = found.groups() if found else (number, "")
    return prefix, len(digits), digits
