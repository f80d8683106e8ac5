"""Telling the rooms above which entries were written."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from zhike.platform import outbox
from zhike.platform.actors import system_actor
from zhike.platform.outbox import Mode
from zhike.record.contacting.types import ContactChannel
from zhike.record.customers.types import Channel
from zhike.record.interactions import events

# By which channels a person is reached, and who writes it down in the budgets.
COUNTED = {
    Channel.CALL.value: ContactChannel.CALL,
    Channel.MAIL.value: ContactChannel.EMAIL,
    Channel.SMS.value: ContactChannel.SMS,
    Channel.WECHAT.value: ContactChannel.CHAT,
    Channel.CHAT.value: ContactChannel.CHAT,
    Channel.VISIT.value: ContactChannel.VISIT,
}
COUNTING = system_actor("interactions.count")

IDS_AN_EVENT = 5000


def tell(
    ids: Sequence[int], customer_ids: Sequence[int], *, occurred_at: datetime, now: datetime, mode: Mode = Mode.LIVE
) -> None:
    waiting = iter(ids)
    told = []
    while part := list(islice(waiting, IDS_AN_EVENT)):
        told.append(events.InteractionsAddedEvent(interaction_ids=part, customer_ids=customer_ids[:IDS_AN_EVENT]))
    outbox.emit_many(told, now=now, occurred_at=occurred_at, mode=mode)
