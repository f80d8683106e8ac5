"""Files stay under 600 lines and functions under 60."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from tools.findings import Finding
from tools.lint.tree import FunctionNode, Source, Tree

RULES: Final = {
    "file-size": "a file has at most 600 lines; at 400 it becomes a package split by noun",
    "function-size": "a function has at most 60 lines",
}
FILE: Final = 600
FUNCTION: Final = 60
_SUFFIXES: Final = frozenset({".py", ".html", ".js", ".css"})
_SCRIPT_FUNCTION: Final = re.compile(
    r"\bfunction\b[^{;]*\{\s*$|=>\s*\{\s*$|^\s+(?!if\b|for\b|while\b|switch\b|catch\b)[\w$]+\([^;]*\)\s*\{\s*$"
)


def check(tree: Tree) -> Iterator[Finding]:
    for source in tree.sources:
        if source.path.suffix not in _SUFFIXES or "migrations" in source.path.parts:
            continue
        if len(source.lines) > FILE:
            yield Finding(source.path, 1, "file-size", f"{len(source.lines)} lines")
        if source.path.suffix == ".py":
            yield from _functions(source)
        elif source.path.suffix == ".js":
            yield from _script_functions(source)


def _functions(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.ast):
        if isinstance(node, FunctionNode):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION:
                yield Finding(source.path, node.lineno, "function-size", f"{node.name} has {lines} lines")


def _script_functions(source: Source) -> Iterator[Finding]:
    """By indentation: a function ends at the first line that is indented no deeper and closes a brace."""
    for start, line in enumerate(source.lines):
        if not _SCRIPT_FUNCTION.search(line):
            continue
        indent = len(line) - len(line.lstrip())
        for end in range(start + 1, len(source.lines)):
            closing = source.lines[end]
            if closing.lstrip().startswith("}") and len(closing) - len(closing.lstrip()) <= indent:
                if end - start + 1 > FUNCTION:
                    yield Finding(source.path, start + 1, "function-size", f"{end - start + 1} lines: {line.strip()}")
                break
