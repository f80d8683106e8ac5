"""Rooms have the same few files."""

from collections.abc import Iterator
from typing import Final

from tools.findings import Finding
from tools.lint.tree import Tree

RULES: Final = {
    "room-file": "a room has only the known files and folders",
    "room-name": "names that say nothing: utils, helpers, common, misc, manager, service",
}
KNOWN: Final = frozenset(
    {
        "__init__", "apps", "models", "types", "rules", "actions", "queries", "events", "policies", "providers",
        "facts", "api", "schemas", "pages", "forms", "templates", "tasks", "subscriptions", "tests", "migrations",
        "locale",
    }
)  # fmt: skip
# What single doors and wings need besides.
ALSO: Final = {
    "doors": frozenset({"middleware", "templatetags", "context", "static", "root", "entry"}),
    "insight": frozenset({"engine", "build", "export", "management"}),
}
_EMPTY: Final = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "service"})


def check(tree: Tree) -> Iterator[Finding]:
    for source in tree.sources:
        if source.room is None:
            continue
        wing = source.room.wing
        if wing not in {"platform", "demo"} and source.part not in KNOWN | ALSO.get(wing, frozenset()):
            yield Finding(source.path, 1, "room-file", f"{source.room.name}/{source.part} is none of a room's files")
        if source.path.stem in _EMPTY and "migrations" not in source.path.parts:
            yield Finding(source.path, 1, "room-name", f"{source.path.stem} does not say what it holds")
