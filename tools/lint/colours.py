"""Colours are written once, as tokens."""

import re
from collections.abc import Iterator
from typing import Final

from tools.findings import Finding
from tools.lint.tree import Tree

RULES: Final = {"no-colour": "a colour is a token of ui.md: var(--zk-…); only the tokens file writes values"}
TOKENS: Final = "tokens.css"
_SUFFIXES: Final = frozenset({".css", ".html", ".js", ".py"})
_COLOUR: Final = re.compile(
    r"(?<![&\w/])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})(?=[\s;,)\"'`}]|$)|\b(?:rgb|hsl)a?\(\s*\d"
)
# Addresses inside a page, and selectors, begin with the same sign.
_ADDRESS: Final = re.compile(r"(?:href|target|for|aria-\w+|hx-\w+|querySelector(?:All)?|closest)\s*[=(]\s*[\"']#[\w-]*")


def check(tree: Tree) -> Iterator[Finding]:
    for source in tree.sources:
        path = source.path
        if path.suffix not in _SUFFIXES or path.name == TOKENS or source.is_test or "src" not in path.parts:
            continue
        for number, line in enumerate(source.lines, 1):
            if (found := _COLOUR.search(_ADDRESS.sub("", line))) and not _selects(path.suffix, line):
                yield Finding(path, number, "no-colour", f"{found[0]}: use a token")


def _selects(suffix: str, line: str) -> bool:
    """`#fade {` in a style sheet is a selector."""
    return suffix == ".css" and (line.rstrip().endswith(("{", ",")) and ":" not in line.split("#", maxsplit=1)[0])
