"""Texts of mails: HTML as plain text, history under an answer folded away, waybills that are named."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Final

_BLOCKS: Final = frozenset(
    {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "hr", "ul", "ol", "pre"}
)
_SILENT: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "math"})
_WROTE: Final = re.compile(
    r"^\s*(on\b.{4,200}\bwrote\s*:|.{2,200}(写道|寫道|于.{4,60}写|於.{4,60}寫)\s*[:：]"
    r"|-{2,}\s*(original message|原始邮件|原始郵件|原邮件|转发的?邮件|forwarded message)\s*-{2,}|_{10,}\s*)\s*$",
    re.IGNORECASE,
)
_HEAD: Final = re.compile(r"^\s*(from|发件人|寄件者|寄件人)\s*[:：]", re.IGNORECASE)
_HEAD_NEXT: Final = re.compile(
    r"^\s*(sent|date|to|发送时间|发送日期|日期|收件人|寄件日期|收件者)\s*[:：]", re.IGNORECASE
)
_WAYBILL: Final = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9-]*\d{5})[A-Za-z0-9][A-Za-z0-9-]{6,33}(?![A-Za-z0-9])")
_CASE: Final = re.compile(r"(?<![A-Za-z0-9])C-(\d{4,12})(?!\d)", re.IGNORECASE)
MOST_NUMBERS: Final = 50


class _Text(HTMLParser):
    """Takes the words out and leaves every tag, address and script behind."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent: list[str] = []
        self.quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        if tag == "blockquote":
            self.quotes += 1
        if tag in _BLOCKS and not self.silent:
            self.found.append("\n" + "> " * min(self.quotes, 3))
        if tag == "img" and not self.silent:
            self.found.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            # An unclosed inner tag ends with its outer one.
            del self.silent[self.silent.index(tag) :]
        elif tag == "blockquote":
            self.quotes = max(self.quotes - 1, 0)
            self.found.append("\n")
        elif tag in {"p", "div", "tr", "li", "table"}:
            self.found.append("\n" + "> " * min(self.quotes, 3))
        elif tag in {"td", "th"}:
            self.found.append("\t")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(re.sub(r"[ \t\r\n\f]+", " ", data))


def of_html(html: str) -> str:
    """The words of an HTML text; nothing of it is ever shown as HTML."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    # A head that is never closed would silence the whole letter.
    if not "".join(reader.found).strip() and reader.silent:
        reader = _Text()
        reader.feed(re.sub(r"(?is)<(script|style|title)\b.*?(</\1\s*>|$)|</?head[^>]*>", " ", html))
        reader.close()
    lines = [line.rstrip() for line in "".join(reader.found).replace("\xa0", " ").split("\n")]
    bare = ["" if line.strip("> ") == "" else line.strip() for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(bare)).strip()


def fold(text: str) -> tuple[str, str]:
    """What is said, and the quoted history beneath it. An answer written between quoted lines stays whole."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = next((place for place in range(len(lines)) if _begins(lines, place)), None)
    if cut is None:
        cut = _tail_of_quotes(lines)
    said, quoted = lines[:cut], lines[cut:]
    if not "".join(said).strip() or _answers_between(quoted):
        return text.replace("\r\n", "\n").strip(), ""
    return "\n".join(said).strip(), "\n".join(quoted).strip()


def _begins(lines: list[str], place: int) -> bool:
    line = lines[place]
    if _WROTE.match(line):
        return True
    # A long line of "On … wrote:" may have been broken in two.
    if place + 1 < len(lines) and line.lower().startswith("on ") and _WROTE.match(f"{line} {lines[place + 1]}"):
        return True
    return bool(_HEAD.match(line)) and any(_HEAD_NEXT.match(one) for one in lines[place + 1 : place + 4])


def _tail_of_quotes(lines: list[str]) -> int:
    """Where the last unbroken run of quoted lines begins; the end where the text does not end with one."""
    place = len(lines)
    while place and (lines[place - 1].startswith(">") or not lines[place - 1].strip()):
        place -= 1
    return place if any(line.startswith(">") for line in lines[place:]) else len(lines)


def _answers_between(quoted: list[str]) -> bool:
    """Whether somebody has written between the quoted lines: after `>` lines there are lines without it."""
    marks = [line.startswith(">") for line in quoted if line.strip()]
    return any(mark and not after for mark, after in pairwise(marks))


def waybills_in(text: str) -> list[str]:
    """Words that may be waybill numbers, each once, in order."""
    return list(dict.fromkeys(one.upper() for one in _WAYBILL.findall(text)))[:MOST_NUMBERS]


def case_numbers_in(text: str) -> list[str]:
    return list(dict.fromkeys(f"C-{one}" for one in _CASE.findall(text)))[:MOST_NUMBERS]


def tokens_in(addresses: tuple[str, ...]) -> list[str]:
    """What stands between `+` and `@` of the addresses that a mail was sent to."""
    return [user.partition("+")[2] for user in (one.rpartition("@")[0] for one in addresses) if "+" in user]
