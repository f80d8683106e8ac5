from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from zhike.platform.actors import Actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.search import index
from zhike.platform.search.queries import search
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach
from zhike.service.knowledge import actions, queries, rules
from zhike.service.knowledge.models import Article, ArticleDecision, ArticleVersion
from zhike.service.knowledge.providers import HeldArticles
from zhike.service.knowledge.tests.factories import NOW, SETUP, article, draft, entry, phrase, writer
from zhike.service.knowledge.types import ArticleClash, ArticleKind, Freshness, NothingToDecide, Piece

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def fresh(row: Article) -> Article:
    return Article.objects.get(pk=row.pk)


def suggest(actor: Actor, typed: str = "", **given: Any) -> list[Any]:
    asked = {"category": "", "about": "", "language": "zh-hans", "now": NOW, **given}
    return queries.suggest(actor=actor, typed=typed, **asked)


@pytest.mark.req("KNOW-01")
def test_article__changes_by_versions_that_stay_and_are_compared() -> None:
    by = writer()
    row = article(by)
    actions.write_article(
        actor=by,
        article_id=row.pk,
        version=1,
        entry=entry(titles={"zh-hans": "延误如何赔"}, note="用词"),
        now=NOW + DAY,
    )
    row = fresh(row)
    assert (row.version, row.published_version, row.pending, row.titles["zh-hans"]) == (2, 1, True, "延误怎么赔")
    actions.decide_article(actor=SETUP, article_id=row.pk, version=2, approve=True, now=NOW + DAY)
    row = fresh(row)
    assert (row.published_version, row.pending, row.titles) == (2, False, {"zh-hans": "延误如何赔"})
    assert [one.number for one in queries.versions_of(actor=by, article_id=row.pk)] == [2, 1]
    assert rules.compare("延误怎么赔", "延误如何赔") == [
        Piece("延误"),
        Piece("怎么", "del"),
        Piece("如何", "ins"),
        Piece("赔"),
    ]
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ArticleVersion.objects.filter(article=row).update(note="x")


@pytest.mark.req("KNOW-01", "CTRL-01")
def test_article__a_rule_is_published_by_somebody_else_and_the_attempt_is_logged() -> None:
    by = writer()
    row = draft(by, kind=ArticleKind.RULE)
    with pytest.raises(Forbidden):
        actions.decide_article(actor=by, article_id=row.pk, version=1, approve=True, now=NOW)
    assert (fresh(row).state, ArticleDecision.objects.count()) == ("draft", 0)
    assert AuditEntry.objects.filter(type__contains="denied").count() == 1
    actions.decide_article(actor=writer(), article_id=row.pk, version=1, approve=True, now=NOW)
    assert fresh(row).state == "published"
    own = draft(by)
    actions.decide_article(actor=by, article_id=own.pk, version=1, approve=True, now=NOW)
    assert fresh(own).state == "published"


def test_article__refused_and_withdrawn_need_a_reason_and_stay_on_file() -> None:
    row = draft()
    with pytest.raises(Invalid):
        actions.decide_article(actor=SETUP, article_id=row.pk, version=1, approve=False, now=NOW)
    actions.decide_article(actor=SETUP, article_id=row.pk, version=1, approve=False, reason="缺依据", now=NOW)
    with pytest.raises(NothingToDecide):
        actions.decide_article(actor=SETUP, article_id=row.pk, version=1, approve=True, now=NOW)
    done = article()
    with pytest.raises(ArticleClash):
        actions.write_article(actor=writer(), article_id=done.pk, version=7, entry=entry(), now=NOW)
    actions.withdraw_article(actor=SETUP, article_id=done.pk, reason="并入新规则", now=NOW)
    assert fresh(done).state == "withdrawn"
    assert [one.deed for one in queries.decisions_of(actor=SETUP, article_id=done.pk)] == ["withdrawn", "published"]


@pytest.mark.req("KNOW-01")
def test_outdated__is_counted_listed_for_the_owner_and_offered_last_with_its_warning() -> None:
    by = writer()
    good = article(by, category="late", review_on=TODAY + 30 * DAY)
    old = article(by, category="late", valid_until=TODAY + 2 * DAY, review_on=TODAY + 30 * DAY)
    article(by, review_on=TODAY + 30 * DAY)
    later = NOW + 3 * DAY
    assert actions.note_outdated(actor=SETUP, now=later) == 1
    assert actions.note_outdated(actor=SETUP, now=later) == 0
    found = queries.outdated_of(actor=by)
    assert (found.outdated, found.published) == (1, 3)
    assert [row.pk for row in queries.outdated_rows(actor=by)] == [old.pk]
    assert list(queries.outdated_rows(actor=writer())) == []
    offered = suggest(organization.actor(), category="late", now=later)
    assert [(one.id, one.is_outdated, one.freshness, one.since) for one in offered] == [
        (good.pk, False, Freshness.CURRENT, None),
        (old.pk, True, Freshness.EXPIRED, TODAY + 2 * DAY),
    ]
    with pytest.raises(Invalid):
        actions.review_article(actor=by, article_id=old.pk, review_on=TODAY, now=later)


