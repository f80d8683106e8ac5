"""Keeping the lake in step with the database."""

import time
from datetime import datetime, timedelta

from django.db import connection

from zhike.insight.lake import build
from zhike.insight.lake.build import folder_of
from zhike.insight.lake.events import FactFetched, LakeRebuilt
from zhike.insight.lake.export import Reader
from zhike.insight.lake.models import LakeFact, LakeGeneration
from zhike.insight.lake.policies import FETCH_FACTS, REFRESH_LAKE
from zhike.insight.lake.types import Generation, Refreshed, generation_of
from zhike.platform import audit, facts
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.db.config import uri

LOCK = 0x5A4B4C01  # the lake's own advisory lock
KEEP_GENERATIONS = timedelta(hours=2)


@action
def refresh(*, actor: Actor, fact: str, now: datetime, from_scratch: bool = False) -> Refreshed:
    """Bring one fact up to the present; rebuild it when the cluster or the published columns are others.

    Raises KeyError for a fact nobody publishes. Concurrent calls wait for each other.
    """
    authorize(actor, REFRESH_LAKE)
    spec = facts.published()[fact]
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    head, _made = LakeFact.objects.get_or_create(fact=fact)
    reader = Reader(uri("app", database=str(connection.settings_dict["NAME"])))
    try:
        fits = (
            head.watermark and head.cluster == reader.snapshot.cluster and head.shape == build.shape_of(spec)
        ) and _files_are_there(head)
        if from_scratch or not fits:
            made, exported = build.rebuild(folder_of(fact), spec, reader, head.generation + 1)
            deleted, rebuilt = 0, True
        else:
            before = generation_of(fact, head.generation, head.manifest, head.refreshed_at)
            made, exported, deleted = build.advance(folder_of(fact), spec, reader, before, head.watermark)
            rebuilt = False
    finally:
        reader.close()
    _store(head, made, reader, build.shape_of(spec), now)
    if rebuilt:
        audit.record(actor, LakeRebuilt(subject=("lake", fact), after={"rows": exported}), now=now)
    _forget_old(fact, now)
    return Refreshed(
        fact, made.number, exported, deleted, rebuilt, time.perf_counter() - began, tuple(sorted(made.months))
    )


def _files_are_there(head: LakeFact) -> bool:
    generation = generation_of(head.fact, head.generation, head.manifest, None)
    return all((folder_of(head.fact) / name).exists() for name in generation.files())


def _store(head: LakeFact, made: Generation, reader: Reader, shape: str, now: datetime) -> None:
    if made.number != head.generation:
        LakeGeneration.objects.create(fact=head.fact, number=made.number, manifest=made.to_dict(), made_at=now)
    head.generation = made.number
    head.manifest = made.to_dict()
    head.watermark = reader.snapshot.xmin
    head.cluster = reader.snapshot.cluster
    head.shape = shape
    head.rows = sum(m.rows for m in made.months.values())
    head.refreshed_at = now
    head.save()


def _forget_old(fact: str, now: datetime) -> None:
    """Drop generations past their time, and the files that no kept generation reads."""
    head = LakeFact.objects.get(fact=fact)
    old = LakeGeneration.objects.filter(fact=fact, made_at__lt=now - KEEP_GENERATIONS).exclude(number=head.generation)
    if not old.exists():
        return
    kept = LakeGeneration.objects.filter(fact=fact).exclude(pk__in=old.values("pk"))
    named = {name for row in kept for name in generation_of(fact, row.number, row.manifest, None).files()}
    named |= generation_of(fact, head.generation, head.manifest, None).files()
    folder = folder_of(fact)
    horizon = (now - KEEP_GENERATIONS).timestamp()
    for path in folder.rglob("*.parquet"):
        if str(path.relative_to(folder)) not in named and path.stat().st_mtime < horizon:
            path.unlink(missing_ok=True)
    old.delete()


# zhike: allow action-signature -- each refresh is an action with a transaction of its own
def refresh_all(*, actor: Actor, now: datetime) -> list[Refreshed]:
    """Every published fact, each in a transaction of its own."""
    return [refresh(actor=actor, fact=name, now=now) for name in facts.published()]


@action
def record_fetch(*, actor: Actor, fact: str, generation: int, rows: int, now: datetime, query: str = "") -> None:
    """Note that rows of a fact leave the house as a file: of which generation, how many, narrowed by what."""
    authorize(actor, FETCH_FACTS)
    told = {"generation": generation, "rows": rows, **({"query": query} if query else {})}
    audit.record(actor, FactFetched(subject=("lake", fact), after=told), now=now)
