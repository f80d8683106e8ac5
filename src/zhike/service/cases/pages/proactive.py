"""Telling a customer of a delay before they ask: the drafted notice, one click to send it."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.service.cases import actions, queries
from zhike.service.cases.forms import TextForm
from zhike.service.cases.models import Case
from zhike.service.cases.pages._shared import case_crumbs, form_page, page_url, posted
from zhike.service.cases.pages.deeds import case_of, done
from zhike.service.cases.policies import HANDLE


@requires(HANDLE)
def inform(request: HttpRequest, case_id: int) -> HttpResponse:
    row = case_of(request, case_id)
    draft = queries.notice_draft(actor=require_actor(request), case=row, now=clock.now())
    form = TextForm(posted(request), initial={"text": draft.text}, label=_("To the customer"))

    def do(actor: Actor, case: Case, now: datetime) -> None:
        actions.inform_customer(actor=actor, case_id=case.pk, text=form.cleaned_data["text"], now=now)

    if draft.to is None:
        note = gettext("Nobody of this customer has an e-mail address or a mobile number. Call them instead.")
    elif draft.to.email:
        note = gettext("It goes to %(name)s by e-mail.") % {"name": draft.to.name}
    else:
        note = gettext("It goes to %(name)s by SMS.") % {"name": draft.to.name}
    return done(request, form, row, do, gettext("The customer has been informed.")) or form_page(
        request,
        form,
        title=_("Inform the customer"),
        submit=_("Send the notice"),
        crumbs=case_crumbs(row),
        back=page_url(row),
        note=note,
    )
