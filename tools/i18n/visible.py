"""Visible text of templates that no translate tag covers."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from django.template.base import Lexer, TokenType

from tools.findings import Finding

ATTRIBUTES: Final = frozenset(
    {"title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "alt", "hx-confirm", "label"}
)
# Written alike in every language: names, formats, units and the languages' own names.
ALLOWED: Final = frozenset(
    {
        "Zhike", "知客", "Zhike 知客", "简", "繁", "En", "简体中文", "繁體中文", "English", "CSV", "JSON", "API", "PDF",
        "XLSX", "HTML", "NPS", "CSAT", "CES", "n", "v", "P50", "P90", "UTC", "SHA-256", "TOTP", "OK",
    }
)  # fmt: skip
_SILENT: Final = frozenset({"script", "style", "code", "kbd", "pre", "samp", "svg"})
_VOID: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
# Text handed to a component or chosen by a filter inside a tag.
_TAG_TEXT: Final = re.compile(
    r"(?:(?<![\w-])(?:title|label|text|heading|caption|placeholder|message|hint|empty)=|\|(?:yesno|pluralize):)"
    r"(?P<literal>\"[^\"]*\"|'[^']*')"
)
_ATTRIBUTE_BLOCK: Final = re.compile(r"_(?:class|data|attributes)$")


class _Reader(HTMLParser):
    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.silent: list[str] = []
        self.findings: list[Finding] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT and tag not in _VOID:
            self.silent.append(tag)
        given = dict(attrs)
        names = ATTRIBUTES | ({"value"} if tag == "input" and given.get("type") in {"submit", "button"} else set())
        for name in sorted(names & given.keys()):
            self._judge(given[name] or "", f"attribute {name}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._judge(data, "text")

    def _judge(self, text: str, where: str) -> None:
        for part in re.finditer(r"[^\x00]+", text):
            if (shown := " ".join(part[0].split())) and shown not in ALLOWED and any(map(str.isalpha, shown)):
                blank = len(part[0]) - len(part[0].lstrip())
                line = self.getpos()[0] + text[: part.start() + blank].count("\n")
                message = f"{where} {shown[:60]!r} is not translated"
                self.findings.append(Finding(self.path, line, "visible-text", message))


def visible_findings(path: Path) -> Iterator[Finding]:
    """Words that a person reads, outside translate tags; blocks named *_class and *_data hold attributes, not text."""
    html: list[str] = []
    hidden = ""
    blocks: list[str] = []
    for token in Lexer(path.read_text("utf-8")).tokenize():
        if token.token_type == TokenType.TEXT and not hidden and not any(map(_ATTRIBUTE_BLOCK.search, blocks)):
            html.append(token.contents)
            continue
        # What a tag prints is unknown: a mark keeps the words beside it apart, line breaks keep the numbering.
        html.append("\x00" + "\n" * token.contents.count("\n"))
        if token.token_type == TokenType.BLOCK:
            name, *rest = token.contents.split() or [""]
            if hidden:
                hidden = "" if name == f"end{hidden}" else hidden
                continue
            if name in {"blocktranslate", "blocktrans", "comment"}:
                hidden = name
            elif name == "block":
                blocks.append(rest[0])
            elif name == "endblock" and blocks:
                blocks.pop()
        if token.token_type in {TokenType.BLOCK, TokenType.VAR}:
            yield from _tag_findings(path, token.lineno or 1, token.contents)
    reader = _Reader(path)
    reader.feed("".join(html))
    reader.close()
    yield from reader.findings


def _tag_findings(path: Path, line: int, contents: str) -> Iterator[Finding]:
    if contents.startswith(("translate ", "trans ", "url ", "static ")):
        return
    for match in _TAG_TEXT.finditer(contents):
        text = match["literal"][1:-1].strip()
        if any(map(str.isalpha, text)) and text not in ALLOWED:
            yield Finding(path, line, "visible-text", f"write _({match['literal']}) in {{% {contents[:40]} %}}")
