"""Searching: exact numbers from the tables themselves, everything else from the index; scoped and bounded.

Words that few documents hold are asked of all kinds at once. Otherwise each kind is asked in a materialised subquery
that is read only as far as needed, so that a word in every document costs no more than a rare one. Where a kind has
more matches than are looked at, its newest documents are read besides.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

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

M = TypeVar("M", bound=Model)
LOOKED_AT = 500
NEWEST = 3_000
PER_GROUP = 8
_EXACT_SCORE = 100.0


@dataclass(frozen=True, slots=True)
class _Row:
    hit: Hit
    sort: int


def search(*, actor: Actor, text: str, limit: int = PER_GROUP, kinds: Sequence[str] = ()) -> Results:
    """Groups by kind, exact matches first; at most one query a room that answers numbers, and three besides."""
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


# zhike: allow query-actor -- it narrows rows that their own query has cut to the actor's reach
def among(*, rows: QuerySet[M], kind: str, text: str) -> QuerySet[M]:
    """Those of `rows`, records of one kind, whose documents hold the text; by the index, for lists with a search."""
    query = query_of(text)
    if query.is_empty:
        return rows.none()
    words, params = _words(kind, query)
    sql = f"""
        SELECT d.object_id FROM search_document d WHERE d.kind = %s AND {words}
        UNION SELECT d.object_id FROM search_document d WHERE d.kind = %s AND d.keys && %s::text[]"""  # noqa: S608 - values travel as parameters
    return rows.filter(pk__in=RawSQL(sql, [kind, *params, kind, list(query.keys)]))  # noqa: S611 - the same


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
            marked = (
                replace(_linked(hit), exact=True, own=hit.exact, score=_EXACT_SCORE) for hit in hits if hit.kind in seen
            )
            found.setdefault(raw, []).extend(marked)
    return found


def _linked(hit: Hit) -> Hit:
    source = source_of(hit.kind)
    return hit if hit.url or source is None else replace(hit, url=source.url(hit.object_id))


def _matches(query: Query, seen: Seen, limit: int) -> tuple[list[_Row], set[str]]:
    """The best rows of each kind, and the kinds that have more."""
    if (few := _few(query, seen, limit)) is not None:
        return few
    branches = [_branch(position, kind, query, sight) for position, (kind, (_s, sight)) in enumerate(seen.items())]
    rows, full = _run(branches, limit)
    if not full:
        return rows, {kind for kind in seen if sum(row.hit.kind == kind for row in rows) > limit}
    newest = [
        _newest_branch(position, kind, query, sight)
        for position, (kind, (_s, sight)) in enumerate(seen.items())
        if kind in full
    ]
    recent, _full = _run(newest, limit)
    # What is newest comes before what merely ranks well among the first that were found.
    others = [row for row in rows if row.hit.kind not in full or row.hit.exact]
    return _once([*others, *recent, *rows]), full


def _few(query: Query, seen: Seen, limit: int) -> tuple[list[_Row], set[str]] | None:
    """The same from one look at the index for all kinds; None where more than are looked at hold the words.

    Only the words are asked before the limit: who may see what narrows a bounded number of rows.
    """
    if not query.has_words:
        return None
    where, params = _words("", query)
    score, scoring = _score(query)
    scopes = [(kind, *_scope(sight)) for kind, (_source, sight) in seen.items()]
    visible = " OR ".join(f"(d.kind = %s AND {scope})" for _kind, scope, _params in scopes)
    sql = f"""
        WITH m AS MATERIALIZED (
            SELECT d.kind, d.object_id, d.title, d.number, d.line, d.sort, d.keys, d.rank, d.scope_unit_id,
              d.own_staff_id, d.audience FROM search_document d WHERE {where}),
          t AS MATERIALIZED (SELECT * FROM m LIMIT {LOOKED_AT + 1})
        SELECT d.kind, d.object_id, d.title, d.number, d.line, d.sort, {score}, c.n
        FROM (SELECT count(*) AS n FROM t) c LEFT JOIN t d ON {visible}"""  # noqa: S608 - values travel as parameters
    seers = chain.from_iterable([kind, *more] for kind, _scope_sql, more in scopes)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *scoring, *seers])
        found = cursor.fetchall()
    if found[0][7] > LOOKED_AT:
        return None
    by_kind: dict[str, list[Any]] = {}
    for row in found:
        if row[0] is not None:
            by_kind.setdefault(row[0], []).append(row)
    best = (heapq.nlargest(limit, rows, key=lambda row: (row[6], row[5], row[1])) for rows in by_kind.values())
    rows = [_Row(_hit(row), row[5]) for row in chain.from_iterable(best)]
    return rows, {kind for kind, rows in by_kind.items() if len(rows) > limit}


def _run(branches: Sequence[tuple[str, list[Any]]], limit: int) -> tuple[list[_Row], set[str]]:
    """Only the rows that are shown are read whole: everything before carries ids, times and scores."""
    best = " UNION ALL ".join(branch for branch, _params in branches)
    sql = f"""
        SELECT d.kind, d.object_id, d.title, d.number, d.line, d.sort, b.score, b.n
        FROM ({best}) b JOIN search_document d ON d.id = b.id
        ORDER BY d.kind, b.score DESC, d.sort DESC, d.object_id DESC"""  # noqa: S608 - values travel as parameters
    params = chain.from_iterable([*more, limit + 1] for _branch, more in branches)
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
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
    """The best of one kind, read lazily: the subquery is planned without knowing that few are wanted."""
    where, params = _condition(kind, query, sight)
    score, scoring = _score(query)
    found = f"SELECT d.id, d.object_id, d.sort, {score} AS score FROM search_document d WHERE {where}"  # noqa: S608 - values travel as parameters
    taken = f"SELECT * FROM m{position} LIMIT {LOOKED_AT + 1}"  # noqa: S608
    sql = f"WITH m{position} AS MATERIALIZED ({found}), t{position} AS MATERIALIZED ({taken})"
    return f"SELECT * FROM ({sql} {_best(f't{position}')}) x{position}", [*scoring, *params]  # noqa: S608


def _best(table: str) -> str:
    """The best rows, each with how many there are."""
    count = f"(SELECT count(*) FROM {table}) AS n"  # noqa: S608
    return f"SELECT id, score, {count} FROM {table} ORDER BY score DESC, sort DESC, object_id DESC LIMIT %s"  # noqa: S608


def _newest_branch(position: int, kind: str, query: Query, sight: Sight) -> tuple[str, list[Any]]:
    """The best among the newest documents of one kind."""
    where, params = _condition(kind, query, sight)
    score, scoring = _score(query)
    newest = f"SELECT * FROM search_document n WHERE n.kind = %s ORDER BY n.sort DESC, n.id DESC LIMIT {NEWEST}"  # noqa: S608
    found = f"SELECT d.id, d.object_id, d.sort, {score} AS score FROM ({newest}) d WHERE {where}"  # noqa: S608
    sql = f"WITH t{position} AS MATERIALIZED ({found}) {_best(f't{position}')}"
    return f"SELECT * FROM ({sql}) x{position}", [*scoring, kind, *params]  # noqa: S608


def _score(query: Query) -> tuple[str, list[Any]]:
    """How well a document answers: a key that is the text before everything, then its words, the title's more."""
    ranked = ranked_literal(query)
    score = f"CASE WHEN d.keys && %s::text[] THEN {_EXACT_SCORE} ELSE 0 END"
    if ranked:
        return f"ts_rank(d.rank, %s::tsquery) + {score}", [ranked, list(query.keys)]
    return score, [list(query.keys)]


