"""What programs record by code reaches people in words: the audit log's records and fields, parameters' sources."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import translation
from django.utils.html import strip_tags

from zhike.platform.audit.types import Entry, event_types
from zhike.platform.audit.words import manner_of, word_lists
from zhike.platform.parameters.types import registered
from zhike.platform.ui.formats import Ink
from zhike.record.organization.pages._audit_values import Telling
from zhike.record.organization.pages._audit_words import FIELD_WORDS, RECORD_WORDS, SUBJECT_WORDS

SOURCE = Path(__file__).resolve().parents[1] / "src" / "zhike"
LANGUAGES = ("zh-hans", "zh-hant", "en")
SNAKE = re.compile(r"[a-z]+(?:[_.][a-z]+)*")
# Names of techniques that are the same in every language.
KNOWN_BY_SIGHT = frozenset({"TLS", "STARTTLS", "QQ", "SMS"})
# References of our own papers, which mean nothing to whoever runs the company.
OURS = re.compile(r"\b[A-Z]{3,5}-\d\d\b|methods|design §|ui\.md")


def recorded() -> Iterator[ast.keyword]:
    """Subject, before and after of every audit event that is written down anywhere."""
    names = {kind.__name__ for kind in event_types().values()}
    for path in SOURCE.rglob("*.py"):
        if not {"tests", "migrations", "demo"} & set(path.parts):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names:
                    yield from (word for word in node.keywords if word.arg in {"subject", "before", "after"})


def kinds_and_fields() -> tuple[set[str], set[str]]:
    kinds, fields = set(), set()
    for word in recorded():
        for node in ast.walk(word.value):
            if word.arg == "subject" and isinstance(node, ast.Tuple) and isinstance(node.elts[0], ast.Constant):
                kinds.add(str(node.elts[0].value))
            if word.arg != "subject" and isinstance(node, ast.Dict):
                fields |= {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    return kinds, fields


@pytest.mark.parametrize("language", LANGUAGES)
def test_audit__every_record_and_field_has_a_word(language: str) -> None:
    kinds, fields = kinds_and_fields()
    assert len(kinds) > 30
    assert len(fields) > 100
    assert sorted(kinds - set(RECORD_WORDS)) == []
    assert sorted(fields - set(FIELD_WORDS)) == []
    with translation.override(language):
        for words in (RECORD_WORDS, FIELD_WORDS, {code: kind.label for code, kind in event_types().items()}):
            bare = sorted(code for code, word in words.items() if str(word) == code or "_" in str(word))
            assert [code for code in bare if code != "audit.denied"] == []


def test_audit__a_record_without_a_number_has_a_word_for_its_key() -> None:
    found = set()
    for word in (one for one in recorded() if one.arg == "subject"):
        for node in (one for one in ast.walk(word.value) if isinstance(one, ast.Tuple)):
            parts = [str(one.value) for one in node.elts if isinstance(one, ast.Constant)]
            if len(parts) == len(node.elts):
                found.add(tuple(parts))
    keys = {key for key in found if key[1]}
    assert len(keys) > 8
    assert sorted(keys - set(SUBJECT_WORDS)) == []
    with translation.override("zh-hans"):
        assert [key for key in SUBJECT_WORDS if SNAKE.search(str(SUBJECT_WORDS[key]))] == []


def spoken_fields() -> Iterator[tuple[str, str]]:
    """A type of event and a field, for every field that is written down anywhere."""
    by_name: dict[str, list[str]] = {}
    for code, kind in event_types().items():
        by_name.setdefault(kind.__name__, []).append(code)
    for path in SOURCE.rglob("*.py"):
        if {"tests", "migrations", "demo"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if not isinstance(node, ast.Call) or name not in by_name:
                continue
            types = [code for code in by_name[name] if code.partition(".")[0] in path.parts] or by_name[name]
            for word in (one for one in node.keywords if one.arg in {"before", "after"}):
                for inner in (one for one in ast.walk(word.value) if isinstance(one, ast.Dict)):
                    for key in (one for one in inner.keys if isinstance(one, ast.Constant)):
                        yield from ((code, str(key.value)) for code in types)


def test_audit__every_field_says_how_its_values_are_told() -> None:
    fields = set(spoken_fields())
    assert len(fields) > 200
    assert sorted((code, name) for code, name in fields if manner_of(code, name) is None) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_audit__no_code_of_any_kind_of_event_reaches_the_page(language: str) -> None:
    telling = Telling({}, Ink(datetime(2026, 11, 28, 8, tzinfo=UTC), "Asia/Shanghai"))
    lists = word_lists()
    assert len(lists) > 60
    raw: list[tuple[str, str, str]] = []
    with translation.override(language):
        for code in event_types():
            room = code.partition(".")[0]
            for (owner, name), words in lists.items():
                if owner not in {"", room} or manner_of(code, name) is not words:
                    continue
                for one in words:
                    text = str(one)
                    told = telling.value(code, name, text)
                    # In English a word may be spelled as its code is, as in "live".
                    if text and ("_" in told or (language != "en" and (told == text or SNAKE.fullmatch(told)))):
                        raw.append((code, name, told))
            for value in ("2026-11-27T16:30:00+00:00", "2026-11-27", True):
                assert telling.value(code, "some_field", value) not in {str(value), "True"}
        spans = telling.value("agreements.target_set", "budget", 7200.0)
    assert sorted({(name, told) for _code, name, told in raw if told not in KNOWN_BY_SIGHT}) == []
    assert "7200" not in spans


@pytest.mark.parametrize("language", LANGUAGES)
def test_parameters__name_sources_that_an_administrator_can_look_up(language: str) -> None:
    with translation.override(language):
        told = {key: translation.gettext(one.source) for key, one in registered().items()}
        assert {key: source for key, source in told.items() if OURS.search(source)} == {}
        if language != "en":
            laws = {key: source for key, source in told.items() if key.startswith(("cases.", "contacting."))}
            assert {key for key, source in laws.items() if source == registered()[key].source} == set()


def entry(code: str, *, subject: tuple[str, str], reason: str = "", **after: object) -> Entry:
    """One line of the log."""
    at = datetime(2026, 11, 28, 8, tzinfo=UTC)
    return Entry(
        id=1,
        at=at,
        actor_kind="system",
        actor_id="demo",
        actor_label="",
        type=code,
        label=code,
        subject=subject,
        operation_id=UUID(int=1),
        reason=reason,
        before={},
        after=after,
        redacted=False,
    )


def test_audit__says_in_words_what_programs_write_for_programs() -> None:
    telling = Telling({"unit": {"42": ("客服一组", "")}}, Ink(datetime(2026, 11, 28, 8, tzinfo=UTC), "Asia/Shanghai"))
    message = ("message", "20c13403-32cf-4506-a629-776d0dbf2692")
    with translation.override("zh-hans"):

        def told(one: Entry) -> dict[str, str]:
            return {name: strip_tags(f"{old}{new}") for name, old, new in telling.changes(one)}

        # What a job goes on from is nobody's number of customers reached.
        followed = entry("cases.targets_followed", subject=("service_target_change", "1"), clocks=3, reached=6000)
        assert told(followed) == {"时限数": "3"}
        held = entry("clocks.handed_over", subject=("case_task", "110"), holders={"22": 42, "23": 42})
        assert told(held) == {"经手人": "客服一组"}
        assert telling.subject(held)[0] == "协办任务"
        stopped = entry("clocks.stopped", subject=("case", "1"), states={"3": "missed", "4": "missed", "5": "met"})
        assert told(stopped) == {"状态": "已超时、已守时"}
        assert told(entry("agreements.target_proposed", subject=("service_target", "1"), deed="set")) == {
            "变更": "设定时限"
        }
        assert told(entry("agreements.imported", subject=("import", "0"), source="demo")) == {"来源": "演示公司"}
        assert told(entry("customers.standing_set", subject=("customer", "1"), files=4)) == {"客户档案（份数）": "4"}
        assert "另有10项" in told(entry("cases.x", subject=("case", "1"), query=list(range(22))))["筛选条件"]
        assert telling.subject(entry("messaging.queued", subject=message))[1] == ""
        assert telling.subject(entry("agreements.imported", subject=("import", "0")))[1] == ""
        assert telling.reason(entry("clocks.paused", subject=("case", "1"), reason="waiting_customer")) == "等待客户"
        assert (
            telling.reason(entry("files.erased", subject=("files", "contents"), reason="CUST-22")) == "个人资料已清除"
        )
        assert telling.reason(entry("x.y", subject=("case", "1"), reason="客户要求")) == "客户要求"


@pytest.mark.parametrize("language", LANGUAGES)
def test_audit__no_two_kinds_of_event_have_the_same_words(language: str) -> None:
    with translation.override(language):
        words = Counter(str(kind.label) for kind in event_types().values())
    assert [word for word, count in words.items() if count > 1] == []
