"""Keeping the numbers of the unit tree: every change runs alone, and every column that holds them follows."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F
from psycopg import sql

from zhike.platform import audit
from zhike.platform.actors import Actor
from zhike.record.organization import events
from zhike.record.organization.models import Unit, UnitNumber
from zhike.record.organization.rules import HALVES, NoRoom, child_interval, number_tree, shifted
from zhike.record.organization.types import Interval, Renumbered, ScopeColumn, unit_moves

WHOLE = HALVES[0]
_LOCK = 0x7A6B_756E_6974  # "zkunit"


def lock_tree() -> None:
    """Changes of the tree wait for each other until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def place_below(actor: Actor, parent: Unit, *, now: datetime) -> Interval:
    """A free interval for one new unit; numbers the whole tree anew where there is none. Call with the tree locked."""
    try:
        return child_interval(parent.interval, taken_below(parent))
    except NoRoom:
        number_anew(actor, now=now)
        parent.refresh_from_db()
        return child_interval(parent.interval, taken_below(parent))


def carry_below(actor: Actor, unit: Unit, parent: Unit, *, now: datetime) -> int:
    """Give a unit and all below it numbers under another parent; returns how many rows of other tables followed."""
    members = Unit.objects.below(unit.tree_no, unit.tree_end).count()
    try:
        new = child_interval(parent.interval, taken_below(parent), weight=members)
    except NoRoom:
        number_anew(actor, now=now)
        unit.refresh_from_db()
        parent.refresh_from_db()
        new = child_interval(parent.interval, taken_below(parent), weight=members)
    rows = list(Unit.objects.below(unit.tree_no, unit.tree_end).order_by("tree_no"))
    numbers = {row.pk: shifted(row.interval, unit.interval, new) for row in rows}
    fitting = {pk: interval for pk, interval in numbers.items() if interval is not None}
    if len(fitting) < len(rows):
        fitting = number_tree(unit.pk, _children(rows, unit.pk), new)
    followed = _renumber(rows, fitting, now)
    Unit.objects.below(new.no, new.end).update(depth=F("depth") + (parent.depth + 1 - unit.depth))
    return followed


def number_anew(actor: Actor, *, now: datetime) -> int:
    """Number all units in the other half of the numbers, with even gaps."""
    rows = list(Unit.objects.order_by("tree_no"))
    if not rows:
        return 0
    root = rows[0]
    other = HALVES[1] if root.tree_no < HALVES[1].no else HALVES[0]
    followed = _renumber(rows, number_tree(root.pk, _children(rows, root.pk), other), now)
    audit.record(
        actor,
        events.UnitsNumbered(subject=("unit", root.pk), after={"units": len(rows), "rows": followed}),
        now=now,
    )
    return followed


def move_scope(moves: Sequence[Renumbered]) -> int:
    """Change the numbers wherever rooms keep them, each table with one statement."""
    followed = 0
    for provider in unit_moves():
        if isinstance(provider, ScopeColumn):
            followed += _move_column(provider, moves)
        else:
            followed += provider.renumber(moves)
    return followed


def _move_column(place: ScopeColumn, moves: Sequence[Renumbered]) -> int:
    statement = sql.SQL(
        "UPDATE {table} SET {column} = moved.new_no"
        " FROM unnest(%s::bigint[], %s::bigint[]) AS moved (old_no, new_no)"
        " WHERE {table}.{column} = moved.old_no"
    ).format(table=sql.Identifier(place.table), column=sql.Identifier(place.column))
    with connection.cursor() as cursor:
        cursor.execute(statement, [[m.old_no for m in moves], [m.new_no for m in moves]])
        return int(cursor.rowcount)


def taken_below(parent: Unit) -> list[Interval]:
    """What is or was in use below this parent; a number once given is not given to somebody else.

    Of former units only the number itself is kept free: what hung below them has its own entry.
    """
    present = Unit.objects.filter(parent=parent).values_list("tree_no", "tree_end")
    former = UnitNumber.objects.filter(tree_no__range=(parent.tree_no + 1, parent.tree_end))
    return [
        *(Interval(no, end) for no, end in present),
        *(Interval(no, no) for no in former.values_list("tree_no", flat=True)),
    ]


def _children(rows: Sequence[Unit], root_id: int) -> dict[int, list[int]]:
    children: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.pk != root_id and row.parent_id is not None:
            children[row.parent_id].append(row.pk)
    return children


def _renumber(rows: Sequence[Unit], numbers: dict[int, Interval], now: datetime) -> int:
    UnitNumber.objects.bulk_create(
        [UnitNumber(unit_id=row.pk, tree_no=row.tree_no, tree_end=row.tree_end, left_at=now) for row in rows],
        batch_size=1000,
    )
    moves = [Renumbered(row.pk, row.tree_no, numbers[row.pk].no) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organization_unit SET tree_no = n.no, tree_end = n.last"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS n (id, no, last)"
            " WHERE organization_unit.id = n.id",
            [
                [row.pk for row in rows],
                [numbers[row.pk].no for row in rows],
                [numbers[row.pk].end for row in rows],
            ],
        )
    return move_scope(moves)