@pytest.mark.req("KNOW-01")
def test_search__finds_in_both_scripts_by_category_text_and_language() -> None:
    agent = organization.actor()
    row = article(titles={"zh-hans": "锂电池能寄吗", "en": "Lithium batteries"}, category="price")
    article(titles={"zh-hans": "发票怎么开"}, answers={"zh-hans": "登记邮箱"}, bodies={})
    index.refresh("article", [row.pk], now=NOW)
    assert [one.id for one in suggest(agent, "鋰電池")] == [row.pk]
    assert [one.id for one in suggest(agent, "lithium")] == [row.pk]
    assert [one.id for one in suggest(agent, about="客户问锂电池")] == [row.pk]
    assert [(one.id, one.fits) for one in suggest(agent, category="price")] == [(row.pk, True)]
    assert suggest(agent, "没有这个") == []
    assert suggest(agent, "lithium", language="en")[0].answer == "We refund the freight."
    assert suggest(agent, "lithium", language="zh-hant")[0].answer == "延误按运费退还，最高不超过运费。"
    assert [hit.object_id for hit in search(actor=agent, text="鋰電池").hits] == [row.pk]


def test_scope__units_roles_and_drafts_are_seen_by_those_whom_they_are_for() -> None:
    region = organization.unit()
    below, beside = organization.unit(region), organization.unit()
    for_region, for_claims = article(unit_id=region.pk), article(roles=("claims",))
    hidden = draft()

    def seen(actor: Actor) -> set[int]:
        return set(queries.article_rows(actor=actor).values_list("pk", flat=True))

    outlet = organization.actor(below, roles=("outlet",), reach=RoleReach.SUBTREE)
    other = organization.actor(beside, roles=("outlet",), reach=RoleReach.SUBTREE)
    assert seen(outlet) == {for_region.pk}
    assert seen(other) == set()
    assert seen(organization.actor()) == {for_region.pk}
    assert seen(organization.actor(roles=("claims",))) == {for_region.pk, for_claims.pk, hidden.pk}
    index.refresh("article", [for_region.pk, for_claims.pk, hidden.pk], now=NOW)
    assert {hit.object_id for hit in search(actor=organization.actor(), text="延误").hits} == {for_region.pk}
    claims = organization.actor(roles=("claims",))
    assert {hit.object_id for hit in search(actor=claims, text="延误").hits} == {for_region.pk, for_claims.pk}
    with pytest.raises(NotFound):
        queries.get_article(actor=other, article_id=for_region.pk)


def test_entry__what_is_wrong_is_named_and_nothing_is_kept() -> None:
    unit = organization.unit()
    wrong = entry(
        titles={}, answers={}, bodies={}, valid_from=TODAY, valid_until=TODAY - DAY, for_customers=True, unit_id=unit.pk
    )
    with pytest.raises(Invalid) as refused:
        actions.write_article(actor=writer(), entry=wrong, now=NOW)
    assert set(refused.value.fields) == {"titles", "answers", "valid_until", "for_customers"}
    with pytest.raises(Forbidden):
        actions.write_article(actor=organization.actor(), entry=entry(), now=NOW)
    assert Article.objects.count() == 0


@pytest.mark.req("CUST-09", partial="planned visits")
def test_holdings__a_leavers_articles_pass_to_a_colleague() -> None:
    by, heir = writer(), organization.staff()
    row = article(by)
    assert by.staff_id is not None
    held = HeldArticles()
    assert dict(held.counts(staff_ids=[by.staff_id])) == {by.staff_id: 1}
    assert [item.number for item in held.items(staff_id=by.staff_id, limit=5)] == [row.number]
    admin = organization.actor(roles=("admin", "quality"))
    passed = held.reassign(actor=admin, from_staff_id=by.staff_id, to_staff_id=heir.pk, item_ids=None, now=NOW)
    assert (passed, fresh(row).owner_id) == (1, heir.pk)


def _changed(**given: Any) -> None:
    Article.objects.filter(pk=article().pk).update(**given)


def _version(**given: Any) -> None:
    row = article()
    values = {"article": row, "number": 1, "titles": {}, "answers": {}, "bodies": {}, "terms": {}, "made_at": NOW}
    ArticleVersion.objects.create(**{**values, **given})


def _use(**given: Any) -> None:
    table = "knowledge_use"
    values = {"subject_kind": "case", "subject_id": 1, "scope_unit_id": 0, "at": NOW, "zone": "UTC", **given}
    values |= {"version": 0, "category": "", "outdated": False}
    columns = ", ".join(values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(values))})",  # noqa: S608 - our names
            list(values.values()),
        )


@pytest.mark.parametrize(
    ("name", "violate"),
    [
        ("article_number_once", lambda: _changed(number=article().number)),
        ("article_kind_known", lambda: _changed(kind="x")),
        ("article_state_known", lambda: _changed(state="x")),
        ("article_span_right", lambda: _changed(valid_from=TODAY, valid_until=TODAY - DAY)),
        ("article_published_says_when", lambda: _changed(published_at=None)),
        ("article_version_counts", lambda: _changed(published_version=9)),
        ("article_open_to_all", lambda: _changed(for_customers=True, roles=["claims"])),
        ("article_version_once", _version),
        ("article_version_from_one", lambda: _version(number=0)),
        (
            "article_decision_known",
            lambda: ArticleDecision.objects.create(article=article(), number=1, deed="x", person="x", at=NOW),
        ),
        ("phrase_code_once", lambda: type(phrase()).objects.create(code="check", kind="thanks", changed_at=NOW)),
        ("phrase_kind_known", lambda: type(phrase()).objects.create(code="b", kind="x", changed_at=NOW)),
        (
            "phrase_only_wordings_replace",
            lambda: type(phrase()).objects.create(code="b", kind="thanks", avoid={"en": ["no"]}, changed_at=NOW),
        ),
        ("use_of_one_thing", _use),
        ("use_names_its_subject", lambda: _use(subject_kind="", phrase_id=phrase().pk)),
    ],
)
def test_constraint__holds(name: str, violate: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        violate()
