"""What a table's columns are: a label, where the value comes from, how it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any

from zhike.platform.ui.components import Text

Getter = str | Callable[[Any], Any]


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    TIME = "time"
    AGO = "ago"
    DAY = "day"
    DUE = "due"
    CLOCK = "clock"
    STATUS = "status"
    CLASS = "class"
    MARKS = "marks"
    PERSON = "person"
    PHONE = "phone"
    WAYBILL = "waybill"
    YES = "yes"
    MARKUP = "markup"


RIGHT_ALIGNED = frozenset({Kind.NUMBER, Kind.PERCENT, Kind.MONEY})


def getter(source: Getter) -> Callable[[Any], Any]:
    return attrgetter(source) if isinstance(source, str) else source


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` is an attribute path or a function of the row; without it the key is the path.

    `sort` names an indexed field of the table's own model (with the id behind it in the index). `url` makes the cell a
    link. `currency` and `zone` are paths beside the value. `plain` gives what an export writes when `value` is markup.
    """

    key: str
    label: Text
    kind: Kind = Kind.TEXT
    value: Getter | None = None
    sort: str = ""
    url: Callable[[Any], str] | None = None
    shown: bool = True
    decimals: int | None = None
    currency: Getter | None = None
    zone: Getter | None = None
    width: str = ""
    lines: int = 1
    help: Text = ""
    plain: Callable[[Any], Any] | None = None
    lang: Getter | None = None

    @property
    def right(self) -> bool:
        return self.kind in RIGHT_ALIGNED

    def of(self, row: Any) -> Any:  # noqa: ANN401  # a cell holds what the row holds
        return getter(self.value or self.key)(row)

    def currency_of(self, row: Any) -> str:  # noqa: ANN401
        return str(getter(self.currency)(row)) if self.currency else "CNY"

    def zone_of(self, row: Any) -> str:  # noqa: ANN401
        return str(getter(self.zone)(row) or "") if self.zone else ""

    def lang_of(self, row: Any) -> str:  # noqa: ANN401
        return str(getter(self.lang)(row) or "") if self.lang else ""
