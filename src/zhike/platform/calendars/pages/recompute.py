"""Recomputing running clocks after a change of hours: old and new deadline first, then with a reason."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from zhike.platform import clock
from zhike.platform.calendars import actions, queries
from zhike.platform.calendars.forms import ReasonForm
from zhike.platform.calendars.pages.calendars import crumbs_of, row_of, show_errors
from zhike.platform.calendars.policies import RECOMPUTE_CLOCKS
from zhike.platform.calendars.queries.clocks import may_recompute, outdated_clocks
from zhike.platform.calendars.types import kind_label
from zhike.platform.errors import Invalid
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast

SHOWN = 200


@requires(RECOMPUTE_CLOCKS)
@require_http_methods(["GET", "POST"])
def recompute_page(request: HttpRequest, calendar_id: int) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    row = row_of(actor, calendar_id)
    changes = outdated_clocks(actor=actor, calendar_id=calendar_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.recompute_clocks(actor=actor, changes=changes, reason=form.cleaned_data["reason"], now=now)
        except Invalid as error:
            show_errors(form, error)
        else:
            count = len(done)
            text = ngettext("%(count)s clock recomputed.", "%(count)s clocks recomputed.", count)
            toast(request, text % {"count": count})
            return HttpResponseRedirect(reverse("calendars:page", args=[calendar_id]))
    preview = queries.preview_recompute(actor=actor, changes=changes[:SHOWN], now=now)
    context = {
        "form": form,
        "title": gettext("Recompute running clocks"),
        "rows": [(found, kind_label(found.kind)) for found in preview],
        "total": len(changes),
        "may_decide": may_recompute(actor=actor, calendar_id=calendar_id),
        "crumbs": crumbs_of(row),
    }
    return render(request, "calendars/recompute.html", context, status=422 if form.errors else 200)
