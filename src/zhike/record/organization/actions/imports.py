"""Units and people in bulk: one authorization, checks as sets, one audit record and one event a batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from zhike.platform import audit, clock, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import Counts, Staged
from zhike.platform.i18n.folding import pinyin_key, stroke_key
from zhike.record.organization import events
from zhike.record.organization.actions import _tree
from zhike.record.organization.actions._phones import read_phones
from zhike.record.organization.models import Staff, Unit
from zhike.record.organization.policies import EDIT_STAFF, EDIT_UNITS
from zhike.record.organization.rules import NoRoom, child_interval, clean_texts, may_hang_below
from zhike.record.organization.types import Interval, Service, Side, UnitKind

Row = dict[str, Any]
UNIT_COLUMNS = ("name", "side", "zone", "address", "city", "region_code", "lat", "lon", "phones", "services")
STAFF_COLUMNS = ("name", "form_of_address", "rank", "phones", "email", "is_courier", "employed_from")


@action
def import_units(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Open units that are new and change those that are known by their code; nothing is moved or closed."""
    _tree.lock_tree()
    authorize(actor, EDIT_UNITS)
    _refuse_units(actor, staged)
    rows = _rows(staged)
    known = {unit.code: unit for unit in Unit.objects.filter(code__in=[row["code"] for row in rows])}
    changed, same = _change(known, [r for r in rows if r["code"] in known], "code", UNIT_COLUMNS)
    _save(Unit, changed, UNIT_COLUMNS)
    made = _open_units(actor, [r for r in rows if r["code"] not in known], now)
    counts = Counts(created=len(made), updated=len(changed), duplicate=same)
    _tell(actor, staged, "units", counts, now)
    ids = sorted([*made, *(unit.pk for unit in changed)])
    outbox.emit(events.UnitsChanged(unit_ids=ids), now=now, mode=staged.mode)
    return counts


