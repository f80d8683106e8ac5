"""Who a key is when its work is done later, such as a queued import."""

from datetime import datetime

from zhike.doors.api.actions import actor_of_key_id
from zhike.platform.actors import Actor, ActorKind, find_actors_with


def _key_again(actor_id: str, *, now: datetime) -> Actor | None:
    return actor_of_key_id(int(actor_id), now=now) if actor_id.isdecimal() else None


find_actors_with(ActorKind.API_KEY, _key_again)
