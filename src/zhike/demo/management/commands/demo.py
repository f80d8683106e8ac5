"""`manage.py demo`: build the demonstration company into an empty database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from zhike.demo.build import ACTOR, PASSWORD, SEED, build_company, history_ends
from zhike.demo.world import SIGN_IN_ROLES, SIZES
from zhike.insight.lake import actions as lake
from zhike.platform import clock, outbox
from zhike.record.organization import queries


class Command(BaseCommand):
    help = "Build the demonstration company (invented names) by backfill."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=sorted(SIZES), default="full")
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--control", action="store_true", help="without the planted truths")
        parser.add_argument("--if-missing", action="store_true", help="do nothing when a company is there already")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        now = clock.now()
        if queries.unit_rows(actor=ACTOR).exists():
            if options["if_missing"]:
                self._tell()
                return
            raise CommandError("This database holds a company already. The demonstration company needs an empty one.")
        # One transaction: a build that was cut off leaves nothing half done, and can simply be started again.
        with transaction.atomic():
            build_company(
                size=options["size"],
                now=history_ends(now),
                seed=options["seed"],
                control=options["control"],
                say=self.stdout.write,
                with_lake=False,
            )
        outbox.drain_all(now=clock.now())
        lake.refresh_all(actor=ACTOR, now=clock.now())
        self._tell()

    def _tell(self) -> None:
        self.stdout.write(f"Sign-ins (password {PASSWORD}):")
        for role in SIGN_IN_ROLES:
            self.stdout.write(f"  {role.replace('_', '-')}")
