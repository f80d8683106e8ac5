"""Reminders are not left in the code."""

import re
from collections.abc import Iterator
from typing import Final

from tools.findings import Finding
from tools.lint.tree import Tree

RULES: Final = {"no-stub": "no reminders and no stubs: what is not done is not here"}
# Written so that this line does not find itself.
_STUB: Final = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K]|NotImplementedErro[r])\b")
_SUFFIXES: Final = frozenset({".py", ".html", ".js", ".css", ".sh", ".sql"})


def check(tree: Tree) -> Iterator[Finding]:
    for source in tree.sources:
        if source.path.suffix in _SUFFIXES:
            for number, line in enumerate(source.lines, 1):
                if found := _STUB.search(line):
                    yield Finding(source.path, number, "no-stub", found[0])
