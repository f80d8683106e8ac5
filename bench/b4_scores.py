"""B4: satisfaction, recommendation and effort with intervals by line, region and month, against SQL typed by hand.

`python -m bench.b4_scores [ANSWERS]`: so many answers (10 million) in the lake's own files, a third to each of three
questions. Ours: `compute` of CSAT, NPS and CES as a page or a program asks for them, figures with totals, base, missing
and intervals. Baseline: the same typed into DuckDB over the same files with the same memory and threads, totals by
grouping sets, intervals in SQL (effort with 1.96 for Student's t); once as one statement for all three measures, once
as one for each, and the quicker of the two counts. Every turn asks for another period that holds all rows, so that no
figure is found kept. Budget: at most 1.5 times the baseline.
"""

import os
import statistics
import sys
from collections.abc import Iterator, Sequence
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

import duckdb  # noqa: E402 - after setup

from bench.measuring import verdict  # noqa: E402
from tests.harness import databases  # noqa: E402
from zhike.insight.lake import actions, queries  # noqa: E402
from zhike.insight.lake.build import folder_of  # noqa: E402
from zhike.insight.lake.export import schema_of  # noqa: E402
from zhike.insight.lake.models import LakeFact  # noqa: E402
from zhike.insight.lake.types import Generation, Month  # noqa: E402
from zhike.insight.metrics.queries import MONTH, compute, one_look  # noqa: E402
from zhike.insight.metrics.types import Answer, Question  # noqa: E402
from zhike.platform import clock, facts  # noqa: E402
from zhike.platform.actors import Actor, Reach, system_actor  # noqa: E402
from zhike.record.shipments.tests import factories as goods  # noqa: E402

BUDGET = 1.5
TURNS = 5
FACT = "survey_scores"
SPLIT = ("business_line", "region", MONTH)
MONTHS = [f"2025-{month:02d}" for month in range(1, 13)]
METRICS = ("csat5", "nps11", "ces2")
LINES, REGIONS, UNITS = ("express", "air", "sea", "road", "warehouse", "customs"), 31, 200
WHOLE = system_actor("bench")
REGION = goods.staff("figures.view", reach=Reach(intervals=((41, 80),)))

# One third each: level, scale, measure, satisfied from, dissatisfied up to; levels as often as people choose them.
QUESTIONS = """
(VALUES (0, 'csat5', 'overall', 1, 5, 4, 2), (1, 'nps11', 'recommend', 0, 10, 9, 6), (2, 'ces2', 'effort', 1, 7, 5, 3))
  k (turn, scale, measure, low, high, good, bad)
"""
# What is not named here is the same in every row.
OWN = {
    "id": "g",
    "question": "k.measure",
    "scale": "k.scale",
    "measure": "k.measure",
    "customer_id": "g % 50000",
    "business_line": f"({list(LINES)})[1 + g // 3 % {len(LINES)}]",
    "region": f"'CN-' || hash(g // 3) % {REGIONS}",
    "scope_unit_id": f"hash(g // 3) % {UNITS}",
    "annual_value": "hash(g) % 100000",
    "value": "v",
    "is_sent_off": "true",
    "is_overall": "k.measure = 'overall'",
    "is_satisfied": "v >= k.good",
    "is_dissatisfied": "v <= k.bad",
    "is_best": "v = k.high",
}


def sow(rows: int) -> None:
    """The fact's own files, one a month, with one answer in fifty left out; the head of the lake names them."""
    actions.refresh(actor=WHOLE, fact=FACT, now=clock.now())
    fact, folder, hand = facts.published()[FACT], folder_of(FACT), by_hand()
    columns = {"id": "integer", **{column.name: column.type.value for column in fact.columns}}
    each, months = rows // len(MONTHS), {}
    for at, month in enumerate(MONTHS):
        (folder / month).mkdir(parents=True, exist_ok=True)
        listed = ", ".join(
            f"({OWN.get(name) or same(kind, month)})::{facts.SQL_TYPES[facts.ColumnType(kind)]} AS {name}"
            for name, kind in columns.items()
        )
        name, first = f"{month}/part-bench.parquet", at * each + 1
        hand.execute(
            f"COPY (SELECT {listed} FROM range({first}, {first + each}) r (g) JOIN {QUESTIONS} ON k.turn = g % 3,"
            " LATERAL (SELECT CASE WHEN hash(g * 7) % 50 > 0"
            " THEN k.low + floor((1 - (hash(g * 13) % 1000 / 1000.0) ** 3) * (k.high - k.low + 0.999))::INT END AS v))"
            f" TO '{folder / name}' (FORMAT parquet, COMPRESSION zstd)"
        )
        months[month] = Month(parts=(name,), rows=each, max_id=first + each - 1)
    head = LakeFact.objects.get(fact=FACT)
    head.generation += 1
    head.manifest = Generation(FACT, head.generation, months).to_dict()
    head.save()
    sown = queries.table(actor=WHOLE, state=queries.current(FACT))
    assert sown.schema().to_pyarrow() == schema_of(fact)
    assert sown.count().to_pyarrow().as_py() == each * len(MONTHS)


