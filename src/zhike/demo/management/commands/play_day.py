"""`manage.py play_day`: beside `make demo`, a slow day goes on in the demonstration company."""

import os
import time
from argparse import ArgumentParser
from threading import Event
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from zhike.demo.build import SEED
from zhike.demo.day import happen
from zhike.demo.turn import Turn
from zhike.platform import clock
from zhike.platform.errors import ZhikeError

PACE = 25.0
# A working day's worth; a company left running over a week-end does not fill up.
MOST = 1200


class Command(BaseCommand):
    help = "Play a slow day of arriving scans, questions and answers, until stopped"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--pace",
            type=float,
            default=float(os.environ.get("ZHIKE_DEMO_PACE", PACE)),
            help="seconds from one event to the next; 0 plays nothing",
        )
        parser.add_argument("--most", type=int, default=MOST, help="events before it falls silent")
        parser.add_argument("--stay", action="store_true", help="do not end when the day is over")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        chance = np.random.default_rng([SEED, int(clock.now().timestamp())])
        left = options["most"] if options["pace"] > 0 else 0
        while left:
            left -= 1
            time.sleep(options["pace"] * float(chance.uniform(0.5, 1.5)))
            try:
                if said := happen(Turn(chance, clock.now())):
                    self.stdout.write(f"· {said}")
            except (ZhikeError, DatabaseError) as error:
                # A person was quicker, or the database is starting anew: the day goes on.
                self.stderr.write(f"nothing happened: {error}")
                close_old_connections()
        if options["stay"]:
            Event().wait()
