"""The list of calendars, one calendar with its year, and the forms that change it."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.calendars import actions, queries
from zhike.platform.calendars.forms import CalendarForm, NewCalendarForm, OverrideForm, WeekForm, week_initial
from zhike.platform.calendars.pages import views
from zhike.platform.calendars.policies import MANAGE_CALENDARS, RECOMPUTE_CLOCKS, VIEW_CALENDARS
from zhike.platform.calendars.queries.clocks import count_outdated
from zhike.platform.calendars.rules.reading import read_shifts, shifts_text, week_of
from zhike.platform.calendars.types import CalendarEntry, DayKind
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.i18n import labels
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Empty, EmptyKind
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast

USUAL_WEEK = week_of([read_shifts("09:00-18:00")] * 5 + [()] * 2)


def today_of(actor: Actor) -> date:
    return clock.local_date(clock.now(), actor.zone)


def crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Calendars"), reverse("calendars:list")), *more]


@requires(VIEW_CALENDARS)
@require_GET
def calendar_list(request: HttpRequest) -> HttpResponse:
    actor = require_actor(request)
    rows = queries.list_calendars(actor=actor, today=today_of(actor), include_inactive=True)
    may_manage = actor.has(MANAGE_CALENDARS.code)
    new = Button(label=_("New calendar"), url=reverse("calendars:new"), icon="plus")
    context = {
        "calendars": [
            {
                "row": row,
                "name": labels.pick(row.labels),
                "holidays": labels.pick(row.holidays_labels),
                "week": views.week_lines(row.week),
            }
            for row in rows
        ],
        "holidays": [{"row": row, "name": labels.pick(row.labels)} for row in queries.list_holiday_sets(actor=actor)],
        "primary": new if may_manage else None,
        "may_manage": may_manage,
        "empty": Empty(
            kind=EmptyKind.NOTHING_YET,
            title=gettext("No calendar yet"),
            text=gettext("Clocks need to know when somebody is there. Begin with the hours of the company."),
            button=new if may_manage else None,
        ),
    }
    return render(request, "calendars/list.html", context)


@requires(VIEW_CALENDARS)
@require_GET
def calendar_page(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """The year, the hours in force, and what is due if opened at a moment."""
    actor = require_actor(request)
    today = today_of(actor)
    year = views.year_of(request, today)
    detail = queries.get_calendar(actor=actor, calendar_id=calendar_id, year=year, today=today)
    form, due = views.due_answer(actor, calendar_id, detail.row.zone, request.GET)
    may_manage = actor.has(MANAGE_CALENDARS.code)
    hours_url = reverse("calendars:hours", args=[calendar_id])
    context = {
        "detail": detail,
        "name": labels.pick(detail.row.labels),
        "holidays": labels.pick(detail.row.holidays_labels),
        "months": views.months(detail, today),
        "weekdays": _short_weekdays(),
        "periods": [(period.valid_from, views.week_lines(period.week)) for period in reversed(detail.periods)],
        "overrides": [(row, shifts_text(row.shifts), views.KIND_WORDS[row.kind]) for row in detail.overrides],
        "legend": [(views.MARKS[kind], word) for kind, word in views.KIND_WORDS.items()],
        "before": year - 1 if year > views.FIRST_YEAR else None,
        "after": year + 1 if year < views.LAST_YEAR else None,
        "form": form,
        "due": due,
        "crumbs": crumbs(),
        "may_manage": may_manage,
        "outdated": _outdated(actor, calendar_id),
        "primary": Button(label=_("Change the hours"), url=hours_url) if may_manage else None,
        "buttons": [Button(label=_("Edit"), url=reverse("calendars:edit", args=[calendar_id]))] if may_manage else [],
    }
    return render(request, "calendars/page.html", context, status=422 if form.errors else 200)


@requires(MANAGE_CALENDARS)
@require_http_methods(["GET", "POST"])
def calendar_new(request: HttpRequest) -> HttpResponse:
    actor = require_actor(request)
    initial = {**week_initial(USUAL_WEEK, today_of(actor)), "zone": actor.zone, "makeup_weekday": 0}
    form = NewCalendarForm(request.POST or None, initial=initial, holiday_lists=_lists(actor))
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        entry = CalendarEntry(
            code=found["code"],
            labels=form.labels(),
            zone=found["zone"],
            week=form.week(),
            holidays_id=found["holidays_id"],
            makeup_weekday=found["makeup_weekday"],
            is_default=found["is_default"],
        )
        try:
            made = actions.create_calendar(actor=actor, entry=entry, now=clock.now())
        except Invalid as error:
            show_errors(form, error)
        else:
            toast(request, gettext("Calendar opened."))
            return HttpResponseRedirect(reverse("calendars:page", args=[made]))
    return _form_page(request, form, gettext("New calendar"), _("Open the calendar"), crumbs())


@requires(MANAGE_CALENDARS)
@require_http_methods(["GET", "POST"])
def calendar_edit(request: HttpRequest, calendar_id: int) -> HttpResponse:
    actor = require_actor(request)
    row = row_of(actor, calendar_id)
    initial = {
        **{f"label_{code.replace('-', '_')}": text for code, text in row.labels.items()},
        "zone": row.zone,
        "holidays_id": row.holidays_id,
        "makeup_weekday": row.makeup_weekday,
        "is_default": row.is_default,
        "is_active": row.is_active,
    }
    form = CalendarForm(request.POST or None, initial=initial, holiday_lists=_lists(actor))
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            actions.change_calendar(
                actor=actor,
                calendar_id=calendar_id,
                labels=form.labels(),
                zone=found["zone"],
                holidays_id=found["holidays_id"],
                makeup_weekday=found["makeup_weekday"],
                is_default=found["is_default"],
                is_active=found["is_active"],
                now=clock.now(),
            )
        except Invalid as error:
            show_errors(form, error)
        else:
            return _saved(request, calendar_id)
    return _form_page(request, form, labels.pick(row.labels), _("Save"), crumbs_of(row))


@requires(MANAGE_CALENDARS)
@require_http_methods(["GET", "POST"])
def calendar_hours(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """The week from a day on: `?from=` names an entry to correct, else the form begins with today's week."""
    actor = require_actor(request)
    today = today_of(actor)
    detail = queries.get_calendar(actor=actor, calendar_id=calendar_id, year=today.year, today=today)
    entries = {period.valid_from: period.week for period in detail.periods}
    chosen = views.day_of(request.GET.get("from", ""))
    week = entries.get(chosen) if chosen else detail.row.week
    initial = week_initial(week or USUAL_WEEK, chosen or today)
    form = WeekForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_hours(
                actor=actor,
                calendar_id=calendar_id,
                valid_from=form.cleaned_data["valid_from"],
                week=form.week(),
                now=clock.now(),
            )
        except Invalid as error:
            show_errors(form, error)
        else:
            return _saved(request, calendar_id)
    return _form_page(request, form, gettext("Weekly hours"), _("Save the hours"), crumbs_of(detail.row))


