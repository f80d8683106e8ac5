"""`python -m tools.lint [--rules] [path …]`: run the rules of our own."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.findings import ROOT, Finding, judge, report
from tools.lint import actions, addresses, clock, colours, constraints, names, orm, queries, size, words
from tools.lint.tree import Tree, read_tree

MODULES = (actions, queries, orm, clock, names, size, colours, addresses, constraints, words)


def run(tree: Tree) -> Iterator[Finding]:
    for module in MODULES:
        yield from module.check(tree)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.lint", description=__doc__)
    parser.add_argument("--rules", action="store_true", help="print every rule and stop")
    parser.add_argument("paths", nargs="*", type=Path, help="report only what lies below these")
    arguments = parser.parse_args()
    if arguments.rules:
        for module in MODULES:
            for rule, sentence in module.RULES.items():
                print(f"{rule}: {sentence}")
        return 0
    tree = read_tree(ROOT)
    below = [path.resolve() for path in arguments.paths]
    found = [f for f in run(tree) if not below or any(f.path.is_relative_to(path) for path in below)]
    status = report(judge(found))
    print(f"lint: {len(tree.sources)} files")
    return status


if __name__ == "__main__":
    sys.exit(main())
