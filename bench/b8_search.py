"""B8: two Chinese words over 1 M search documents against the bare indexed query.

`python -m bench.b8_search [DOCUMENTS] [KIND ...]`, of kinds case (default), shipment, customer; as an agent and as a
supervisor of 40 outlets. Budget: at most 3 times. Parts of waybills, names and addresses are found too, which is
asserted.
"""

import os
import random
import sys
from collections.abc import Sequence

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402 - after setup

from bench.measuring import Taken, taking, verdict  # noqa: E402
from bench.sowing import Sown, company, sow, tidy  # noqa: E402
from zhike.platform.actors import Actor  # noqa: E402
from zhike.platform.search import index, queries  # noqa: E402
from zhike.platform.search.tokens import query_of, tsquery_literal  # noqa: E402
from zhike.platform.search.types import Document  # noqa: E402
from zhike.record.organization.tests.factories import NOW  # noqa: E402

BUDGET = 3.0
TEXTS = 20_000
RUNS = 60
NAMES = [
    "华夏",
    "东方",
    "长江",
    "泰山",
    "远航",
    "金桥",
    "宏图",
    "锦绣",
    "瑞丰",
    "天和",
    "南洋",
    "北辰",
    "明珠",
    "恒通",
    "利达",
]
TRADES = [
    "电子",
    "纺织",
    "机械",
    "食品",
    "医药",
    "家具",
    "化工",
    "服装",
    "玩具",
    "五金",
    "陶瓷",
    "汽配",
    "茶叶",
    "图书",
    "灯具",
]
PLACES = ["武侯", "浦东", "余杭", "天河", "江夏", "未央", "朝阳", "鼓楼", "龙岗", "吴中", "岳麓", "历下"]
STREETS = ["科华路", "人民路", "解放路", "中山路", "建设路", "文化路", "滨江路", "学府路"]
# Two words that a few hundred of a million documents hold together.
WORDS = "瑞丰陶瓷 岳麓"
# Each text again, with a number of its own: what is found by text is cut by the real tokeniser.
MULTIPLY = f"""
INSERT INTO search_document (kind, object_id, scope_unit_id, own_staff_id, title, number, line, keys, parts, body, rank,
  sort, audience, tokeniser_version, updated_at)
SELECT d.kind, d.object_id + n::bigint * {TEXTS}, u.no, NULL, d.title, c.number, d.line, ARRAY[c.number], c.number,
  (d.body::text || ' ''' || c.number || '''')::tsvector, d.rank, d.sort + n, d.audience,
  d.tokeniser_version, d.updated_at
FROM search_document d CROSS JOIN generate_series(1, %(rows)s) n
CROSS JOIN LATERAL (SELECT '73' || lpad((d.object_id + n::bigint * {TEXTS})::text, 10, '0') AS number) c
JOIN bench_unit u ON u.at = (d.object_id + n * 41) %% %(outlets)s
"""


def write_texts(kinds: Sequence[str]) -> None:
    """As many of each kind, in the words of this trade."""
    dice = random.Random(8)
    for turn, start in enumerate(range(0, TEXTS, index.BATCH)):
        with transaction.atomic():
            ids = range(start + 1, start + 1 + index.BATCH)
            index.write(kinds[turn % len(kinds)], [document(dice, pk) for pk in ids], now=NOW)


def document(dice: random.Random, pk: int) -> Document:
    name = f"{dice.choice(NAMES)}{dice.choice(TRADES)}有限公司"
    address = f"{dice.choice(PLACES)}区{dice.choice(STREETS)}{dice.randrange(1, 900)}号"
    return Document(object_id=pk, title=name, number=f"73{pk:010d}", texts=[address, "收件人陈静"], sort=pk)


def bare(text: str, kinds: Sequence[str]) -> int:
    """The same words asked of the index, and nothing else."""
    query = query_of(text)
    asked = " & ".join(f"'{pair}'" for pair in query.pairs)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, object_id, title, number, line FROM search_document WHERE body @@ %s::tsquery LIMIT %s",
            [asked, len(kinds) * queries.LOOKED_AT],
        )
        return len(cursor.fetchall())


def matching(text: str, kinds: Sequence[str]) -> int:
    with connection.cursor() as cursor:
        literals = [tsquery_literal(kind, query_of(text)) for kind in kinds]
        cursor.execute(
            "SELECT count(*) FROM search_document d JOIN unnest(%s::text[]) q ON d.body @@ q::tsquery", [literals]
        )
        return int((cursor.fetchone() or (0,))[0])


def finds_parts(actor: Actor) -> None:
    """A piece of a waybill, a name and an address lead to documents that hold them."""
    waybill = queries.search(actor=actor, text=WORDS).hits[0].number
    for text in (waybill[3:], "瑞丰陶瓷", "岳麓区学府路"):
        hits = queries.search(actor=actor, text=text).hits
        assert hits, text
        found = [f"{hit.title} {hit.number}" for hit in hits]
        if not text.startswith("岳"):
            assert all(text in one for one in found), (text, found)


def main(documents: int, kinds: Sequence[str]) -> None:
    with company(customers=1_000) as sown:
        write_texts(kinds)
        sow(sown.database, [MULTIPLY], rows=documents // TEXTS - 1)
        tidy(sown.database)
        measure(sown, kinds)


def measure(sown: Sown, kinds: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_document")
        (documents,) = cursor.fetchone() or (0,)
    print(
        f"B8: {documents:,} documents ({', '.join(kinds)}), {matching(WORDS, kinds):,} of them with both words of"
        f" {WORDS!r}; {RUNS} searches each"
    )
    for name, member in (("agent", sown.agent), ("supervisor of 40 outlets", sown.supervisor)):
        _browser, actor = sown.looking(member)
        finds_parts(actor)
        ours, plain = Taken(), Taken()
        for _run in range(RUNS):
            with taking(ours):
                found = queries.search(actor=actor, text=WORDS)
            with taking(plain):
                rows = bare(WORDS, kinds)
        assert found.hits
        ratio = ours.fastest / plain.fastest
        print(
            f"B8 {name}: search {ours.fastest * 1000:.2f} ms with {ours.queries} queries, bare indexed query"
            f" {plain.fastest * 1000:.2f} ms for {rows:,} rows, ratio {ratio:.2f} (budget {BUDGET}):"
            f" {verdict(met=ratio <= BUDGET)}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2:] or ["case"])
