"""The list of articles and the page of one, with its history."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.files import queries as files
from zhike.platform.i18n.labels import LANGUAGES
from zhike.platform.ui import navigation, slots
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind, Severity, Status, Tone
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Flag, Kind, Search, Table
from zhike.service.knowledge import queries, rules
from zhike.service.knowledge.models import Article, ArticleVersion
from zhike.service.knowledge.policies import PUBLISH, VIEW, WRITE
from zhike.service.knowledge.types import (
    DEED_LABELS,
    FRESHNESS_LABELS,
    KIND_LABELS,
    STATE_LABELS,
    ArticleKind,
    ArticleState,
    Freshness,
    Piece,
)

navigation.register(
    NavItem(job=Job.IMPROVE, label=_("Knowledge"), url_name="knowledge:list", right=VIEW.code, order=40),
    NavItem(job=Job.IMPROVE, label=_("Phrases"), url_name="knowledge:phrases", right=VIEW.code, order=41),
)
slots.register_live("articles", right=VIEW.code)


def page_url(row: Article) -> str:
    return reverse("knowledge:article", args=[row.pk])


def state_of(row: Article) -> Status:
    """One word: what is not published first, then whether what it says still holds."""
    if row.state != ArticleState.PUBLISHED.value:
        tone = Tone.ACT if row.state == ArticleState.DRAFT.value else Tone.QUIET
        return Status(STATE_LABELS[row.state], tone)
    fresh = queries.freshness_of(row, clock.local_date(clock.now(), row.owner.unit.zone))
    tones = {Freshness.CURRENT: Tone.PLAIN, Freshness.NOT_YET: Tone.PAUSE}
    return Status(FRESHNESS_LABELS[fresh], tones.get(fresh, Tone.BREACH))


def _severity(row: Article) -> Severity:
    if row.outdated_since is not None:
        return Severity.BREACH
    return Severity.NOTICE if row.pending else Severity.NONE


ARTICLES = Table(
    key="knowledge.list",
    title=_("Knowledge"),
    sort="-changed_at",
    columns=(
        Column("number", _("No."), url=page_url),
        Column("title", _("Article"), value=queries.title_of, lines=2, width="wide"),
        Column("kind", _("Kind of article"), value=lambda row: KIND_LABELS[row.kind]),
        Column("state", _("State"), Kind.STATUS, value=state_of),
        Column("valid_until", _("Valid until"), Kind.DAY),
        Column("review_on", _("Looked at again on"), Kind.DAY, sort="review_on"),
        Column("owner", _("Owner"), value="owner.name"),
        Column("uses", _("Used in answers"), Kind.NUMBER, sort="uses"),
        Column("changed_at", _("Changed"), Kind.AGO, sort="changed_at"),
        Column("version", _("Version"), Kind.NUMBER, shown=False),
        Column("for_customers", _("Customers may read it"), Kind.YES, shown=False),
    ),
    filters=(
        Search(key="q", label=_("Search"), apply=queries.found_by),
        Choice(
            key="kind", label=_("Kind of article"), options=[(str(c), w) for c, w in KIND_LABELS.items()], field="kind"
        ),
        Choice(key="state", label=_("State"), options=[(str(c), w) for c, w in STATE_LABELS.items()], field="state"),
        Flag(
            key="outdated",
            label=_("Outdated"),
            condition=Q(outdated_since__isnull=False, state=ArticleState.PUBLISHED.value),
        ),
        Flag(key="pending", label=_("Waiting for a decision"), condition=Q(pending=True)),
        Flag(key="customers", label=_("Customers may read it"), condition=Q(for_customers=True)),
        Flag(key="unread", label=_("Never used"), condition=Q(uses=0)),
    ),
    views=(
        BuiltInView(label=pgettext_lazy("articles", "Outdated"), query="outdated=1"),
        BuiltInView(label=pgettext_lazy("articles", "To decide"), query="pending=1"),
        BuiltInView(label=pgettext_lazy("articles", "Most used"), query="sort=-uses"),
    ),
    row_url=page_url,
    row_severity=_severity,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No article yet"),
        text=_("An article holds what the company knows of one matter: a rule, a tariff, a question and its answer."),
    ),
)


@requires(VIEW)
def article_list(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    new = Button(label=_("New article"), url=reverse("knowledge:new"), icon="plus", key="c")
    context = {
        "title": _("Knowledge"),
        "primary": new if actor.has(WRITE.code) else None,
        "outdated": queries.outdated_of(actor=actor),
    }
    return ARTICLES.respond(request, queries.article_rows(actor=actor), template="knowledge/list.html", context=context)


@requires(VIEW)
def article(request: HttpRequest, article_id: int) -> HttpResponse:
    """What holds, what is proposed, and everything that it ever said."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_article(actor=actor, article_id=article_id)
    versions = queries.versions_of(actor=actor, article_id=article_id)
    proposed = versions[0] if row.pending and row.published_version and versions else None
    context = {
        "article": row,
        "title": queries.title_of(row),
        "state": state_of(row),
        "kind": KIND_LABELS[row.kind],
        "category": queries.category_labels(actor=actor).get(row.category, row.category),
        "texts": _texts(row),
        "files": files.list_files(actor=actor, file_ids=row.files),
        "versions": _compared(versions),
        "decisions": [(one, DEED_LABELS[one.deed]) for one in queries.decisions_of(actor=actor, article_id=article_id)],
        "uses": queries.uses_of(actor=actor, article_id=article_id),
        "audience": _audience(row),
        "proposed": proposed,
        "may_write": actor.has(WRITE.code),
        "crumbs": [Crumb(gettext("Knowledge"), reverse("knowledge:list"))],
        **_steps(row, actor, now),
    }
    return render(request, "knowledge/article.html", context)


