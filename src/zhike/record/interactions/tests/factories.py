"""Small makers of entries, through the real actions."""

from typing import Any

from zhike.platform.actors import Actor
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import NOW, SETUP
from zhike.record.customers.types import Channel
from zhike.record.interactions import actions
from zhike.record.interactions.models import Interaction
from zhike.record.interactions.types import ContactLog, Direction


def log(**changes: Any) -> ContactLog:
    values = {"channel": Channel.CALL, "direction": Direction.IN, "body": "客户询问到货时间", **changes}
    return ContactLog(**values)


def call(of: Customer, *, actor: Actor = SETUP, **changes: Any) -> Interaction:
    made = actions.log_contact(actor=actor, customer_id=of.pk, log=log(**changes), now=NOW)
    return Interaction.objects.get(pk=made)
