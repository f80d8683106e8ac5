"""Actors, requests and rows for the tests of the interface."""

from datetime import UTC, datetime, timedelta

from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import RequestFactory

from zhike.platform.actors import Actor, ActorKind, Reach
from zhike.platform.ui.models import Draft

NOW = datetime(2025, 11, 21, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai
RIGHTS = frozenset({"ui.views", "ui.share_views", "ui.export", "ui.gallery"})


def an_actor(*, id: str = "7", rights: frozenset[str] = RIGHTS, roles: frozenset[str] = frozenset({"agent"})) -> Actor:
    return Actor(
        kind=ActorKind.STAFF,
        id=id,
        rights=rights,
        roles=roles,
        reach=Reach(everything=True),
        label="李敏",
        zone="Asia/Shanghai",
    )


def a_request(path: str = "/list/", actor: Actor | None = None, **headers: str) -> HttpRequest:
    request = RequestFactory(headers=headers).get(path)
    request.actor = actor or an_actor()  # type: ignore[attr-defined]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def rows(
    count: int, *, start: datetime = NOW, step: timedelta = timedelta(minutes=-1), owner: str = "x"
) -> list[Draft]:
    """Drafts as stand-ins for a room's rows: `saved_at` falls by the minute, three of each label."""
    return Draft.objects.bulk_create(
        [
            Draft(
                owner=owner,
                key=f"row-{number:04}",
                label=f"label-{number // 3:03}",
                url=f"/row/{number}/",
                content={"amount": str(number)},
                saved_at=start + step * number,
            )
            for number in range(count)
        ]
    )
