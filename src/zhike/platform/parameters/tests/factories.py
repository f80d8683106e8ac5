"""Actors and parameters for these tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from zhike.platform.actors import Actor, ActorKind
from zhike.platform.parameters import Parameter, types

NOW = datetime.fromisoformat("2026-11-23T02:00:00+00:00")
DAY = timedelta(days=1)
ALL_RIGHTS = frozenset({"parameters.view", "parameters.change", "parameters.approve"})


def make_actor(name: str = "7", rights: frozenset[str] = ALL_RIGHTS) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=name, rights=rights, zone="Asia/Shanghai")


@contextmanager
def declared_for_test(**overrides: Any) -> Iterator[Parameter[Any]]:
    """A parameter that exists for the length of a test only."""
    given: dict[str, Any] = {
        "key": "parameters.trial",
        "label": "Trial share",
        "kind": Decimal,
        "default": Decimal("0.75"),
        "source": "methods §5.1",
        "unit": "share",
        "minimum": Decimal(0),
        "maximum": Decimal(1),
        **overrides,
    }
    parameter: Parameter[Any] = Parameter(**given)
    try:
        yield parameter
    finally:
        types._registry.pop(parameter.key)