@requires(MANAGE_CALENDARS)
@require_POST
def hours_remove(request: HttpRequest, calendar_id: int) -> HttpResponse:
    day = views.day_of(request.POST.get("valid_from", ""))
    if day is None:
        raise NotFound
    actions.remove_hours(actor=require_actor(request), calendar_id=calendar_id, valid_from=day, now=clock.now())
    return _saved(request, calendar_id)


@requires(MANAGE_CALENDARS)
@require_http_methods(["GET", "POST"])
def calendar_day(request: HttpRequest, calendar_id: int) -> HttpResponse:
    """Make one date different from its weekday; `?day=` fills in the date."""
    actor = require_actor(request)
    today = today_of(actor)
    day = views.day_of(request.GET.get("day", "")) or today
    year = min(max(day.year, views.FIRST_YEAR), views.LAST_YEAR)
    detail = queries.get_calendar(actor=actor, calendar_id=calendar_id, year=year, today=today)
    known = next((row for row in detail.overrides if row.day == day), None)
    initial = {
        "day": day,
        "kind": known.kind if known else DayKind.CLOSED,
        "shifts": shifts_text(known.shifts) if known else "",
        "name": known.name if known else "",
    }
    form = OverrideForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_override(actor=actor, calendar_id=calendar_id, now=clock.now(), **form.cleaned_data)
        except Invalid as error:
            show_errors(form, error)
        else:
            return _saved(request, calendar_id, form.cleaned_data["day"].year)
    return _form_page(request, form, gettext("A different day"), _("Save the day"), crumbs_of(detail.row))


@requires(MANAGE_CALENDARS)
@require_POST
def day_clear(request: HttpRequest, calendar_id: int) -> HttpResponse:
    day = views.day_of(request.POST.get("day", ""))
    if day is None:
        raise NotFound
    actions.clear_override(actor=require_actor(request), calendar_id=calendar_id, day=day, now=clock.now())
    return _saved(request, calendar_id, day.year)


def _short_weekdays() -> list[str]:
    return [gettext("Mo"), gettext("Tu"), gettext("We"), gettext("Th"), gettext("Fr"), gettext("Sa"), gettext("Su")]


def _outdated(actor: Actor, calendar_id: int) -> int:
    """How many open clocks still measure with earlier hours, for whoever may recompute them."""
    if not actor.has(RECOMPUTE_CLOCKS.code):
        return 0
    return count_outdated(actor=actor, calendar_id=calendar_id)


def row_of(actor: Actor, calendar_id: int) -> queries.CalendarRow:
    rows = queries.list_calendars(actor=actor, today=today_of(actor), include_inactive=True)
    found = next((row for row in rows if row.id == calendar_id), None)
    if found is None:
        raise NotFound
    return found


def crumbs_of(row: queries.CalendarRow) -> list[Crumb]:
    return crumbs(Crumb(labels.pick(row.labels), reverse("calendars:page", args=[row.id])))


def _lists(actor: Actor) -> list[tuple[int, str]]:
    return views.named(queries.list_holiday_sets(actor=actor))


def _saved(request: HttpRequest, calendar_id: int, year: int | None = None) -> HttpResponse:
    toast(request, gettext("Saved. Running clocks keep the earlier hours until they are recomputed."))
    query = f"?year={year}" if year else ""
    return HttpResponseRedirect(reverse("calendars:page", args=[calendar_id]) + query)


def show_errors(form: Any, error: Invalid) -> None:  # noqa: ANN401 - any of our forms
    """Errors of the three labels stand under the first of them."""
    if "labels" in error.fields:
        error.fields["label_zh_hans"] = error.fields.pop("labels")
    add_errors(form, error)


def _form_page(request: HttpRequest, form: Any, title: str, verb: Any, trail: list[Crumb]) -> HttpResponse:  # noqa: ANN401
    context = {"form": form, "title": title, "verb": verb, "crumbs": trail}
    return render(request, "calendars/form.html", context, status=422 if form.errors else 200)
