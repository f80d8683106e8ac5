"""A form as the customer sees it, in any of the three languages; nothing that is chosen here is kept."""

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_sameorigin

from zhike.platform import clock
from zhike.platform.i18n.labels import LANGUAGES, pick
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.voice.surveys import queries
from zhike.voice.surveys.pages import _shared as shared
from zhike.voice.surveys.policies import DESIGN, VIEW

SHORT = {"zh-hans": "简", "zh-hant": "繁", "en": "En"}
TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}


# The builder shows this one page in a frame of its own; nobody else may.
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # it hands the address's arguments on
@requires(VIEW, DESIGN)
def preview(request: HttpRequest, code: str, number: int) -> HttpResponse:
    actor = require_actor(request)
    form = queries.numbered_form(actor=actor, code=code, number=min(number, 2**31 - 1))
    language = request.GET.get("language", "")
    language = language if language in LANGUAGES else actor.language
    language = language if language in LANGUAGES else LANGUAGES[0]
    asked = request.GET.get("part", "1")
    pages = len(form.sections)
    part = min(int(asked), pages) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1  # noqa: PLR2004
    section = form.sections[max(part, 1) - 1] if pages else None
    with translation.override(language):
        context = {
            "form": form,
            "title": pick(form.names, language),
            "language": language,
            "tag": TAGS[language],
            "languages": [(one, SHORT[one], TAGS[one]) for one in LANGUAGES],
            "part": max(part, 1),
            "pages": pages,
            "section_title": pick(section.titles, language) if section else "",
            "intro": pick(form.intro, language),
            "thanks": pick(form.thanks, language),
            "questions": queries.questions(section.items, language) if section else (),
            "minutes": -(-shared.duration_of(form, clock.now()).seconds // 60),
        }
        return render(request, "surveys/preview.html", context)
