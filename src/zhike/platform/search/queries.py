"""Searching: exact numbers from the tables themselves, everything else from the index; scoped and bounded.

Each kind is asked in a materialised subquery that is read only as far as needed, so that a word in every document
costs no more than a rare one. Where a kind has more matches than are looked at, its newest documents are read besides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from django.db import connection

from zhike.platform.actors import Actor
from zhike.platform.search.tokens import (
    Query,
    numbers_of,
    query_of,
    ranked_literal,
    search_keys,
    tsquery_literal,
)
from zhike.platform.search.types import (
    MOST_LINES,
    Answer,
    Group,
    Hit,
    Numbers,
    Results,
    SearchSource,
    Sight,
    number_sources,
    source_of,
    sources,
)

LOOKED_AT = 500
NEWEST = 3_000
PER_GROUP = 8
_EXACT_SCORE = 100.0
_SHOWN = "d.kind, d.object_id, d.title, d.number, d.line, d.sort, d.rank, d.keys, d.id"


@dataclass(frozen=True, slots=True)
class _Row:
    hit: Hit
    sort: int


def search(*, actor: Actor, text: str, limit: int = PER_GROUP, kinds: Sequence[str] = ()) -> Results:
    """Groups by kind, exact matches first; at most one query a room that answers numbers, and two besides."""
    query = query_of(text)
    seen = {
        source.kind: (source, sight)
        for source in sources()
        if (not kinds or source.kind in kinds) and _sees(sight := source.sight(actor))
    }
    if not seen or query.is_empty:
        return Results(text)
    exact = _exact(actor, [found] if (found := numbers_of(text)) else [], limit, seen)
    rows, more = _matches(query, seen, limit)
    hits = [
        *chain.from_iterable(exact.values()),
        *(row.hit for row in rows if row.hit.exact),
        *(row.hit for row in rows),
    ]
    return _grouped(text, hits, more, seen, limit=limit)


def batch(*, actor: Actor, lines: Sequence[str], limit: int = 3) -> list[Answer]:
    """Numbers pasted as lines, each answered by what carries exactly this number (批量查单); at most 200 lines."""
    kept = [text for line in lines if (text := line.strip())][:MOST_LINES]
    numbers = [found for text in dict.fromkeys(kept) if (found := numbers_of(text))]
    seen = {source.kind: (source, sight) for source in sources() if _sees(sight := source.sight(actor))}
    exact = _exact(actor, numbers, limit, seen)
    indexed = _by_keys({key for text in kept for key in search_keys(text)}, seen)
    answers = []
    for line, text in enumerate(kept, start=1):
        by_key = chain.from_iterable(indexed.get(key, ()) for key in search_keys(text))
        carriers = {(hit.kind, hit.object_id): hit for hit in (*by_key, *exact.get(text, ()))}
        answers.append(Answer(line, text, tuple(carriers.values())[:limit]))
    return answers


def _sees(sight: Sight) -> bool:
    return sight.whole or sight.reach.everything or bool(sight.reach.intervals) or sight.staff_id is not None


Seen = Mapping[str, tuple[SearchSource, Sight]]


def _exact(actor: Actor, numbers: Sequence[Numbers], limit: int, seen: Seen) -> dict[str, list[Hit]]:
    """Hits in the tables themselves, by the text as typed."""
    found: dict[str, list[Hit]] = {}
    for source in number_sources() if numbers else []:
        for raw, hits in source.exact(actor=actor, numbers=numbers, limit=limit).items():
            marked = (replace(_linked(hit), exact=True, score=_EXACT_SCORE) for hit in hits if hit.kind in seen)
            found.setdefault(raw, []).extend(marked)
    return found


def _linked(hit: Hit) -> Hit:
    source = source_of(hit.kind)
    return hit if hit.url or source is None else replace(hit, url=source.url(hit.object_id))


def _matches(query: Query, seen: Seen, limit: int) -> tuple[list[_Row], set[str]]:
    """The best rows of each kind, and the kinds that have more."""
    branches = [_branch(position, kind, query, sight) for position, (kind, (_s, sight)) in enumerate(seen.items())]
    rows, full = _run(branches, query, limit)
    if not full:
        return rows, {kind for kind in seen if sum(row.hit.kind == kind for row in rows) > limit}
    newest = [_newest_branch(kind, query, sight) for kind, (_s, sight) in seen.items() if kind in full]
    recent, _full = _run(newest, query, limit)
    # What is newest comes before what merely ranks well among the first that were found.
    others = [row for row in rows if row.hit.kind not in full or row.hit.exact]
    return _once([*others, *recent, *rows]), full


def _run(branches: Sequence[tuple[str, list[Any]]], query: Query, limit: int) -> tuple[list[_Row], set[str]]:
    ranked = ranked_literal(query)
    score = "ts_rank(d.rank, %s::tsquery)" if ranked else "0"
    hits = " UNION ALL ".join(branch for branch, _params in branches)
    sql = f"""
        WITH scored AS (
          SELECT d.*, {score} + CASE WHEN d.keys && %s::text[] THEN {_EXACT_SCORE} ELSE 0 END AS score,
                 count(*) OVER (PARTITION BY d.kind) AS n
          FROM ({hits}) d)
        SELECT kind, object_id, title, number, line, sort, score, n FROM (
          SELECT s.*, row_number() OVER (PARTITION BY kind ORDER BY score DESC, sort DESC, object_id DESC) AS place
          FROM scored s) placed
        WHERE place <= %s ORDER BY kind, place"""  # noqa: S608 - values travel as parameters
    params: list[Any] = [*([ranked] if ranked else []), list(query.keys)]
    params += [*chain.from_iterable(more for _branch, more in branches), limit + 1]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    rows = [_Row(_hit(row), row[5]) for row in found]
    return rows, {row[0] for row in found if row[7] > LOOKED_AT}


def _hit(row: Sequence[Any]) -> Hit:
    kind, object_id, title, number, line, _sort, score, _n = row
    source = source_of(kind)
    return Hit(
        kind=kind,
        object_id=object_id,
        title=title,
        number=number,
        line=line,
        url=source.url(object_id) if source else "",
        exact=score >= _EXACT_SCORE,
        score=float(score),
    )


def _branch(position: int, kind: str, query: Query, sight: Sight) -> tuple[str, list[Any]]:
    """All matches of one kind, read lazily: the subquery is planned without knowing that few are wanted."""
    where, params = _condition(kind, query, sight)
    found = f"SELECT {_SHOWN} FROM search_document d WHERE {where}"  # noqa: S608 - values travel as parameters
    taken = f"SELECT * FROM m{position} LIMIT {LOOKED_AT + 1}"  # noqa: S608
    sql = f"SELECT * FROM (WITH m{position} AS MATERIALIZED ({found}) {taken}) x{position}"  # noqa: S608
    return sql, params


def _newest_branch(kind: str, query: Query, sight: Sight) -> tuple[str, list[Any]]:
    """The matches among the newest documents of one kind."""
    where, params = _condition(kind, query, sight)
    newest = f"SELECT * FROM search_document n WHERE n.kind = %s ORDER BY n.sort DESC, n.id DESC LIMIT {NEWEST}"  # noqa: S608
    sql = f"SELECT {_SHOWN} FROM ({newest}) d WHERE {where}"  # noqa: S608
    return sql, [kind, *params]


def _condition(kind: str, query: Query, sight: Sight) -> tuple[str, list[Any]]:
    conditions, params = ["d.body @@ %s::tsquery", "d.kind = %s"], [tsquery_literal(kind, query), kind]
    for part in query.parts:
        # A piece of a number, or the beginning of a word such as 3号门.
        conditions.append("(d.parts LIKE %s OR d.body @@ %s::tsquery)")
        params += [f"%{_like(part)}%", tsquery_literal(kind, Query(""), parts=[part])]
    scope, scope_params = _scope(sight)
    return " AND ".join([*conditions, scope]), [*params, *scope_params]


def _scope(sight: Sight) -> tuple[str, list[Any]]:
    if sight.whole or sight.reach.everything:
        return "TRUE", []
    steps, params = [], []
    for low, high in sight.reach.intervals:
        steps.append("d.scope_unit_id BETWEEN %s AND %s")
        params += [low, high]
    if sight.staff_id is not None:
        steps.append("d.own_staff_id = %s")
        params.append(sight.staff_id)
    return f"({' OR '.join(steps) or 'FALSE'})", params


def _by_keys(keys: set[str], seen: Seen) -> dict[str, list[Hit]]:
    """Documents that carry one of these keys, by key; one query."""
    wanted = sorted(key for key in keys if key)
    if not wanted or not seen:
        return {}
    scopes = [(kind, *_scope(sight)) for kind, (_source, sight) in seen.items()]
    where = " OR ".join(f"(d.kind = %s AND {scope})" for _kind, scope, _params in scopes)
    params: list[Any] = [wanted, *chain.from_iterable([kind, *more] for kind, _scope_sql, more in scopes)]
    sql = f"""
        SELECT d.kind, d.object_id, d.title, d.number, d.line, d.sort, {_EXACT_SCORE}::float8, 1, d.keys
        FROM search_document d WHERE d.keys && %s::text[] AND ({where})
        ORDER BY d.sort DESC, d.object_id DESC LIMIT {10 * MOST_LINES}"""  # noqa: S608 - values travel as parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    found: dict[str, list[Hit]] = {}
    for row in rows:
        for key in set(row[8]).intersection(wanted):
            found.setdefault(key, []).append(_hit(row[:8]))
    return found


def _grouped(text: str, hits: Sequence[Hit], more: set[str], seen: Seen, *, limit: int) -> Results:
    """Hits in their order, each once, under their kinds."""
    by_kind: dict[str, dict[int, Hit]] = {kind: {} for kind in seen}
    for hit in hits:
        by_kind[hit.kind].setdefault(hit.object_id, hit)
    groups = [
        Group(kind, seen[kind][0].label, tuple(found.values())[:limit], more=kind in more or len(found) > limit)
        for kind, found in by_kind.items()
        if found
    ]
    return Results(text, sorted(groups, key=lambda group: not group.hits[0].exact))


def _once(rows: Sequence[_Row]) -> list[_Row]:
    return list({(row.hit.kind, row.hit.object_id): row for row in reversed(rows)}.values())[::-1]


def _like(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