def same(kind: str, month: str) -> str:
    """What stands in a column that nobody asks for."""
    return {"text": "''", "boolean": "false", "date": f"'{month}-01'::DATE + (g % 28)::INT"}.get(kind, "g % 200")


def by_hand() -> duckdb.DuckDBPyConnection:
    """A connection as somebody would open it, as large as ours."""
    hand = duckdb.connect(config={"threads": queries.THREADS, "memory_limit": queries.MEMORY})
    hand.execute("SET TimeZone = 'UTC'")
    return hand


# All that a page shows of the three: base, missing, value and interval of each group and of the whole.
TYPED = """
WITH counted AS (
  SELECT business_line, region, strftime(submitted_date, '%Y-%m') AS month, {measures}
  FROM read_parquet({files}) WHERE is_sent_off AND submitted_date >= DATE '{since}-01'
    AND submitted_date < DATE '2026-01-01' {more}
  GROUP BY GROUPING SETS ((business_line, region, month), ()))
SELECT business_line, region, month, {shown} FROM counted, (SELECT 1.959963984540054 AS z) {beside}
ORDER BY business_line, region, month
"""
COUNTS = """count(value) FILTER (measure = '{measure}' AND scale = '{scale}') AS {scale}_n,
  count(*) FILTER (measure = '{measure}' AND scale = '{scale}' AND value IS NULL) AS {scale}_missing,
  count(*) FILTER (measure = '{measure}' AND scale = '{scale}' AND value IS NOT NULL AND is_satisfied) AS {scale}_hits,
  count(*) FILTER (measure = '{measure}' AND scale = '{scale}' AND value IS NOT NULL AND is_dissatisfied)
    AS {scale}_against,
  avg(value) FILTER (measure = '{measure}' AND scale = '{scale}') AS {scale}_mean,
  stddev_samp(value) FILTER (measure = '{measure}' AND scale = '{scale}') AS {scale}_spread"""
# Of each measure what it takes of the counts, what is shown of it, and what is worked out beside.
WANTED = {
    "csat5": (
        "overall",
        ("n", "missing", "hits"),
        """csat5_n, csat5_missing, csat5_hits, csat5_hits / csat5_n AS csat5_value,
  (p + z * z / (2 * csat5_n) - z * sqrt(p * (1 - p) / csat5_n + z * z / (4 * csat5_n * csat5_n)))
    / (1 + z * z / csat5_n) AS csat5_low,
  (p + z * z / (2 * csat5_n) + z * sqrt(p * (1 - p) / csat5_n + z * z / (4 * csat5_n * csat5_n)))
    / (1 + z * z / csat5_n) AS csat5_high""",
        ", LATERAL (SELECT csat5_hits / csat5_n AS p)",
    ),
    "nps11": (
        "recommend",
        ("n", "missing", "hits", "against"),
        """nps11_n, nps11_missing, nps11_hits, nps11_against, (nps11_hits - nps11_against) / nps11_n AS nps11_value,
  score - z * error AS nps11_low, score + z * error AS nps11_high""",
        """, LATERAL (SELECT (nps11_hits - nps11_against) / (nps11_n + 3) AS score),
  LATERAL (SELECT sqrt(((nps11_hits + nps11_against + 1.5) / (nps11_n + 3) - score * score) / (nps11_n + 3))
    AS error)""",
    ),
    "ces2": (
        "effort",
        ("n", "missing", "mean", "spread"),
        """ces2_n, ces2_missing, ces2_mean, ces2_mean - z * ces2_spread / sqrt(ces2_n) AS ces2_low,
  ces2_mean + z * ces2_spread / sqrt(ces2_n) AS ces2_high""",
        "",
    ),
}
Lines = dict[tuple[object, ...], dict[str, object]]


