import json
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.template import Context, Template
from django.utils.translation import gettext_lazy, override

from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.i18n.labels import filled, in_every
from zhike.platform.ui import actions, keeping, queries
from zhike.platform.ui.models import Draft, SavedView, TablePreference
from zhike.platform.ui.pages import drafts_in_hand
from zhike.platform.ui.tests.factories import NOW, an_actor

pytestmark = pytest.mark.django_db


def test_save_view__stands_as_a_tab_of_its_owner_only() -> None:
    saved = actions.save_view(actor=an_actor(), table="x.list", name=" 我的  晚点 ", query="status=late", now=NOW)
    mine = queries.table_memory(actor=an_actor(), table="x.list", counted=None)
    assert [(view.id, view.name, view.query, view.mine) for view in mine.views] == [
        (saved, "我的 晚点", "status=late", True)
    ]
    assert queries.table_memory(actor=an_actor(id="8"), table="x.list", counted=None).views == []
    assert AuditEntry.objects.filter(type="ui.view_saved", subject_id=str(saved)).count() == 1


def test_save_view__the_same_name_replaces_its_query() -> None:
    for query in ("a=1", "a=2"):
        actions.save_view(actor=an_actor(), table="x.list", name="n", query=query, now=NOW)
    assert list(SavedView.objects.values_list("query", flat=True)) == ["a=2"]


def test_save_view__shared_with_a_role_everyone_of_it_sees_it() -> None:
    actions.save_view(actor=an_actor(), table="x.list", name="n", query="a=1", role="claims", now=NOW)
    claims = an_actor(id="8", roles=frozenset({"claims"}))
    assert [
        (view.name, view.mine) for view in queries.table_memory(actor=claims, table="x.list", counted=None).views
    ] == [("n", False)]


def test_save_view__sharing_needs_its_right() -> None:
    actor = an_actor(rights=frozenset({"ui.views"}))
    with pytest.raises(Forbidden):
        actions.save_view(actor=actor, table="x.list", name="n", query="", role="claims", now=NOW)
    assert not SavedView.objects.exists()


def test_save_view__refuses_a_name_that_is_none() -> None:
    with pytest.raises(Invalid):
        actions.save_view(actor=an_actor(), table="x.list", name="   ", query="", now=NOW)


def test_delete_view__only_ones_own() -> None:
    saved = actions.save_view(actor=an_actor(), table="x.list", name="n", query="", now=NOW)
    with pytest.raises(NotFound):
        actions.delete_view(actor=an_actor(id="8"), view_id=saved, now=NOW)
    actions.delete_view(actor=an_actor(), view_id=saved, now=NOW)
    assert not SavedView.objects.exists()


def test_draft__is_kept_and_forgotten_when_emptied() -> None:
    actor = an_actor()
    for text in ("半句", "一整句"):
        keeping.keep_draft(actor=actor, key="case:1", label="C-1", url="/c/1", content={"note": text}, now=NOW)
    found = queries.draft(actor=actor, key="case:1")
    assert found is not None
    assert (found.content, found.url) == ({"note": "一整句"}, "/c/1")
    assert queries.draft(actor=an_actor(id="8"), key="case:1") is None
    keeping.keep_draft(actor=actor, key="case:1", label="C-1", url="/c/1", content={"note": " "}, now=NOW)
    assert queries.drafts(actor=actor, most=8) == []


def test_draft__whom_it_is_for_is_kept_with_it() -> None:
    actor = an_actor()
    meant = {"key": "contact:7", "name": "王芳" * 100, "how": "mail", "by": "邮件", "more": "x"}
    keeping.keep_draft(actor=actor, key="case:1", label="C-1", url="/c/1", content={"body": "a"}, meant=meant, now=NOW)
    found = queries.draft(actor=actor, key="case:1")
    assert found is not None
    assert found.meant == {"key": "contact:7", "name": ("王芳" * 100)[:120], "how": "mail", "by": "邮件"}


def test_draft__a_title_is_read_in_the_readers_language_later() -> None:
    actor = an_actor()
    labels = in_every(filled(gettext_lazy("%(base)s, %(missing)s"), {"base": "1", "missing": gettext_lazy("Undo")}))
    assert len(set(labels.values())) > 1
    keeping.keep_draft(
        actor=actor, key="form:/n/", label=labels["en"], labels={**labels, "fr": "x"}, url="/n/",
        content={"note": "a"}, now=NOW,
    )  # fmt: skip
    keeping.keep_draft(actor=actor, key="case:1", label="C-1", url="/c/1", content={"note": "a"}, now=NOW)
    for language in ("en", "zh-hans", "zh-hant"):
        with override(language):
            assert {one.label for one in drafts_in_hand(actor)} == {labels[language], "C-1"}


def test_draft__the_page_offers_its_title_in_every_language() -> None:
    page = Template("{% in_languages title before='云栖' %}")
    shown = json.loads(unescape(page.render(Context({"title": gettext_lazy("Undo")}))))
    assert shown == {code: f"云栖 {text}" for code, text in in_every(gettext_lazy("Undo")).items()}
    assert shown["en"] == "云栖 Undo" != shown["zh-hans"]


def refused(constraint: str, *rows: SavedView | TablePreference | Draft) -> bool:
    *first, last = rows
    for row in first:
        row.save(force_insert=True)
    with pytest.raises(IntegrityError) as found, transaction.atomic():
        last.save(force_insert=True)
    return constraint in str(found.value)


def test_constraints__one_name_a_table_and_owner() -> None:
    assert refused("ui_view_name_once", *(SavedView(table="t", owner="staff:1", name="n") for _ in range(2)))


def test_constraints__a_view_has_a_name() -> None:
    assert refused("ui_view_named", SavedView(table="t", owner="staff:1", name=""))


def test_constraints__one_preference_a_table_and_owner() -> None:
    assert refused("ui_preference_once", *(TablePreference(table="t", owner="staff:1") for _ in range(2)))


def test_constraints__one_draft_a_key_and_owner() -> None:
    assert refused("ui_draft_once", *(Draft(owner="staff:1", key="k", url="/", saved_at=NOW) for _ in range(2)))


def test_constraints__a_draft_has_a_key() -> None:
    assert refused("ui_draft_keyed", Draft(owner="staff:1", key="", url="/", saved_at=NOW))
