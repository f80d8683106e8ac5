"""Names of an app package that must not load before Django's models do."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(package: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """A module `__getattr__` that finds each name in the sub-module given, on first use."""

    def find(name: str) -> Any:  # noqa: ANN401 - whatever the sub-module holds
        if name not in names:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(f"{package}.{names[name]}"), name)

    return find