def typed(
    hand: duckdb.DuckDBPyConnection, files: list[str], reach: Reach, since: str, together: Sequence[str]
) -> Lines:
    """One statement for these measures: its lines as Python has them, by line, region and month."""
    counts = []
    for scale in together:
        measure, taken, _shown, _beside = WANTED[scale]
        every = COUNTS.format(measure=measure, scale=scale).split(",\n")
        counts += [one for one in every if one.rsplit("_", 1)[1].strip() in taken]
    ranges = " OR ".join(f"scope_unit_id BETWEEN {low} AND {high}" for low, high in reach.intervals)
    # A statement for one measure says so where the reader of the files can use it.
    only = "" if len(together) > 1 else f" AND measure = '{WANTED[together[0]][0]}' AND scale = '{together[0]}'"
    asked = TYPED.format(
        measures=", ".join(counts),
        files=files,
        since=since,
        more=("" if reach.everything else f"AND ({ranges})") + only,
        shown=", ".join(WANTED[scale][2] for scale in together),
        beside=" ".join(WANTED[scale][3] for scale in together),
    )
    found = hand.execute(asked)
    names = [column[0] for column in found.description or ()]
    lines = [dict(zip(names, line, strict=True)) for line in found.fetchall()]
    return {tuple(line[name] for name in ("business_line", "region", "month")): line for line in lines}


def ours(actor: Actor, since: str) -> list[Answer]:
    """What a page asks, all of one state of the lake."""
    with one_look():
        return [
            compute(actor=actor, question=Question(metric, split=SPLIT, since=since, until=MONTHS[-1]))
            for metric in METRICS
        ]


def agree(answers: list[Answer], at: Lines) -> None:
    """Both count the same and come to the same intervals; effort has Student's t with us."""
    for metric, answer in zip(METRICS, answers, strict=True):
        assert len(answer.figures) + 1 == len(at)
        for figure in (answer.total, *answer.figures):
            line = at[tuple(figure.at.get(name) for name in SPLIT)]
            assert (figure.n, figure.missing) == (line[f"{metric}_n"], line[f"{metric}_missing"])
            if metric != "ces2":
                assert figure.hits == line[f"{metric}_hits"]
            if figure.low is not None and metric != "ces2":
                assert abs(figure.low / 100 - float(str(line[f"{metric}_low"]))) < 1e-9


def main(rows: int) -> int:
    """0 when the budget is met for both actors."""
    with databases.cloned(databases.empty_template()):
        sow(rows)
        files = sorted(queries.files_of(queries.current(FACT)))
        met = [measure(actor, told, files, rows) for actor, told in ((WHOLE, "whole company"), (REGION, "one region"))]
    return 0 if all(met) else 1


def measure(actor: Actor, told: str, files: list[str], rows: int) -> bool:
    hand, sinces = by_hand(), earlier()
    agree(ours(actor, since := next(sinces)), typed(hand, files, actor.reach, since, METRICS))
    took: dict[str, list[float]] = {"ours": [], "together": [], "apart": []}
    for turn in range(TURNS):
        since = next(sinces)
        for name in sorted(took, reverse=bool(turn % 2)):
            began = perf_counter()
            if name == "ours":
                ours(actor, since)
            elif name == "together":
                typed(hand, files, actor.reach, since, METRICS)
            else:
                for metric in METRICS:
                    typed(hand, files, actor.reach, since, [metric])
            took[name].append(perf_counter() - began)
    mine, together, apart = (statistics.median(took[name]) for name in ("ours", "together", "apart"))
    ratio = mine / min(together, apart)
    met = ratio <= BUDGET
    groups = len(ours(actor, next(sinces))[0].figures)
    print(
        f"B4 {told}: {rows:,} answers, {groups:,} groups of line, region and month, three measures with intervals;"
        f" ours {mine:.2f} s, typed into DuckDB as one statement {together:.2f} s, as three {apart:.2f} s (medians of"
        f" {TURNS} turns), ratio to the quicker {ratio:.2f} (budget ≤ {BUDGET}): {verdict(met=met)}"
    )
    return met


def earlier() -> Iterator[str]:
    """Months before all data, each another one."""
    yield from (f"{year}-{month:02d}" for year in range(2000, 2025) for month in range(1, 13))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000))
