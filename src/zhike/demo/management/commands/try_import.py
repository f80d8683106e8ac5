"""`manage.py try_import DIR`: a folder of exports through the product's own import, in a database of its own."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from zhike.demo.build import ACTOR, make_staff, make_units
from zhike.demo.world import SIZES, build_world
from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries as figures
from zhike.insight.metrics.types import Figure, Question
from zhike.platform import clock, outbox
from zhike.platform.bulk import actions, queries
from zhike.platform.bulk.mapping import ImportMapping, parse_toml
from zhike.platform.bulk.queries import JoinView
from zhike.platform.db import launcher, roles
from zhike.platform.environment import environment
from zhike.platform.errors import ZhikeError

DATABASE = "zhike_try"
MAPPING = Path("docs/guide/examples/marketplace.toml")
FIGURES = ("shipments", "late", "on_time", "total_time", "transport_time", "pickup_time", "csat5", "csat5_mean")

SPLITS = (
    ("late", "Delivered late", "region"),
    ("late", "Delivered late", figures.MONTH),
    ("csat5", "Satisfied", "delivery"),
)


class Command(BaseCommand):
    help = "Import a folder of exports by a mapping file into a fresh database and print the figures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--mapping", type=Path, default=environment().root / MAPPING)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        folder: Path = options["folder"]
        if not folder.is_dir():
            message = f"{folder} is not a folder"
            raise CommandError(message)
        mapping = read_mapping(options["mapping"])
        check_files(folder, mapping)
        if os.environ.get("ZHIKE_DB_NAME") != DATABASE:
            sys.exit(in_fresh_database([str(folder), "--mapping", str(options["mapping"])]))
        self._company()
        for turn in (1, 2):
            self.stdout.write(f"\nImport {turn} of the same files")
            self._import(folder, mapping)
            self._figures()
        self._splits()

    def _company(self) -> None:
        """Units and people, since every customer has a responsible person; nothing else."""
        now = clock.now()
        world = build_world(SIZES["small"], np.random.default_rng(1))
        make_staff(world, make_units(world, now), now)

    def _import(self, folder: Path, mapping: ImportMapping) -> None:
        with ExitStack() as opened:
            uploads = [
                actions.Upload(source.name, source.file, opened.enter_context((folder / source.file).open("rb")))
                for source in mapping.sources.values()
            ]
            run_id = actions.open_run(
                actor=ACTOR, mapping=mapping, uploads=uploads, source=mapping.name, now=clock.now()
            )
        actions.execute_run(actor=ACTOR, run_id=run_id, now=clock.now())
        run = queries.get_run(actor=ACTOR, run_id=run_id)
        for step in run.steps:
            self.stdout.write(
                f"  {step.source} → {step.target}: {step.read} read = {step.created} new + {step.updated} changed"
                f" + {step.duplicate} duplicate + {step.rejected} rejected"
            )
            for refusal in step.refusals[:5]:
                self.stdout.write(f"    line {refusal.line}, {refusal.column}: {refusal.value!r} {refusal.reason}")
            for join in step.joins:
                self._tell_join(join)
        outbox.drain_all(now=clock.now())
        lake.refresh_all(actor=ACTOR, now=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM messaging_message")
            (messages,) = cursor.fetchone() or (0,)
        self.stdout.write(f"  {messages} messages sent")

    def _tell_join(self, join: JoinView) -> None:
        if join.unmatched:
            self.stdout.write(
                f"    warning: {join.unmatched} rows, the first on line {join.first_line}, have no row in {join.file}"
            )
        for refusal in join.refusals[:5]:
            self.stdout.write(f"    {join.file}, line {refusal.line}: {refusal.value!r} {refusal.reason}")

    def _figures(self) -> None:
        for metric_id in FIGURES:
            answer = figures.compute(actor=ACTOR, question=Question(metric_id))
            self.stdout.write(f"  {metric_id}: {told(answer.total, answer.metric.unit)}")

    def _splits(self) -> None:
        for metric, label, dimension in SPLITS:
            answer = figures.compute(actor=ACTOR, question=Question(metric, split=(dimension,)))
            if answer.total.n == 0:
                continue
            self.stdout.write(f"\n{label} by {dimension}")
            for figure in answer.figures:
                self.stdout.write(f"  {figure.at[dimension]}: {told(figure, '%')}")


def read_mapping(path: Path) -> ImportMapping:
    """The mapping file; raises `CommandError` where it is missing or wrong."""
    if not path.is_file():
        message = f"{path} is not a file; it should be the mapping of the folder's files (TOML)"
        raise CommandError(message)
    try:
        return parse_toml(path.read_text("utf-8"))
    except (ZhikeError, UnicodeDecodeError) as error:
        message = f"{path}: {error}"
        raise CommandError(message) from error


def check_files(folder: Path, mapping: ImportMapping) -> None:
    """Raise `CommandError` naming every file of the mapping that the folder lacks, and what it holds instead."""
    missing = [source.file for source in mapping.sources.values() if not (folder / source.file).is_file()]
    if missing:
        found = sorted(path.name for path in folder.iterdir() if path.is_file())
        message = (
            f"{folder} lacks {', '.join(missing)}, which the mapping names; it holds "
            f"{', '.join(found) or 'no files'}. Nothing was imported. Add the missing files or correct the mapping."
        )
        raise CommandError(message)


def in_fresh_database(arguments: list[str]) -> int:
    """Make the database anew and run this command in it; returns its exit code."""
    env = environment()
    admin, maintenance = launcher.admin_parameters(env), launcher.maintenance_database()
    roles.drop_database(admin, name=DATABASE, maintenance=maintenance)
    roles.prepare_database(admin, name=DATABASE, maintenance=maintenance, passwords=launcher.passwords(env))
    manage = [sys.executable, str(env.root / "manage.py")]
    own = {**os.environ, "ZHIKE_DB_NAME": DATABASE}
    for command, role in ((["migrate", "--verbosity", "0"], "owner"), (["createcachetable"], "owner")):
        subprocess.run([*manage, *command], check=True, env={**own, "ZHIKE_DB_ROLE": role})  # noqa: S603 - our own
    done = subprocess.run([*manage, "try_import", *arguments], check=False, env=own)  # noqa: S603
    roles.drop_database(admin, name=DATABASE, maintenance=maintenance)
    return done.returncode


def told(figure: Figure, unit: str) -> str:
    """A figure with its base, as the page shows it."""
    if figure.hits is not None:
        share = "withheld" if figure.value is None else f"{figure.value:.3f} {unit}"
        limits = "" if figure.low is None else f" ({figure.low:.2f}–{figure.high:.2f})"
        return f"{figure.hits} of {figure.n} = {share}{limits}, missing {figure.missing}"
    if figure.median is not None:
        return f"mean {figure.value:.1f}, median {figure.median:.1f}, P90 {figure.p90:.1f} {unit}, n {figure.n}"
    if figure.score is not None:
        limits = f"{figure.low:.4f}–{figure.high:.4f}"
        return f"mean {figure.value:.4f} ({limits}), {figure.score:.2f} of 100, n {figure.n}"
    return f"{figure.n}"
