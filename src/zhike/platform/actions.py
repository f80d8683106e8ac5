"""What makes a function an action: one transaction, one operation id, and a record of every denial."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from zhike.platform import audit, clock, operation
from zhike.platform.actors import Actor
from zhike.platform.errors import Forbidden

P = ParamSpec("P")
R = TypeVar("R")
_depth: ContextVar[int] = ContextVar("zhike_action_depth", default=0)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in a transaction (a savepoint inside another action).

    A `Forbidden` that leaves the outermost action rolls everything back and is then recorded by itself.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outermost = _depth.get() == 0
        token = _depth.set(_depth.get() + 1)
        try:
            with transaction.atomic():
                if outermost:
                    operation.current()
                return function(*args, **kwargs)
        except Forbidden as denial:
            if outermost:
                _record_denial(function, kwargs, denial)
            raise
        finally:
            _depth.reset(token)

    run.is_action = True  # type: ignore[attr-defined]
    return run


def _record_denial(function: Callable[..., Any], kwargs: dict[str, Any], denial: Forbidden) -> None:
    actor = kwargs.get("actor")
    if not isinstance(actor, Actor):
        return
    with transaction.atomic():
        audit.record(
            actor,
            audit.ActionDenied(
                subject=denial.subject or ("action", f"{function.__module__}.{function.__qualname__}"),
                after={"action": f"{function.__module__}.{function.__qualname__}", "right": denial.right},
            ),
            now=clock.now(),
        )
