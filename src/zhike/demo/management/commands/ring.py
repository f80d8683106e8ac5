"""`manage.py ring`: a telephone of the demonstration company rings, as its telephone system would tell the site."""

import json
import time
from argparse import ArgumentParser
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError

from zhike.demo.build import ACTOR
from zhike.demo.reception import SYSTEM
from zhike.doors.api import actions as api
from zhike.platform import clock
from zhike.record.customers import queries as customers
from zhike.record.organization import queries as people
from zhike.service.cases import queries as cases
from zhike.service.reception import queries
from zhike.service.reception.policies import PUSH_CALLS
from zhike.service.reception.types import Told

PATIENCE = 10
SOON = timedelta(minutes=30)


class Command(BaseCommand):
    help = "Let a telephone ring: posts real events to the running site, whose screens show the caller."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--to", default="agent", help="the sign-in whose telephone rings")
        parser.add_argument("--number", default="", help="who calls; without it a customer with an open case")
        parser.add_argument("--ring", type=float, default=8, help="seconds until it is answered; 0: nobody answers")
        parser.add_argument("--talk", type=float, default=30, help="seconds until they hang up")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        extension = self._extension(options["to"])
        number = options["number"] or self._caller()
        now = clock.now()
        key = api.make_key(
            actor=ACTOR, name="telephone simulator", rights=[PUSH_CALLS.code], expires_at=now + SOON, now=now
        )
        call = {"system": SYSTEM, "call_id": f"demo-{uuid4()}", "caller": number, "extension": extension}
        try:
            self._tell(options, key.shown_once, {**call, "event": Told.RINGING.value})
            if options["ring"] <= 0:
                self._tell(options, key.shown_once, {**call, "event": Told.MISSED.value})
                return
            time.sleep(options["ring"])
            self._tell(options, key.shown_once, {**call, "event": Told.ANSWERED.value})
            time.sleep(options["talk"])
            self._tell(options, key.shown_once, {**call, "event": Told.ENDED.value})
        finally:
            api.revoke_key(actor=ACTOR, key_id=key.id, now=clock.now())

    def _extension(self, username: str) -> str:
        member = people.staff_rows(actor=ACTOR).filter(user__username=username).first()
        found = queries.extension_rows(actor=ACTOR).filter(staff=member).first() if member else None
        if found is None:
            raise CommandError(f"{username} has no telephone; assign an extension in Settings.")
        return found.number

    def _caller(self) -> str:
        """The number of a customer who has an open case."""
        wanted = cases.case_rows(actor=ACTOR).open().order_by("-pk").values_list("customer_id", flat=True)[:200]
        reached = customers.reachable_of(actor=ACTOR, customer_ids=set(wanted))
        for customer_id in wanted:
            number = next((one.phone for one in reached.get(customer_id, []) if one.phone), "")
            if number:
                return number
        raise CommandError("No customer with an open case has a number; name one with --number.")

    def _tell(self, options: dict[str, Any], key: str, event: dict[str, str]) -> None:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        to = HTTPConnection(options["host"], options["port"], timeout=PATIENCE)
        try:
            to.request("POST", "/api/v1/calls/events", json.dumps(event), headers)
            answer = to.getresponse()
            said = answer.read().decode()
        except OSError as error:
            raise CommandError(f"The site does not answer at port {options['port']}: {error}") from error
        finally:
            to.close()
        if answer.status != 200:
            raise CommandError(said)
        self.stdout.write(f"{event['event']}: {event['caller']} at {event['extension']}")
