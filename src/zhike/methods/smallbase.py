"""What may be said of few answers: withheld, marked, or drawn towards the whole."""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

WITHHELD_BELOW: Final = 10
SMALL_BELOW: Final = 30
# A person is ranked among others from so many scored contacts on.
RANKED_FROM: Final = 20
# The parent's rate counts like so many answers.
PULL: Final = 20.0


class Mark(IntEnum):
    NONE = 0  # no data, which is not 0
    WITHHELD = 1
    SMALL = 2  # shown with its interval and a mark
    SOUND = 3


class Withheld(NamedTuple):
    """What of a table is not shown: cells in the table's shape; totals of rows, of columns and of all (2 axes only).

    One row of cells has `total` alone; its `rows` and `columns` are empty.
    """

    cells: Flags
    rows: Flags
    columns: Flags
    total: bool


def marks(n: ArrayLike) -> NDArray[np.int8]:
    """What a base of n answers allows, as `Mark` numbers in n's shape.

    n ≥ 0, in answers (not weighted). Raises ValueError for negative n. Source: methods §1.10.
    """
    base = np.asarray(n, dtype=float)
    if not np.all(base >= 0):
        message = "a base is a count >= 0"
        raise ValueError(message)
    limits = [np.nextafter(0, 1), WITHHELD_BELOW, SMALL_BELOW]
    return np.asarray(np.digitize(base, limits), dtype=np.int8)


def shrunk(x: ArrayLike, n: ArrayLike, parent: ArrayLike, *, k: float = PULL) -> Floats:
    """A small cell's rate or mean drawn towards its parent's: (x + parent·k)/(n + k).

    x: sum of the cell (hits, or scores); n: its answers, ≥ 0; parent: the parent's rate or mean in x/n's unit; k: how
    many answers the parent counts for, > 0. Scalars or arrays that broadcast; without answers it is the parent's.
    Raises ValueError for other n and k. Source: Efron & Morris 1975, JASA 70:311; methods §1.10, golden value 45.
    """
    hits, answers, mean = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (x, n, parent)))
    if not np.all(answers >= 0) or not k > 0:
        message = "shrunk needs n >= 0 and k > 0"
        raise ValueError(message)
    return (hits + mean * k) / (answers + k)


def withheld(n: ArrayLike, *, least: int = WITHHELD_BELOW) -> Withheld:
    """Which figures of a table are withheld so that none resting on fewer than `least` can be read or worked out.

    n: answers per cell, whole, (cells,) or (rows, columns), whose totals are shown too. First go those with 0 < n <
    `least`, totals among them; then, in each line, the smallest others until what is hidden together holds `least`
    answers; then any more that a cell could still be solved from over several lines. Empty cells hide nothing and are
    never withheld. What someone knows of single answers is not considered. Raises ValueError for negative counts or
    more axes. Source: Cox 1980, JASA 75:377; methods §1.10.
    """
    cells = np.asarray(n, dtype=float)
    if cells.ndim not in {1, 2} or not np.all(cells >= 0):
        message = "withheld needs counts >= 0 along one or two axes"
        raise ValueError(message)
    flat = cells.ndim == 1
    # The totals are a further row and column, so that they are hidden and solved for like any cell.
    table = np.atleast_2d(cells)
    if not flat:
        table = np.vstack([table, table.sum(axis=0)])
    table = np.column_stack([table, table.sum(axis=1)])
    hidden = (table > 0) & (table < least)
    lines = list(zip(table, hidden, strict=True))
    if not flat:
        lines += list(zip(table.T, hidden.T, strict=True))
    # A list, not a generator: every line is looked at in every round.
    while any([_cover(line, away, least) for line, away in lines]) or (not flat and _unravel(table, hidden)):  # noqa: C419 - above
        pass
    if flat:
        none = np.zeros(0, dtype=bool)
        return Withheld(hidden[0, :-1], none, none, bool(hidden[0, -1]))
    return Withheld(hidden[:-1, :-1], hidden[:-1, -1], hidden[-1, :-1], bool(hidden[-1, -1]))


def _cover(line: Floats, away: Flags, least: int) -> bool:
    """Hide one more of a line, its total last, where subtracting gives a hidden figure away; says whether it did."""
    parts, gone = line[:-1], away[:-1]
    covered = gone.sum() > 1 and parts[gone].sum() >= least
    # Nothing can be subtracted from a hidden total, but it can be added up where every part is shown.
    safe = gone.any() if away[-1] else covered or not gone.any()
    shown = np.flatnonzero(~gone & (parts > 0))
    if safe or (away[-1] and not len(shown)):
        return False
    # Without a part left to hide the total says what the hidden one is.
    away[shown[np.argmin(parts[shown])] if len(shown) else -1] = True
    return True


def _unravel(table: Floats, hidden: Flags) -> bool:
    """Hide one more where the lines together still give a hidden figure away; says whether it did.

    Each hidden figure links its row and its column. It can be solved for exactly if no other way leads from one to the
    other: if the link is a bridge.
    """
    rows, columns = np.nonzero(hidden)
    alone = _bridges(rows.tolist(), (columns + table.shape[0]).tolist(), sum(table.shape))
    for row, column in zip(rows[alone].tolist(), columns[alone].tolist(), strict=True):
        crossing = [(row, other) for other in range(table.shape[1])]
        crossing += [(other, column) for other in range(table.shape[0])]
        left = [(float(table[place]), place) for place in crossing if not hidden[place] and table[place] > 0]
        if left:
            hidden[min(left)[1]] = True
            return True
    return False


def _bridges(one_end: list[int], other_end: list[int], size: int) -> list[int]:
    """Positions of the links without which their ends would come apart. Source: Tarjan 1974, by depth first."""
    at: list[list[tuple[int, int]]] = [[] for _ in range(size)]
    for link, (one, other) in enumerate(zip(one_end, other_end, strict=True)):
        at[one].append((other, link))
        at[other].append((one, link))
    seen, reach, found, step = [0] * size, [0] * size, [], 0
    for root in range(size):
        # What is left to look at of each node on the way down, and the link by which it was come to.
        way = [] if seen[root] else [(root, -1, iter(at[root]))]
        if way:
            step += 1
            seen[root] = reach[root] = step
        while way:
            node, came_by, links = way[-1]
            for other, link in links:
                if link == came_by:
                    continue
                if seen[other]:
                    reach[node] = min(reach[node], seen[other])
                    continue
                step += 1
                seen[other] = reach[other] = step
                way.append((other, link, iter(at[other])))
                break
            else:
                way.pop()
                if way:
                    above = way[-1][0]
                    reach[above] = min(reach[above], reach[node])
                    if reach[node] > seen[above]:
                        found.append(came_by)
    return found
