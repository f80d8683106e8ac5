"""The bell: what needs me, what runs in the background; entries leave when they are done, not when they are read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.doors.desk.pages import waiting
from zhike.platform import clock
from zhike.platform.ui.access import signed_in
from zhike.platform.ui.components import Empty, EmptyKind
from zhike.platform.ui.requests import require_actor

# Pages turned quickly ask once.
COUNT_AGE = 20


@require_GET
@signed_in
def bell(request: HttpRequest) -> HttpResponse:
    """The whole list; `part=list` is what drops down, `part=count` the number on the bell."""
    actor, now, part = require_actor(request), clock.now(), request.GET.get("part", "")
    context: dict[str, object] = {"needs_me": waiting.needs_me(actor, now)}
    if part == "count":
        answer = render(request, "desk/bell.html#count", context)
        answer["Cache-Control"] = f"private, max-age={COUNT_AGE}"
        return answer
    context["jobs"] = waiting.jobs(actor, now)
    context["nothing"] = Empty(
        kind=EmptyKind.NOTHING_DUE,
        title=_("Nothing needs you"),
        text=_("Approvals, promised contacts, failures and imports appear here until they are done."),
    )
    return render(request, "desk/bell.html#list" if part == "list" else "desk/bell.html", context)


urlpatterns = [path("bell/", bell, name="bell")]
