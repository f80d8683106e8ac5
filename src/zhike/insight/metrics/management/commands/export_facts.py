"""`manage.py export_facts DIR`: every published fact as one Parquet file, for programs that read a folder."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.types import Written
from zhike.platform import clock, facts
from zhike.platform.actors import system_actor

ACTOR = system_actor("metrics.export_facts")
DICTIONARY = "columns.json"


class Command(BaseCommand):
    help = "Write every published fact of the whole company to a folder: one Parquet file each, and what columns mean."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("facts", nargs="*", help="facts to write; all when none is named")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        folder: Path = options["folder"]
        wanted: list[str] = options["facts"] or list(facts.published())
        unknown = sorted(set(wanted) - set(facts.published()))
        if unknown:
            message = f"no such facts: {', '.join(unknown)}"
            raise CommandError(message)
        folder.mkdir(parents=True, exist_ok=True)
        # One look: all facts as they stand at one moment.
        with queries.one_look():
            for fact in wanted:
                made = _put(folder, fact)
                lake.record_fetch(
                    actor=ACTOR, fact=fact, generation=made.generation, rows=made.rows, query="folder", now=clock.now()
                )
                self.stdout.write(f"{fact}: {made.rows} rows, generation {made.generation}")
        told = [asdict(fact) for fact in queries.published_facts(actor=ACTOR)]
        (folder / DICTIONARY).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _put(folder: Path, fact: str) -> Written:
    """Written beside, then put in its place: whoever reads meanwhile sees the old file or the new one."""
    # Names that begin with a dot are passed over by what reads folders.
    draft = folder / f".{fact}-{uuid4().hex}"
    try:
        with draft.open("wb") as out:
            made = queries.write_fact(actor=ACTOR, fact=fact, out=out)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(folder / f"{fact}.parquet")
    finally:
        draft.unlink(missing_ok=True)
    return made
