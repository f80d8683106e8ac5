"""A page with one form, as every room shows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from zhike.platform.ui.components import Crumb


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    room: str,
    title: str | Promise,
    submit: str | Promise,
    crumbs: Sequence[Crumb],
    back: str,
    note: str | Promise = "",
    template: str = "",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """One form with its one primary button; 422 once something in it is refused.

    `room` names whose drafts these are and whose `form.html` is shown where no template is given.
    """
    values = {
        "form": form,
        "title": title,
        "submit": submit,
        "crumbs": crumbs,
        "back": back,
        "note": note,
        "draft": f"{room}:{request.path}",
        "with_files": form.is_multipart(),
        **(context or {}),
    }
    return render(request, template or f"{room}/form.html", values, status=422 if form.is_bound else 200)
