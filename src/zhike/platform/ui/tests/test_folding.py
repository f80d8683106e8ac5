"""Tables written by hand become cards on a phone: each cell carries the name of its column."""

import re
from pathlib import Path

import pytest

from zhike.platform.environment import environment

SOURCE = environment().root / "src"
TABLE = re.compile(r'<table class="zk-table[^"]*"[^>]*>.*?</table>', re.DOTALL)
HEAD = re.compile(r'<th scope="col"[^>]*>.*?</th>', re.DOTALL)
# A cell that begins with a button says by itself what it is.
CELL = re.compile(r'<td\b[^>]*>(?!\s*<a class="btn)')
# How far before a table the element stands that folds it.
NEAR = 500
# The wizard's rows are small forms; a clash and a plot's numbers are compared side by side; a list names its cells.
OWN_RULES = {"bulk/map_table.html", "ui/clash.html", "ui/plot.html", "ui/table.html"}


def _name(template: Path) -> str:
    return "/".join(template.parts[-2:])


TEMPLATES = sorted(path for path in SOURCE.rglob("*.html") if _name(path) not in OWN_RULES)


def _faults(text: str) -> list[str]:
    faults = []
    for found in TABLE.finditer(text):
        head, end, body = found.group().partition("</thead>")
        columns = HEAD.findall(head)
        if not end or (len(columns) < 3 and "{% for" not in head):
            continue
        # Columns without a name hold a button that says itself what it does, or a box to tick.
        unnamed = sum("visually-hidden" in column for column in columns) + head.count("<td")
        cells = [cell for cell in CELL.findall(body) if "data-label" not in cell and "colspan" not in cell]
        before = text[max(0, found.start() - NEAR) : found.start()]
        if len(cells) > unnamed:
            faults.append(f"{cells[0]} lacks data-label")
        if not re.search(r'class="[^"]*\b(zk-list|zk-cards)\b', before) and "zk-list" not in before:
            faults.append("stands in no zk-list and no zk-cards")
    return faults


@pytest.mark.parametrize("template", TEMPLATES, ids=_name)
def test_tables__fold_on_a_phone(template: Path) -> None:
    assert _faults(template.read_text("utf-8")) == []


def test_faults__are_found() -> None:
    heads = "".join(f'<th scope="col">{name}</th>' for name in "abc")
    table = f'<table class="zk-table"><thead>{heads}</thead><tbody><td>1</td></tbody></table>'
    assert _faults(table) == ["<td> lacks data-label", "stands in no zk-list and no zk-cards"]
    assert _faults(f'<div class="zk-cards">{table.replace("<td>", "<td data-label=a>")}</div>') == []
