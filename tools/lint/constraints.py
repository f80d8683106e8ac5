"""Each named constraint has a test that violates it."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from tools.findings import Finding
from tools.lint.tree import Source, Tree, called_name

RULES: Final = {"constraint-tested": "every named constraint is named by a test that violates it"}


def check(tree: Tree) -> Iterator[Finding]:
    tests = "\n".join(source.text for source in tree.python if source.is_test)
    words = set(re.findall(r"\w+", tests))
    for source in tree.python:
        if source.part == "models" and not source.is_test:
            for name, line in _constraints(source):
                if name not in words:
                    yield Finding(source.path, line, "constraint-tested", f"no test names {name}")


def _constraints(source: Source) -> Iterator[tuple[str, int]]:
    for node in ast.walk(source.ast):
        if isinstance(node, ast.Call) and called_name(node).endswith("Constraint"):
            for keyword in node.keywords:
                if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                    yield str(keyword.value.value), keyword.value.lineno