def _condition(kind: str, query: Query, sight: Sight) -> tuple[str, list[Any]]:
    words, params = _words(kind, query)
    scope, scope_params = _scope(sight)
    return f"d.kind = %s AND {words} AND {scope}", [kind, *params, *scope_params]


def _words(kind: str, query: Query) -> tuple[str, list[Any]]:
    """What a document must hold; of one kind, or of any."""
    conditions, params = ["d.body @@ %s::tsquery"], [tsquery_literal(kind, query)]
    for part in query.parts:
        # A piece of a number, or the beginning of a word such as 3号门.
        conditions.append("(d.parts LIKE %s OR d.body @@ %s::tsquery)")
        params += [f"%{_like(part)}%", tsquery_literal(kind, Query(""), parts=[part])]
    return " AND ".join(conditions), params


def _scope(sight: Sight) -> tuple[str, list[Any]]:
    is_whole = sight.whole or sight.reach.everything
    if is_whole and sight.groups is None:
        return "TRUE", []
    steps: list[str] = []
    params: list[Any] = []
    for low, high in () if is_whole else sight.reach.intervals:
        steps.append("d.scope_unit_id BETWEEN %s AND %s")
        params += [low, high]
    if sight.groups is not None:
        within = "TRUE" if is_whole else f"({' OR '.join(steps) or 'FALSE'})"
        steps = [f"({within} AND (d.audience = '{{}}' OR d.audience && %s::text[]))"]
        params.append(sorted(sight.groups))
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
