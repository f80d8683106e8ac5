"""Articles by file: every line accounted for, the same again changes nothing, nothing is published by itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from zhike.platform.actors import Actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.bulk.actions import Upload, files_of, import_records, open_run
from zhike.platform.bulk.forgetting import forget_runs
from zhike.platform.bulk.models import ImportFile, ImportRun
from zhike.platform.bulk.types import StepResult
from zhike.platform.errors import Conflict, Forbidden
from zhike.platform.files.actions import remove_if_unknown
from zhike.platform.outbox.types import Mode
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.tests.factories import NOW, ZONE
from zhike.record.organization.types import RoleReach
from zhike.service.knowledge import actions, queries
from zhike.service.knowledge.models import Article, ArticleVersion
from zhike.service.knowledge.tests.factories import SETUP, article, writer

pytestmark = pytest.mark.django_db


def load(*records: dict[str, Any], actor: Actor, source: str = "wiki") -> StepResult:
    texts = [{name: None if value is None else str(value) for name, value in row.items()} for row in records]
    return import_records(
        actor=actor, target="knowledge.articles", records=texts, mode=Mode.LIVE, source=source, zone=ZONE, now=NOW
    )


def line(ref: str = "w1", **values: Any) -> dict[str, Any]:
    return {
        "external_id": ref,
        "kind": "question",
        "title_zh_hans": "锂电池能寄吗",
        "answer_zh_hans": "可以，按陆运寄递。",
        **values,
    }


def counts(result: StepResult) -> tuple[int, int, int, int]:
    assert result.adds_up
    return result.counts.created, result.counts.updated, result.counts.duplicate, result.rejected


def refusals(result: StepResult) -> list[tuple[int, str, str]]:
    return [(one.line, one.field, one.code) for one in result.rejections]


@pytest.mark.req("KNOW-01")
def test_import__writes_drafts_that_wait_for_their_publishing_and_are_found_by_their_words() -> None:
    by, unit = writer(), organization.unit()
    owner = organization.staff()
    result = load(
        line(title_en="Lithium batteries", valid_until="2027-01-31", category="late"),
        line("w2", kind="rule", body_zh_hans="仅限内部", unit=unit.code, roles="claims，agent", staff=owner.number),
        actor=by,
    )
    assert counts(result) == (2, 0, 0, 0)
    first, second = Article.objects.order_by("external_ref")
    assert (first.state, first.pending, first.version, first.published_version) == ("draft", True, 1, 0)
    assert (first.titles, first.valid_until) == (
        {"zh-hans": "锂电池能寄吗", "en": "Lithium batteries"},
        date(2027, 1, 31),
    )
    assert (first.owner_id, first.category, first.number.startswith("K-")) == (by.staff_id, "late", True)
    assert (second.owner_id, second.unit_id, second.roles) == (owner.pk, unit.pk, ["agent", "claims"])
    assert list(queries.found_by(queries.article_rows(actor=by), "鋰電池")) == [first, second]
    assert AuditEntry.objects.filter(type="knowledge.articles_imported").count() == 1
    # Whoever wrote the rule by a file does not publish it.
    with pytest.raises(Forbidden):
        actions.decide_article(actor=by, article_id=second.pk, version=1, approve=True, now=NOW)


def test_import__the_same_again_changes_nothing_and_another_text_is_the_next_version() -> None:
    by = writer()
    load(line(title_en="Batteries"), actor=by)
    row = Article.objects.get()
    actions.decide_article(actor=SETUP, article_id=row.pk, version=1, approve=True, now=NOW)
    assert counts(load(line(title_en="Batteries"), actor=by)) == (0, 0, 1, 0)
    # An empty cell keeps what is there.
    assert counts(load(line(title_en=None), actor=by)) == (0, 0, 1, 0)
    assert counts(load(line(answer_zh_hans="不可以。"), actor=by)) == (0, 1, 0, 0)
    row.refresh_from_db()
    assert (row.version, row.published_version, row.pending) == (2, 1, True)
    assert row.answers == {"zh-hans": "可以，按陆运寄递。"}
    latest = ArticleVersion.objects.get(article=row, number=2)
    assert (latest.answers, latest.titles["en"]) == ({"zh-hans": "不可以。"}, "Batteries")
    assert counts(load(line(answer_zh_hans="不可以。"), actor=by)) == (0, 0, 1, 0)
    # Another source has ids of its own.
    assert counts(load(line(), actor=by, source="other")) == (1, 0, 0, 0)


def test_import__bad_lines_are_named_with_their_cell_and_the_others_come_in() -> None:
    by = writer()
    result = load(
        line("ok"),
        line("a", title_zh_hans=None),
        line("b", answer_zh_hans=None),
        line("c", valid_from="2026-12-01", valid_until="2026-11-01"),
        line("d", unit="NO"),
        line("e", roles="claims,nobody"),
        line("f", staff="E0"),
        line("g", for_customers="yes", roles="claims"),
        line("h", kind="poem"),
        line("ok"),
        line("i", title_zh_hans="长" * 121),
        line("j", category="no-such"),
        actor=by,
    )
    assert counts(result) == (1, 0, 0, 11)
    assert {(field, code) for _line, field, code in refusals(result)} == {
        ("title_zh_hans", "required"),
        ("answer_zh_hans", "required"),
        ("valid_until", "before_start"),
        ("unit", "unknown_unit"),
        ("roles", "unknown_role"),
        ("staff", "unknown_staff"),
        ("for_customers", "limited"),
        ("kind", "unknown_code"),
        ("external_id", "repeated"),
        ("title_zh_hans", "too_long"),
        ("category", "unknown_category"),
    }
    assert Article.objects.count() == 1


def test_import__the_number_of_somebody_who_has_left_refuses_its_line_alone() -> None:
    by = writer()
    gone, here = organization.staff(), organization.staff()
    load(line("old", staff=gone.number), actor=by)
    Staff.objects.filter(pk=gone.pk).update(active=False)

    result = load(line("w1", staff=gone.number), line("w2", staff=here.number), actor=by)

    assert counts(result) == (1, 0, 0, 1)
    (one,) = result.rejections
    assert (one.line, one.field, one.value, one.code) == (1, "staff", gone.number, "has_left")
    assert list(Article.objects.filter(external_ref="w2").values_list("owner_id", flat=True)) == [here.pk]
    # Whose it is already says nothing new, also after the owner has left.
    assert counts(load(line("old", staff=gone.number), actor=by)) == (0, 0, 1, 0)


def test_import__another_day_of_review_or_another_owner_is_a_change_without_a_new_version() -> None:
    by, unit = writer(), organization.unit()
    load(line(), actor=by)
    Article.objects.update(scope_unit_id=0)
    assert counts(load(line(review_on="2027-03-01"), actor=by)) == (0, 1, 0, 0)
    assert counts(load(line(review_on="2027-03-01"), actor=by)) == (0, 0, 1, 0)
    heir = organization.staff(unit)
    assert counts(load(line(staff=heir.number), actor=by)) == (0, 1, 0, 0)
    assert counts(load(line(staff=heir.number), actor=by)) == (0, 0, 1, 0)
    row = Article.objects.get()
    assert (row.review_on, row.owner_id, row.scope_unit_id) == (date(2027, 3, 1), heir.pk, unit.tree_no)
    assert (row.version, ArticleVersion.objects.filter(article=row).count()) == (1, 1)


def test_import__changes_many_articles_in_as_many_statements_as_few() -> None:
    by = writer()
    counted = []
    for size in (2, 12):
        refs = [f"{size}-{number}" for number in range(size)]
        load(*(line(ref) for ref in refs), actor=by)
        with CaptureQueriesContext(connection) as asked:
            result = load(*(line(ref, answer_zh_hans="不可以。") for ref in refs), actor=by)
        assert counts(result) == (0, size, 0, 0)
        counted.append(len(asked))
    assert counted[0] == counted[1]
    assert list(queries.found_by(queries.article_rows(actor=by), "不可以").values_list("version").distinct()) == [(2,)]


def test_import__a_file_that_was_forgotten_is_taken_again() -> None:
    by = writer()
    content = "id,标题\nw1,锂电池能寄吗\n".encode()

    def sent() -> ImportRun:
        upload = Upload(source="a", name="wiki.csv", content=content)
        opened = open_run(actor=by, mapping=None, uploads=[upload], source="wiki", now=NOW)
        return ImportRun.objects.get(pk=opened)

    first = sent()
    forget_runs(actor=SETUP, before=NOW + timedelta(days=1), limit=10, now=NOW)
    # What the end of the transaction does.
    assert remove_if_unknown(ImportFile.objects.get(run=first).sha256)
    with pytest.raises(Conflict):
        files_of(first)
    second = sent()
    assert files_of(second)["a"].path.read_bytes() == content
    assert (second.state, ImportFile.objects.get(run=second).name) == ("uploaded", "wiki.csv")


def test_import__touches_no_article_beyond_ones_reach_and_needs_the_right() -> None:
    by = writer()
    load(line(), actor=by)
    beside = organization.unit()
    Article.objects.update(unit=organization.unit())
    other = organization.actor(beside, roles=("supervisor",), reach=RoleReach.SUBTREE)
    assert refusals(load(line(answer_zh_hans="别的"), actor=other))[0][1:] == ("external_id", "not_yours")
    with pytest.raises(Forbidden):
        load(line("w9"), actor=organization.actor(roles=("agent",)))
    assert Article.objects.count() == 1


def test_import__without_anybody_who_could_own_it_asks_for_the_owner() -> None:
    member = organization.staff()
    assert refusals(load(line(), actor=SETUP))[0][1:] == ("staff", "required")
    assert counts(load(line(staff=member.number), actor=SETUP)) == (1, 0, 0, 0)


def test_article__the_database_refuses_one_of_the_same_source_twice() -> None:
    article()
    two = article()
    Article.objects.update(external_system="wiki")
    Article.objects.filter(pk=two.pk).update(external_ref="w1")
    with pytest.raises(DatabaseError, match="article_external_once"), transaction.atomic():
        Article.objects.update(external_ref="w1")
