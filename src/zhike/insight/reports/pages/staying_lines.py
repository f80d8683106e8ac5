"""Lines of who stays, written out: for the page as words, for sheets as numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.queries import STATES, StateMoves, StateStay, StayLine
from zhike.insight.metrics.types import Base, Change, Figure
from zhike.platform.ui import formats
from zhike.platform.ui.tables import Column, Kind
from zhike.platform.ui.tables.export import Sheet

# Jones and Sasser 1995.
STATE_LABELS = {
    "dissatisfied": pgettext_lazy("state of a customer", "Dissatisfied"),
    "neutral": pgettext_lazy("state of a customer", "Neutral"),
    "basically_satisfied": pgettext_lazy("state of a customer", "Basically satisfied"),
    "fully_satisfied": pgettext_lazy("state of a customer", "Fully satisfied"),
}


def address(base: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{base}?{urlencode(pairs)}"


def value_name(line: StayLine, split: str) -> str:
    """What people call a value of the split; what is not known is said."""
    if line.name:
        return line.name
    return gettext("not classified") if split == "value_class" else gettext("not stated")


@dataclass(frozen=True, slots=True)
class Written:
    """One figure as read: value, interval, and a word on its base."""

    value: str
    interval: str
    note: str
    is_small: bool


def written(figure: Figure, *, is_ended: bool, decimals: int = 1) -> Written:
    """A figure in words; a running period has none yet."""
    if not is_ended:
        return Written("", "", gettext("not ended yet") if figure.n else gettext("no data"), is_small=False)
    if figure.base is Base.NONE:
        return Written("", "", gettext("no data"), is_small=False)
    if figure.value is None or figure.low is None or figure.high is None:
        return Written("", "", gettext("withheld"), is_small=False)
    value = formats.number(figure.value, decimals)
    return Written(value, formats.interval(figure.low, figure.high, decimals), "", is_small=figure.base is Base.SMALL)


class Drawn:
    """A line of the page."""

    def __init__(self, line: StayLine, title: str, urls: Mapping[str, str]) -> None:
        self.line, self.title, self.urls = line, title, urls
        self.retention = written(line.retention, is_ended=line.is_ended)
        self.churn = written(line.churn, is_ended=line.is_ended)
        self.repeat = written(line.repeat, is_ended=line.is_ended)
        self.services = written(line.services, is_ended=line.is_ended, decimals=2)
        self.change = changed(line.change)
        self.is_clear = line.change is not None and line.change.is_clear


def changed(change: Change | None) -> str:
    """In points; said also where it may be chance, and then as such."""
    if change is None:
        return ""
    if not change.is_clear:
        return gettext("no clear change")
    amount = f"{'+' if change.difference > 0 else ''}{formats.number(change.difference, 1)}"
    return gettext("%(difference)s points") % {"difference": amount}


def columns(split: str) -> list[Column]:
    """The sheet of lines, numbers unrounded; empty where withheld, not ended or without data."""
    number = Kind.NUMBER
    named = [Column("value", _("Part"), value=lambda line: _part(line, split))] if split else []
    return [
        Column("period", _("Period")),
        *named,
        Column("is_ended", _("Ended"), Kind.YES),
        Column("base", _("Customers of the period before"), number, value="retention.n"),
        Column("stayed", _("Stayed"), number),
        Column("left", _("Left"), number),
        *_figure_columns("retention", _("Retention, %")),
        *_figure_columns("churn", _("Lost, %")),
        Column("active", _("Customers of the period"), number, value="repeat.n"),
        Column("again", _("Two orders or more"), number, value="repeat.hits"),
        *_figure_columns("repeat", _("Ordered again, %")),
        *_figure_columns("services", _("Services per customer")),
        Column("note", _("Note"), value=note),
    ]


def _part(line: StayLine, split: str) -> str:
    return gettext("All together") if line.is_total else value_name(line, split)


def _figure_columns(name: str, label: Any) -> list[Column]:  # noqa: ANN401 - lazy text
    def of(part: str) -> Callable[[StayLine], float | None]:
        return lambda line: getattr(getattr(line, name), part)

    return [
        Column(name, label, Kind.NUMBER, value=of("value"), decimals=2),
        Column(f"{name}_low", _("95 % interval, from"), Kind.NUMBER, value=of("low"), decimals=2),
        Column(f"{name}_high", _("95 % interval, to"), Kind.NUMBER, value=of("high"), decimals=2),
    ]


def note(line: StayLine) -> str:
    """Why a line has no rate, or how far it may be trusted."""
    if not line.is_ended:
        return gettext("not ended yet")
    return _base_note(line.retention)


def _base_note(figure: Figure) -> str:
    match figure.base:
        case Base.NONE:
            return gettext("no data")
        case Base.WITHHELD:
            return gettext("base below 10: withheld")
        case Base.SMALL:
            return gettext("base below 30")
    return ""


def state_sheets(states: Mapping[str, Any]) -> list[Sheet]:
    """The moves between the two waves, and who of each state stays; none without two waves."""
    found: StateMoves | None = states.get("moves")
    stays: Sequence[StateStay] = states.get("stays", ())
    sheets = []
    if found is not None:
        moves = [
            Column("0", _("From"), value=lambda row: str(STATE_LABELS[row])),
            *(Column(name, STATE_LABELS[name], Kind.NUMBER, value=_moved_to(found, name)) for name in STATES),
        ]
        sheets.append(Sheet(gettext("Moves"), moves, STATES))
    if stays:
        sheets.append(Sheet(gettext("Stay by state"), _stay_columns(), _stay_rows(stays)))
    return sheets


def _moved_to(found: StateMoves, then: str) -> Callable[[str], int]:
    return lambda state: found.moves.get((state, then), 0)


def _stay_columns() -> list[Column]:
    number = Kind.NUMBER
    heads = (
        (_("Wave"), Kind.TEXT),
        (_("Period after it"), Kind.TEXT),
        (_("State"), Kind.TEXT),
        (_("Customers"), number),
        (_("Stayed"), number),
        (_("Retention, %"), number),
        (_("95 % interval, from"), number),
        (_("95 % interval, to"), number),
        (_("Note"), Kind.TEXT),
    )
    return [Column(str(at), label, kind, value=itemgetter(at)) for at, (label, kind) in enumerate(heads)]


def _stay_rows(stays: Sequence[StateStay]) -> list[tuple[object, ...]]:
    return [
        (
            one.wave,
            one.period,
            str(STATE_LABELS[name]),
            figure.n,
            figure.hits,
            figure.value,
            figure.low,
            figure.high,
            _base_note(figure) if one.is_ended else gettext("not ended yet"),
        )
        for one in stays
        for name, figure in one.states.items()
    ]
