"""Messages found in Python sources and templates."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation.template import templatize

from tools.findings import Finding

# Positions of (context, singular, plural) among the arguments.
_KEYWORDS: Final[dict[str, tuple[int | None, int, int | None]]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_LITERAL: Final = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_TEMPLATE_CALL: Final = re.compile(
    rf"(?<!\w)(_|n?p?gettext)\(\s*({_LITERAL})(?:\s*,\s*({_LITERAL}))?(?:\s*,\s*({_LITERAL}))?", re.DOTALL
)
_ANONYMOUS: Final = re.compile(r"%(?!\(|%)[#0\-+]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa]|\{\d*\}")
_HAN: Final = re.compile(r"[㐀-鿿豈-\ufaff]")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    msgid: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    key: Key
    plural: str
    path: Path
    line: int


def python_messages(path: Path) -> tuple[list[Message], list[Finding]]:
    messages: list[Message] = []
    findings: list[Finding] = []
    try:
        tree = ast.parse(path.read_text("utf-8"), str(path))
    except SyntaxError as error:
        return [], [Finding(path, error.lineno or 1, "message-literal", f"does not parse: {error.msg}")]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or (positions := _KEYWORDS.get(_name(node.func))) is None:
            continue
        arguments = [node.args[at] if at is not None and at < len(node.args) else None for at in positions]
        wrong = [argument for argument in arguments if isinstance(argument, ast.JoinedStr | ast.BinOp)]
        findings += [
            Finding(path, part.lineno, "message-literal", "a message is one literal with named %(x)s placeholders")
            for part in wrong
        ]
        context, msgid, plural = (_text(argument) for argument in arguments)
        if msgid:
            messages.append(Message(Key(msgid, context), plural, path, node.lineno))
    return messages, findings


def template_messages(path: Path) -> tuple[list[Message], list[Finding]]:
    source = path.read_text("utf-8")
    try:
        code = templatize(source, origin=str(path))
    except SyntaxError as error:
        return [], [Finding(path, 1, "message-template", str(error))]
    lines = source.splitlines()
    messages = []
    for match in _TEMPLATE_CALL.finditer(code):
        arguments = [ast.literal_eval(literal) if literal else "" for literal in match.groups()[1:]]
        context, msgid, plural = (arguments[at] if at is not None else "" for at in _KEYWORDS[match[1]])
        messages.append(Message(Key(msgid, context), plural, path, _line_of(lines, msgid)))
    return messages, []


def source_findings(message: Message) -> Iterator[Finding]:
    """What is wrong with a message as written in the source."""
    for text in filter(None, (message.key.msgid, message.plural)):
        if found := _ANONYMOUS.search(text.replace("%%", "")):
            yield _finding(message, "message-placeholder", f"placeholder {found[0]} has no name, write %(name)s")
        if _HAN.search(text):
            yield _finding(message, "message-english", f"message ids are English: {text!r}")
        if text != text.strip() and any(map(str.isalnum, text)):
            yield _finding(message, "message-space", f"blank at the edge of {text!r}")


READERS: Final[dict[str, Callable[[Path], tuple[list[Message], list[Finding]]]]] = {
    ".py": python_messages,
    ".html": template_messages,
    ".txt": template_messages,
}


def _finding(message: Message, rule: str, text: str) -> Finding:
    return Finding(message.path, message.line, rule, text)


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _text(argument: ast.expr | None) -> str:
    match argument:
        case ast.Constant(value=str(text)):
            return text
        case _:
            return ""


def _line_of(lines: list[str], msgid: str) -> int:
    """The first line that holds the message's beginning; templatize does not keep lines."""
    start = msgid.split("%(", maxsplit=1)[0].replace("%%", "%")[:30].strip()
    return next((number for number, line in enumerate(lines, 1) if start and start in line), 1)
