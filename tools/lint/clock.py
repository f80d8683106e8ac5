"""The clock is read in one module, and asked only at the edges."""

import ast
from collections.abc import Iterator
from typing import Final

from tools.findings import Finding
from tools.lint.tree import Source, Tree

RULES: Final = {
    "no-clock": "only zhike.platform.clock reads the machine's clock",
    "clock-edge": "inside a room the time is passed in as `now`; pages, api, tasks and subscriptions ask clock.now()",
}
_READS: Final = frozenset(
    {
        "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "timezone.localdate",
        "timezone.localtime", "time.time", "time.time_ns", "dt.datetime.now", "datetime.datetime.now",
        "datetime.date.today",
    }
)  # fmt: skip
_INSIDE: Final = frozenset({"types", "rules", "models", "events", "policies", "queries", "actions", "facts"})


def check(tree: Tree) -> Iterator[Finding]:
    for source in tree.python:
        if not source.module or source.module == "zhike.platform.clock":
            continue
        for node in ast.walk(source.ast):
            # Passing the function counts: default=timezone.now.
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                yield from _read(source, node)


def _read(source: Source, node: ast.Attribute) -> Iterator[Finding]:
    name = ast.unparse(node)
    if name in _READS:
        yield Finding(source.path, node.lineno, "no-clock", f"{name}: take now, or ask zhike.platform.clock")
    elif name == "clock.now" and source.room and source.room.wing != "platform" and source.part in _INSIDE:
        yield Finding(source.path, node.lineno, "clock-edge", f"clock.now in {source.part}: take now")
