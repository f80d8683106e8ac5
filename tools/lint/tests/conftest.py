"""A small tree of sources, and what one module of rules finds in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tools.findings import Finding
from tools.lint.tree import Tree, read_tree


class RuleModule(Protocol):
    def check(self, tree: Tree) -> Iterator[Finding]: ...


Find = Callable[[RuleModule, dict[str, str]], list[tuple[str, int]]]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """Rules and lines found by a module of rules in the given files (path → text)."""

    def found(rules: RuleModule, files: dict[str, str]) -> list[tuple[str, int]]:
        paths = []
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            paths.append(path)
        return [(finding.rule, finding.line) for finding in sorted(rules.check(read_tree(tmp_path, paths)))]

    return found
