"""Pure decisions: numbering of the unit tree, periods of authority, conflicts of duty."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from unicodedata import normalize

from babel.core import get_global

from zhike.platform import clock
from zhike.record.organization.types import DutyConflict, Interval, Period, UnitKind

# Two halves of the numbers: a renumbering of the whole tree always goes to the other half, so that a row written
# meanwhile with a number of yesterday is recognised as stale and never taken for another unit's.
HALVES = (Interval(1, 2**61), Interval(2**61 + 1, 2**62))
# Room for this many children at every level; five levels fit without renumbering anything.
FAN_OUT = 4096

# Amounts are kept with four decimals.
CENT = Decimal("0.0001")

LEAF_KINDS = frozenset({UnitKind.AGENCY_POINT, UnitKind.COMMUNITY_POINT})


class NoRoom(Exception):
    """There is no free interval below this unit; the tree must be numbered anew."""


def child_interval(parent: Interval, taken: Iterable[Interval], *, weight: int = 1) -> Interval:
    """A free interval below `parent`, wide enough for `weight` units; raises NoRoom.

    `taken` are the intervals of the present and former children, which never overlap the result. Later children get
    later numbers as long as there is room after the last one.
    """
    width = max((parent.end - parent.no) // FAN_OUT, weight)
    inside = sorted((t for t in taken if t.end > parent.no and t.no <= parent.end), key=lambda t: t.no)
    last = max((t.end for t in inside), default=parent.no)
    if last + width <= parent.end:
        return Interval(last + 1, last + width)
    reach = parent.no
    for hole in [*inside, Interval(parent.end + 1, parent.end + 1)]:
        if hole.no - reach - 1 >= weight:
            return Interval(reach + 1, min(reach + width, hole.no - 1))
        reach = max(reach, hole.end)
    raise NoRoom


def number_tree(root: int, children: Mapping[int, Sequence[int]], inside: Interval) -> dict[int, Interval]:
    """Number the subtree of `root` within `inside`, its own number being the first; children keep their order.

    Every unit gets an equal slot among `FAN_OUT`, or a slot in proportion to what hangs below it where those are too
    narrow; then half of what is over stays free for units to come. Raises NoRoom when even that does not fit.
    """
    sizes = _sizes(root, children)
    if inside.end - inside.no + 1 < sizes[root]:
        raise NoRoom
    numbered = {root: inside}
    waiting = [root]
    while waiting:
        unit = waiting.pop()
        below = children.get(unit, ())
        if not below:
            continue
        own = numbered[unit]
        for child, slot in zip(below, _slots(own, [sizes[c] for c in below]), strict=True):
            numbered[child] = slot
            waiting.append(child)
    return numbered


def _slots(parent: Interval, sizes: Sequence[int]) -> list[Interval]:
    room = parent.end - parent.no
    width = room // FAN_OUT
    if len(sizes) <= FAN_OUT // 2 and width >= FAN_OUT * max(sizes):
        return [Interval(parent.no + 1 + i * width, parent.no + (i + 1) * width) for i in range(len(sizes))]
    spare, total = (room - sum(sizes)) // 2, sum(sizes)
    slots, reach = [], parent.no
    for size in sizes:
        width = size + spare * size // total
        slots.append(Interval(reach + 1, reach + width))
        reach += width
    return slots


def _sizes(root: int, children: Mapping[int, Sequence[int]]) -> dict[int, int]:
    order, waiting = [], [root]
    while waiting:
        unit = waiting.pop()
        order.append(unit)
        waiting.extend(children.get(unit, ()))
    sizes: dict[int, int] = {}
    for unit in reversed(order):
        sizes[unit] = 1 + sum(sizes[child] for child in children.get(unit, ()))
    return sizes


def shifted(interval: Interval, old_root: Interval, new_root: Interval) -> Interval | None:
    """Where an interval of a moved subtree lies in the new one of equal or greater width; None when narrower."""
    if new_root.end - new_root.no < old_root.end - old_root.no:
        return None
    by = new_root.no - old_root.no
    return Interval(interval.no + by, interval.end + by)


def merged(intervals: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The fewest intervals that cover the same numbers; tree intervals nest or are apart."""
    kept: list[tuple[int, int]] = []
    for low, high in sorted(intervals, key=lambda i: (i[0], -i[1])):
        if kept and high <= kept[-1][1]:
            continue
        kept.append((low, high))
    return tuple(kept)


def nests(intervals: Sequence[Interval]) -> bool:
    """Whether any two intervals are apart or one within the other, and no two share a number as their own."""
    ordered = sorted(intervals, key=lambda i: (i.no, -i.end))
    open_ends: list[int] = []
    for interval in ordered:
        while open_ends and open_ends[-1] < interval.no:
            open_ends.pop()
        if open_ends and interval.end > open_ends[-1]:
            return False
        open_ends.append(interval.end)
    return all(a.no != b.no for a, b in pairwise(ordered))


def may_hang_below(kind: UnitKind, parent: UnitKind) -> bool:
    """A company is the root; nothing hangs below an agency or community point; regions only below company or region."""
    if kind is UnitKind.COMPANY or parent in LEAF_KINDS:
        return False
    return kind is not UnitKind.REGION or parent in {UnitKind.COMPANY, UnitKind.REGION}


def period_bounds(period: Period, at: datetime, zone: str) -> tuple[datetime, datetime]:
    """First instant of the calendar period around `at` in this zone, and first of the next. Weeks start on Monday."""
    day = clock.local_date(at, zone)
    first, after = _period_days(period, day)
    return clock.day_start(first, zone), clock.day_start(after, zone)


def _period_days(period: Period, day: date) -> tuple[date, date]:
    if period is Period.DAY:
        return day, day + timedelta(days=1)
    if period is Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
    first_month = (day.month - 1) // months * months + 1
    first = date(day.year, first_month, 1)
    past = first_month - 1 + months
    return first, date(day.year + past // 12, past % 12 + 1, 1)


def conflicts_among(
    roles: Collection[str], rights: Collection[str], declared: Iterable[DutyConflict]
) -> list[DutyConflict]:
    """The declared conflicts that a holder of these roles and rights is in."""
    held = {"role": roles, "right": rights}
    return [c for c in declared if c.first in held[c.of] and c.second in held[c.of]]


_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,39}")


def clean_code(text: str) -> str | None:
    """The stored form of a unit's code, or None when this cannot be one."""
    code = normalize("NFKC", text).strip().upper()
    return code if _CODE.fullmatch(code) else None


def clean_texts(texts: Iterable[str]) -> list[str]:
    """Without blanks and repetitions, in the order given."""
    return list(dict.fromkeys(t for t in (normalize("NFKC", text).strip() for text in texts) if t))


def country_of(zone: str) -> str:
    """The ISO country whose telephone numbers are written without + in this zone; '' where that is not clear."""
    return str(get_global("zone_territories").get(zone, ""))


def position_is_right(lat: Decimal | None, lon: Decimal | None) -> bool:
    """Both or neither, and on earth."""
    if lat is None or lon is None:
        return lat is None and lon is None
    return abs(lat) <= 90 and abs(lon) <= 180  # noqa: PLR2004 - degrees
