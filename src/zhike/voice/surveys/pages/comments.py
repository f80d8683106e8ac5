"""Comments of surveys until something was done about them (SURV-08)."""

from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.errors import Conflict
from zhike.platform.i18n.labels import pick
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb, Empty, EmptyKind, Severity, Status, Tone
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, BulkAction, Choice, Column, Days, Flag, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.models import Comment
from zhike.voice.surveys.policies import FOLLOW, VIEW
from zhike.voice.surveys.types import COMMENT_DEED_LABELS

navigation.register(
    NavItem(job=Job.LISTEN, label=_("Comments"), url_name="surveys:comments", right=VIEW.code, order=40)
)
SPAN: Final = timedelta(days=90)
MOST: Final = 500
_OPEN: Final = Q(deed="")


def _deed(row: Comment) -> Status:
    if row.deed:
        return Status(COMMENT_DEED_LABELS[row.deed], Tone.QUIET)
    return Status(pgettext_lazy("comment in a survey", "Open"), Tone.ACT)


def _url(row: Comment) -> str:
    return reverse("surveys:comment", args=[row.pk])


COMMENTS = Table(
    key="surveys.comments",
    title=_("Comments"),
    sort="-written_at",
    columns=(
        Column("text", pgettext_lazy("survey", "Comment"), value="answer.text", lines=2, width="wide", url=_url),
        Column(
            "question",
            pgettext_lazy("survey", "Question"),
            value=lambda row: pick(row.answer.item.texts) or row.answer.item.key,
            lines=2,
        ),
        Column(
            "customer",
            _("Customer"),
            value=lambda row: row.recipient.customer.name if row.recipient.customer else "",
            lines=2,
        ),
        Column("person", _("Person"), value=lambda row: row.recipient.contact.name if row.recipient.contact else ""),
        Column(
            "waybill",
            _("Waybill"),
            Kind.WAYBILL,
            value=lambda row: row.recipient.shipment.waybill if row.recipient.shipment else "",
        ),
        Column("score", pgettext_lazy("follow-up", "Score"), Kind.NUMBER, value="recipient.score", decimals=0),
        Column("deed", pgettext_lazy("comment in a survey", "Done"), Kind.STATUS, value=_deed),
        Column("written_at", pgettext_lazy("comment in a survey", "Written"), Kind.AGO, sort="written_at"),
        Column("survey", _("Survey"), value="recipient.campaign.name", shown=False),
        Column("case", _("Case"), value=lambda row: row.case.number if row.case else "", shown=False),
    ),
    filters=(
        Flag(key="open", label=pgettext_lazy("comment in a survey", "Open only"), condition=_OPEN),
        Flag(key="strong", label=_("Strong words"), condition=Q(strong=True)),
        Choice(
            key="deed",
            label=pgettext_lazy("comment in a survey", "Done"),
            options=[(str(code), label) for code, label in COMMENT_DEED_LABELS.items()],
            field="deed",
        ),
        Days(key="written", label=pgettext_lazy("comment in a survey", "Written"), field="written_at"),
    ),
    views=(
        BuiltInView(label=pgettext_lazy("comment in a survey", "Open"), query="open=1"),
        BuiltInView(label=_("Strong words"), query="strong=1&open=1"),
    ),
    bulk=(
        BulkAction(
            label=pgettext_lazy("comment in a survey", "Read, nothing to do"),
            url_name="surveys:comments_noted",
            right=FOLLOW.code,
        ),
    ),
    row_url=_url,
    row_severity=lambda row: Severity.NOTICE if row.strong and not row.deed else Severity.NONE,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No comment yet"),
        text=_("What people write in a survey stands here until it is a case, or read."),
    ),
)


@requires(VIEW)
def comment_list(request: HttpRequest) -> HttpResponseBase:
    actor, now = require_actor(request), clock.now()
    context = {"heard": queries.heard_of(actor=actor, since=now - SPAN, until=now), "days": SPAN.days}
    return COMMENTS.respond(
        request, queries.comment_rows(actor=actor), template="surveys/comments.html", context=context
    )


@requires(VIEW)
def comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """One comment, whole, with what else the person said; the two steps that end it."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_comment(actor=actor, comment_id=comment_id)
    context = {
        "row": row,
        "question": pick(row.answer.item.texts) or row.answer.item.key,
        "deed": _deed(row),
        "spoken": queries.spoken_of(actor=actor, recipient=row.recipient, now=now),
        "may_act": actor.has(FOLLOW.code) and not row.deed,
        "has_customer": row.recipient.customer_id is not None,
        "crumbs": [Crumb(gettext("Comments"), reverse("surveys:comments"))],
    }
    return render(request, "surveys/comment.html", context)


@require_POST
@requires(FOLLOW)
def make_case(request: HttpRequest, comment_id: int) -> HttpResponse:
    """One click: the case is open, and one is there."""
    actor = require_actor(request)
    try:
        case_id = actions.case_of_comment(actor=actor, comment_id=comment_id, now=clock.now())
    except Conflict as error:
        toast(request, f"{error.text()} {error.next_step}")
        return HttpResponseRedirect(reverse("surveys:comment", args=[comment_id]))
    toast(request, gettext("The comment is heard in this case."))
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))


@require_POST
@requires(FOLLOW)
def noted(request: HttpRequest, comment_id: int) -> HttpResponse:
    actions.note_comments(actor=require_actor(request), comment_ids=[comment_id], now=clock.now())
    toast(request, gettext("Read, nothing to do."))
    return HttpResponseRedirect(reverse("surveys:comments") + "?open=1")


@require_POST
@requires(FOLLOW)
def many_noted(request: HttpRequest) -> HttpResponse:
    """The ticked ones were read."""
    actor = require_actor(request)
    chosen = COMMENTS.selected(request, queries.comment_rows(actor=actor))
    ids = list(chosen.values_list("pk", flat=True)[:MOST])
    done = actions.note_comments(actor=actor, comment_ids=ids, now=clock.now())
    toast(request, ngettext("%(count)s comment is read.", "%(count)s comments are read.", done) % {"count": done})
    return HttpResponseRedirect(reverse("surveys:comments") + "?open=1")