@action
def import_staff(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Add people who are new and change those who are known by their number; sign-ins and roles are given by hand."""
    authorize(actor, EDIT_STAFF)
    _refuse_staff(actor, staged)
    rows = _rows(staged)
    units = dict(Unit.objects.filter(code__in={r["unit_code"] for r in rows}).values_list("code", "pk"))
    for row in rows:
        row["unit_id"] = units[row["unit_code"]]
    known = {member.number: member for member in Staff.objects.filter(number__in=[r["number"] for r in rows])}
    columns = (*STAFF_COLUMNS, "unit_id")
    changed, same = _change(known, [r for r in rows if r["number"] in known], "number", columns)
    _save(Staff, changed, columns)
    fresh = [_staff(row) for row in rows if row["number"] not in known]
    Staff.objects.bulk_create(fresh, batch_size=1000)
    counts = Counts(created=len(fresh), updated=len(changed), duplicate=same)
    _tell(actor, staged, "staff", counts, now)
    ids = sorted(member.pk for member in [*fresh, *changed])
    outbox.emit(events.StaffChangedEvent(staff_ids=ids), now=now, mode=staged.mode)
    return counts


def _tell(actor: Actor, staged: Staged, what: str, counts: Counts, now: datetime) -> None:
    after = {"what": what, "created": counts.created, "updated": counts.updated, "duplicate": counts.duplicate}
    subject = ("import", staged.run_id if staged.run_id is not None else staged.source)
    audit.record(actor, events.OrganizationImported(subject=subject, after=after), now=now)


def _refuse_units(actor: Actor, staged: Staged) -> None:
    """Refuse rows until every one that is left has a parent, among the units or among the rows themselves."""
    _in_staging(staged, "UPDATE {t} SET code = upper(trim(code)), parent_code = upper(trim(parent_code))")
    staged.reject("s.code !~ '^[A-Z0-9][A-Z0-9._-]{0,39}$'", field_name="code", code="code_form")
    _refuse_repeated(staged, "code")
    _refuse_zones(staged)
    _refuse_texts(staged, "services", _bad_services)
    _refuse_phones(staged)
    staged.reject(
        "(s.lat IS NULL) <> (s.lon IS NULL) OR abs(s.lat) > 90 OR abs(s.lon) > 180", field_name="lat", code="position"
    )
    staged.reject(
        "EXISTS (SELECT FROM organization_unit u WHERE u.code = s.code AND (u.kind <> s.kind OR u.parent_id IS DISTINCT"
        " FROM (SELECT p.id FROM organization_unit p WHERE p.code = s.parent_code)))",
        field_name="parent_code",
        code="moves",
    )
    staged.reject("s.kind <> 'company' AND s.parent_code IS NULL", field_name="parent_code", code="parent_unknown")
    staged.reject(
        "s.kind = 'company'"
        " AND EXISTS (SELECT FROM organization_unit u WHERE u.parent_id IS NULL AND u.code <> s.code)",
        field_name="kind",
        code="second_company",
    )
    _refuse_outside_reach(actor, staged, "parent_code")
    _refuse_orphans(staged)


def _refuse_orphans(staged: Staged) -> None:
    """Rows whose way up does not end at a unit that exists or at the company; circles among them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT line, code, parent_code, kind FROM {staged.table} ORDER BY line")  # noqa: S608
        rows = cursor.fetchall()
    kinds = {code: UnitKind(kind) for _line, code, _parent, kind in rows}
    kinds |= {code: UnitKind(kind) for code, kind in Unit.objects.values_list("code", "kind")}
    sound = set(Unit.objects.values_list("code", flat=True))
    sound |= {code for _line, code, parent, kind in rows if kind == UnitKind.COMPANY.value and not parent}
    waiting = [(line, code, parent) for line, code, parent, _kind in rows if code not in sound]
    while True:
        found = {
            code for _line, code, parent in waiting if parent in sound and may_hang_below(kinds[code], kinds[parent])
        }
        if not found:
            break
        sound |= found
        waiting = [row for row in waiting if row[1] not in found]
    lines = [line for line, _code, _parent in waiting]
    if lines:
        listed = ", ".join(str(int(line)) for line in lines)
        staged.reject(f"s.line IN ({listed})", field_name="parent_code", code="parent_unknown")


def _refuse_staff(actor: Actor, staged: Staged) -> None:
    _in_staging(
        staged,
        "UPDATE {t} SET number = upper(trim(number)), unit_code = upper(trim(unit_code)), email = lower(trim(email))",
    )
    _refuse_repeated(staged, "number")
    staged.reject(
        "NOT EXISTS (SELECT FROM organization_unit u WHERE u.code = s.unit_code AND u.active)",
        field_name="unit_code",
        code="unit_unknown",
    )
    staged.reject(
        "EXISTS (SELECT FROM organization_staff o WHERE o.number = s.number AND NOT o.active)",
        field_name="number",
        code="has_left",
    )
    staged.reject(
        "s.email !~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$'", field_name="email", code="email_form"
    )
    _refuse_outside_reach(actor, staged, "unit_code")
    _refuse_phones(staged)


def _refuse_repeated(staged: Staged, key: str) -> None:
    staged.reject(
        "f.line = s.line AND f.first < s.line",
        field_name=key,
        code="repeated",
        params="jsonb_build_object('first', f.first)",
        beside=f"(SELECT e.line, min(e.line) OVER (PARTITION BY e.{key}) AS first FROM {staged.table} e) f",  # noqa: S608
    )


def _refuse_outside_reach(actor: Actor, staged: Staged, column: str) -> None:
    if actor.reach.everything:
        return
    spans = " OR ".join(f"u.tree_no BETWEEN {int(low)} AND {int(high)}" for low, high in actor.reach.intervals)
    staged.reject(
        f"NOT EXISTS (SELECT FROM organization_unit u WHERE u.code = s.{column} AND ({spans or 'false'}))",
        field_name=column,
        code="out_of_reach",
    )


def _refuse_zones(staged: Staged) -> None:
    _in_staging(staged, "UPDATE {t} SET zone = %s WHERE zone IS NULL", [staged.zone])
    _refuse_texts(staged, "zone", lambda text: "" if clock.is_zone(text) else text)


def _bad_services(text: str) -> str:
    return ", ".join(sorted(set(_list(text)) - set(Service)))


def _refuse_texts(staged: Staged, column: str, wrong: Any) -> None:  # noqa: ANN401 - a function of the text
    """Refuse the rows whose text `wrong` finds fault with; each distinct text is looked at once."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {column} FROM {staged.table} WHERE {column} IS NOT NULL")  # noqa: S608
        texts = [text for (text,) in cursor.fetchall() if wrong(text)]
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS organization_refused (text text) ON COMMIT DROP")
        cursor.execute("TRUNCATE organization_refused")
        cursor.execute("INSERT INTO organization_refused SELECT unnest(%s::text[])", [texts])
    staged.reject(
        f"s.{column} IN (SELECT text FROM organization_refused)",  # noqa: S608
        field_name=column,
        code=f"{column}_unknown",
    )


def _refuse_phones(staged: Staged) -> None:
    _refuse_texts(staged, "phones", lambda text: read_phones(_list(text), staged.zone)[1])


def _in_staging(staged: Staged, statement: str, values: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(t=staged.table), list(values))


def _rows(staged: Staged) -> list[Row]:
    """What is left to load, lists split and phones in their stored form."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {staged.table} ORDER BY line")  # noqa: S608
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    for row in rows:
        for column in ("services", "districts"):
            if row.get(column) is not None:
                row[column] = _list(row[column])
        if row.get("phones") is not None:
            row["phones"] = list(read_phones(_list(row["phones"]), staged.zone)[0])
    return rows


