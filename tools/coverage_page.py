"""Which requirement rows are shown by which tests: docs/requirements.md, written from the tests' markers."""

import argparse
import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "requirements.md"
PLACES: Final = ("src", "tests")
AREAS: Final = {
    "CUST": "Customer records",
    "SHIP": "Orders and tracking",
    "CASE": "Service desk",
    "CLAIM": "Compensation",
    "PROB": "Problem management",
    "SURV": "Surveys",
    "METR": "Metrics and analytics",
    "SEGM": "Segmentation and value",
    "WARN": "Early warning",
    "KAM": "Key accounts",
    "OUTR": "Outreach and follow-up",
    "AGRE": "Agreements, standards, promises",
    "TRUST": "Trust model and service mode",
    "WORK": "Workforce, quality, training",
    "EMPL": "Employee satisfaction",
    "PORT": "Portal and self-service",
    "KNOW": "Knowledge",
    "BENCH": "Benchmarking",
    "SELL": "Opportunities and quotations",
    "GEO": "Service points",
    "CTRL": "Internal control and audit",
    "DATA": "Common data and integration",
    "PR": "Processes from end to end",
}
MOST_IDS: Final = 2
_ID: Final = re.compile(r"(?P<area>[A-Z]+)-\d\d")


class Malformed(Exception):
    """A marker that names no row; the message says where."""


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """One row shown by one test; `partial` names the room that is still to come."""

    row: str
    path: str
    test: str
    partial: str = ""


def markers(path: Path, root: Path = ROOT) -> Iterator[Shown]:
    """Rows of every test of a file: from the module, the class, the function and its parameters."""
    tree = ast.parse(path.read_text("utf-8"), str(path))
    where = path.relative_to(root).as_posix()
    everywhere = [
        call
        for statement in tree.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "pytestmark"
        for call in _calls(statement.value)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            calls = [*everywhere, *(call for decorator in node.decorator_list for call in _calls(decorator))]
            found = {shown for call in calls for shown in _shown(call, where, node.name)}
            if len({shown.row for shown in found}) > MOST_IDS:
                message = f"{where}:{node.lineno}: {node.name} names more than {MOST_IDS} rows"
                raise Malformed(message)
            yield from sorted(found)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and ast.unparse(part.func).endswith("mark.req"):
            yield part


def _shown(call: ast.Call, where: str, test: str) -> Iterator[Shown]:
    partial = ""
    for keyword in call.keywords:
        if keyword.arg != "partial" or not (isinstance(keyword.value, ast.Constant) and keyword.value.value):
            message = f'{where}:{call.lineno}: only partial="room" may be added'
            raise Malformed(message)
        partial = str(keyword.value.value)
    if not call.args:
        message = f"{where}:{call.lineno}: the marker names no row"
        raise Malformed(message)
    for argument in call.args:
        row = argument.value if isinstance(argument, ast.Constant) else None
        match = _ID.fullmatch(row) if isinstance(row, str) else None
        if match is None or match["area"] not in AREAS:
            message = f"{where}:{call.lineno}: {ast.unparse(argument)} is no row of the catalogue"
            raise Malformed(message)
        yield Shown(match[0], where, test, partial)


def page(shown: Sequence[Shown]) -> str:
    """The page: by area, by row, each with its tests; a row is whole when none of them waits for another room."""
    rows: Mapping[str, list[Shown]] = defaultdict(list)
    for entry in sorted(set(shown)):
        rows[entry.row].append(entry)
    whole = sum(not _waits_for(entries) for entries in rows.values())
    lines = [
        "# Requirements shown by tests",
        "",
        "Written by `make coverage-page` from the `req` markers of the tests; do not edit.",
        f"{len(rows)} rows, {whole} whole and {len(rows) - whole} still waiting for a room to come.",
    ]
    for area, title in AREAS.items():
        own = {row: entries for row, entries in sorted(rows.items()) if row.startswith(f"{area}-")}
        if not own:
            continue
        lines += ["", f"## {area}: {title}", "", "|Row|Waits for|Tests|", "|-|-|-|"]
        for row, entries in own.items():
            tests = "<br>".join(f"[{entry.test}](../{entry.path})" for entry in entries)
            lines.append(f"|{row}|{_waits_for(entries)}|{tests}|")
    return "\n".join([*lines, ""])


def _waits_for(entries: Sequence[Shown]) -> str:
    return ", ".join(sorted({entry.partial for entry in entries if entry.partial}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only judge the markers")
    arguments = parser.parse_args()
    files = sorted(path for place in PLACES for path in (ROOT / place).rglob("test_*.py"))
    try:
        shown = [entry for path in files for entry in markers(path)]
    except Malformed as error:
        print(error, file=sys.stderr)
        return 1
    if not arguments.check:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(shown), "utf-8")
    print(f"{len({entry.row for entry in shown})} rows in {len(files)} files of tests")
    return 0


if __name__ == "__main__":
    sys.exit(main())