def _texts(row: Article) -> list[tuple[str, str, str, str]]:
    """Language, title, answer and what is for colleagues, for each language that has something."""
    return [
        (code, row.titles.get(code, ""), row.answers.get(code, ""), row.bodies.get(code, ""))
        for code in LANGUAGES
        if row.titles.get(code) or row.answers.get(code) or row.bodies.get(code)
    ]


def _audience(row: Article) -> str:
    if row.for_customers:
        return gettext("Colleagues and customers")
    if row.unit is not None:
        return gettext("Colleagues of %(unit)s") % {"unit": row.unit.name}
    return gettext("Colleagues with certain roles") if row.roles else gettext("All colleagues")


def _compared(versions: list[ArticleVersion]) -> list[tuple[ArticleVersion, list[tuple[str, list[Piece]]]]]:
    """Each version with what it changed against the one before it."""
    found = []
    for position, one in enumerate(versions):
        before = versions[position + 1] if position + 1 < len(versions) else None
        found.append((one, _changes(before, one) if before else []))
    return found


def _changes(before: ArticleVersion, after: ArticleVersion) -> list[tuple[str, list[Piece]]]:
    changed = [
        (code, rules.compare(old.get(code, ""), new.get(code, "")))
        for old, new in (
            (before.titles, after.titles),
            (before.answers, after.answers),
            (before.bodies, after.bodies),
        )
        for code in LANGUAGES
        if old.get(code, "") != new.get(code, "")
    ]
    names = {"valid_from": gettext("Valid from"), "valid_until": gettext("Valid until")}
    for name, label in names.items():
        if before.terms[name] != after.terms[name]:
            pieces = rules.compare(before.terms[name] or "–", after.terms[name] or "–")
            changed.append(("", [Piece(f"{label}: "), *pieces]))
    if before.terms["kind"] != after.terms["kind"]:
        words = [str(KIND_LABELS[ArticleKind(one.terms["kind"])]) for one in (before, after)]
        changed.append(("", rules.compare(*words)))
    return changed


def _steps(row: Article, actor: Actor, now: datetime) -> dict[str, Any]:
    """The one next step, and the others: deciding what waits comes first, then what is out of date."""

    def step(label: Any, name: str, *, drawer: bool = True, post: bool = False) -> Button:  # noqa: ANN401 - a label
        return Button(label=label, url=reverse(f"knowledge:{name}", args=[row.pk]), drawer=drawer, post=post)

    steps: list[Button] = []
    today = clock.local_date(now, row.owner.unit.zone)
    fresh = queries.freshness_of(row, today)
    is_public = row.state == ArticleState.PUBLISHED.value
    if row.pending and actor.has(PUBLISH.code):
        version = {"version": row.version}
        steps += [step(_("Publish version %(version)s") % version, "publish"), step(_("Refuse"), "refuse")]
    if is_public and fresh is Freshness.REVIEW_DUE and actor.has(WRITE.code):
        steps.append(step(_("Still right"), "review"))
    if actor.has(WRITE.code):
        steps.append(step(_("Change"), "edit", drawer=False))
    if is_public and fresh is not Freshness.REVIEW_DUE and actor.has(WRITE.code):
        steps.append(step(_("Still right"), "review"))
    if is_public and actor.has(PUBLISH.code):
        steps.append(step(_("Withdraw"), "withdraw"))
    return {"primary": steps[0] if steps else None, "actions": steps[1:]}