def _list(text: str) -> list[str]:
    return clean_texts(text.replace("、", ",").replace(";", ",").replace("；", ",").replace("，", ",").split(","))


def _change(known: Mapping[str, Any], rows: Iterable[Row], key: str, columns: Sequence[str]) -> tuple[list[Any], int]:
    """Set what a file says and differs; an empty cell says nothing. Gives the changed records, and how many stay."""
    changed, same = [], 0
    for row in rows:
        record = known[row[key]]
        new = {c: row[c] for c in columns if row.get(c) is not None and getattr(record, c) != row[c]}
        if not new:
            same += 1
            continue
        for column, value in new.items():
            setattr(record, column, value)
        record.name_pinyin, record.name_strokes = pinyin_key(record.name), stroke_key(record.name)
        changed.append(record)
    return changed, same


def _save(model: type[Unit | Staff], changed: Sequence[Any], columns: Sequence[str]) -> None:
    if changed:
        fields = [*columns, "name_pinyin", "name_strokes"]
        model._default_manager.bulk_update(changed, fields, batch_size=500)


def _open_units(actor: Actor, rows: Sequence[Row], now: datetime) -> list[int]:
    """Insert level by level, each unit into a free interval of its parent."""
    try:
        with transaction.atomic():
            return _place_units(rows)
    except NoRoom:
        _tree.number_anew(actor, now=now)
        return _place_units(rows)


def _place_units(rows: Sequence[Row]) -> list[int]:
    placed: dict[str, tuple[int, Interval, int]] = {}
    taken: dict[str, list[Interval]] = {}
    codes = {row["parent_code"] for row in rows} - {None}
    for unit in Unit.objects.filter(code__in=codes):
        placed[unit.code] = (unit.pk, unit.interval, unit.depth)
        taken[unit.code] = _tree.taken_below(unit)
    made: list[int] = []
    waiting = list(rows)
    while waiting:
        level = [row for row in waiting if row["parent_code"] is None or row["parent_code"] in placed]
        fresh = [_unit(row, placed.get(row["parent_code"]), taken.setdefault(row["parent_code"], [])) for row in level]
        Unit.objects.bulk_create(fresh, batch_size=1000)
        placed |= {unit.code: (unit.pk, unit.interval, unit.depth) for unit in fresh}
        made += [unit.pk for unit in fresh]
        waiting = [row for row in waiting if row["code"] not in placed]
    return made


def _unit(row: Row, parent: tuple[int, Interval, int] | None, taken: list[Interval]) -> Unit:
    interval = child_interval(parent[1], taken) if parent else _tree.WHOLE
    taken.append(interval)
    values = {column: row[column] for column in UNIT_COLUMNS if row.get(column) is not None}
    values.setdefault("side", Side.FRONT.value)
    return Unit(
        code=row["code"],
        kind=row["kind"],
        parent_id=parent[0] if parent else None,
        depth=parent[2] + 1 if parent else 0,
        tree_no=interval.no,
        tree_end=interval.end,
        name_pinyin=pinyin_key(row["name"]),
        name_strokes=stroke_key(row["name"]),
        **values,
    )


def _staff(row: Row) -> Staff:
    values = {column: row[column] for column in STAFF_COLUMNS if row.get(column) is not None}
    return Staff(
        number=row["number"],
        unit_id=row["unit_id"],
        name_pinyin=pinyin_key(row["name"]),
        name_strokes=stroke_key(row["name"]),
        **values,
    )
