"""Holiday lists: the announced years, their days, loading and correcting."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from zhike.platform import clock
from zhike.platform.calendars import actions, queries
from zhike.platform.calendars.forms import HolidayForm, HolidaySetForm, LoadForm
from zhike.platform.calendars.pages import views
from zhike.platform.calendars.pages.calendars import crumbs, show_errors, today_of
from zhike.platform.calendars.policies import MANAGE_CALENDARS, VIEW_CALENDARS
from zhike.platform.calendars.types import LoadReport
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.i18n import labels
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast


@requires(MANAGE_CALENDARS)
@require_http_methods(["GET", "POST"])
def holidays_new(request: HttpRequest) -> HttpResponse:
    form = HolidaySetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            made = actions.create_holiday_set(
                actor=require_actor(request),
                code=found["code"],
                labels=form.labels(),
                country=found["country"].upper(),
                now=clock.now(),
            )
        except Invalid as error:
            show_errors(form, error)
        else:
            toast(request, gettext("Holiday list opened."))
            return HttpResponseRedirect(reverse("calendars:holidays", args=[made]))
    context = {
        "form": form,
        "title": gettext("New holiday list"),
        "verb": gettext("Open the list"),
        "crumbs": crumbs(),
    }
    return render(request, "calendars/form.html", context, status=422 if form.errors else 200)


@requires(VIEW_CALENDARS)
@require_http_methods(["GET", "POST"])
def holidays_page(request: HttpRequest, holidays_id: int) -> HttpResponse:
    """The days of one year; a POST enters or corrects one."""
    actor = require_actor(request)
    today = today_of(actor)
    year = views.year_of(request, today)
    row = queries.get_holiday_set(actor=actor, holidays_id=holidays_id, year=year)
    form = HolidayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            actions.set_holiday(
                actor=actor,
                holidays_id=holidays_id,
                day=found["day"],
                kind=found["kind"],
                labels=form.labels(),
                source=found["source"],
                now=clock.now(),
            )
        except Invalid as error:
            show_errors(form, error)
        else:
            toast(request, gettext("Saved."))
            return _to_year(holidays_id, found["day"].year)
    announced = {known.year: known for known in row.years}
    context = {
        "row": row,
        "name": labels.pick(row.labels),
        "year": year,
        "years": row.years,
        "announced": announced.get(year),
        "days": [(day, labels.pick(day.labels), views.KIND_WORDS[day.kind]) for day in row.days],
        "form": form,
        "load": LoadForm(initial={"first": today.year, "last": today.year + 1}),
        "before": year - 1 if year > views.FIRST_YEAR else None,
        "after": year + 1 if year < views.LAST_YEAR else None,
        "crumbs": crumbs(),
        "may_manage": actor.has(MANAGE_CALENDARS.code),
    }
    return render(request, "calendars/holidays.html", context, status=422 if form.errors else 200)


@requires(MANAGE_CALENDARS)
@require_POST
def holidays_load(request: HttpRequest, holidays_id: int) -> HttpResponse:
    form = LoadForm(request.POST)
    if not form.is_valid():
        raise Invalid.of("years", "out_of_range", gettext("Please name between 1 and 30 years from 2000 on."))
    years = list(form.years())
    report = actions.load_holidays(actor=require_actor(request), holidays_id=holidays_id, years=years, now=clock.now())
    toast(request, _told(report))
    return _to_year(holidays_id, max(report.loaded, default=years[0]))


@requires(MANAGE_CALENDARS)
@require_POST
def holiday_clear(request: HttpRequest, holidays_id: int) -> HttpResponse:
    day = views.day_of(request.POST.get("day", ""))
    if day is None:
        raise NotFound
    actions.clear_holiday(actor=require_actor(request), holidays_id=holidays_id, day=day, now=clock.now())
    toast(request, gettext("Taken out of the list."))
    return _to_year(holidays_id, day.year)


def _told(report: LoadReport) -> str:
    parts = []
    if report.loaded:
        count = sum(report.loaded.values())
        words = {"count": count, "years": _years(report.loaded), "source": report.source}
        parts.append(gettext("%(count)s days of %(years)s loaded from %(source)s.") % words)
    if report.kept:
        parts.append(gettext("%(count)s corrected days were kept.") % {"count": report.kept})
    if report.unknown_years:
        words = {"years": _years(report.unknown_years)}
        parts.append(gettext("Not announced yet, nothing guessed: %(years)s.") % words)
    return " ".join(parts)


def _years(years: object) -> str:
    return ", ".join(str(year) for year in sorted(years))  # type: ignore[call-overload]


def _to_year(holidays_id: int, year: int) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('calendars:holidays', args=[holidays_id])}?year={year}")
