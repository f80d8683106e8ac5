"""A call in a wrong case comes out of it; undo of what was said leads to a page in any case."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from zhike.platform.audit.models import AuditEntry
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.errors import Invalid
from zhike.record.customers.tests.factories import customer
from zhike.record.interactions.models import Interaction
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests import factories as goods
from zhike.service.cases.models import Case, CaseContact
from zhike.service.cases.rules import ContactOpened
from zhike.service.cases.tests.factories import case
from zhike.service.cases.types import CaseKind
from zhike.service.reception import actions
from zhike.service.reception.models import Call
from zhike.service.reception.rules import CallOfNoCase, TakenBySomebody
from zhike.service.reception.tests import factories as make
from zhike.service.reception.tests.factories import NOW, SETUP, signed_in
from zhike.service.reception.types import CallMatter, Told, Who

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def test_call__comes_out_of_a_wrong_case_and_goes_into_the_right_one() -> None:
    wrong, right = case(customer()), case(customer())
    actor = make.agent("801")[1]
    row = make.call(at=NOW + SECOND)
    actions.attach_call(actor=actor, call_id=row.pk, case_id=wrong.pk, now=NOW + 2 * SECOND)
    wrong.refresh_from_db()
    assert (wrong.contacts, wrong.repeats, wrong.switches) == (2, 1, 1)
    entry = Call.objects.get().interaction_id
    assert entry is not None
    make.tell(Told.ENDED, ref=row.ref, at=NOW + 9 * SECOND)
    actions.wrap_up(actor=actor, call_id=row.pk, note="", now=NOW + 10 * SECOND)
    with pytest.raises(Invalid):
        actions.take_call_out(actor=actor, call_id=row.pk, reason=" ", now=NOW + HOUR)
    with pytest.raises(TakenBySomebody):
        actions.take_call_out(actor=make.agent()[1], call_id=row.pk, reason="不对", now=NOW + HOUR)
    actions.take_call_out(actor=actor, call_id=row.pk, reason="另一位客户的事", now=NOW + HOUR)
    wrong.refresh_from_db()
    assert (wrong.contacts, wrong.repeats, wrong.switches, wrong.customer_spoke_at) == (1, 0, 0, NOW)
    assert not CaseContact.objects.filter(interaction_id=entry).exists()
    assert Interaction.objects.get(pk=entry).struck_at == NOW + HOUR
    told = AuditEntry.objects.filter(type="reception.call_taken_out").get()
    assert (told.reason, told.changes["before"]) == ("另一位客户的事", {"case": wrong.pk})
    # It is in hand again and not written down by the system at once; then it goes where it belongs.
    assert actions.settle_calls(actor=SETUP, now=NOW + HOUR) == 0
    actions.attach_call(actor=actor, call_id=row.pk, case_id=right.pk, now=NOW + HOUR + SECOND)
    found = Call.objects.get()
    assert (found.case_id, found.customer_id) == (right.pk, right.customer_id)
    assert found.interaction_id != entry
    # And back into the first one: an undo.
    actions.take_call_out(actor=actor, call_id=row.pk, reason="误操作", now=NOW + HOUR + 2 * SECOND)
    actions.attach_call(actor=actor, call_id=row.pk, case_id=wrong.pk, now=NOW + HOUR + 3 * SECOND)
    assert Case.objects.get(pk=wrong.pk).contacts == 2


def test_call__with_which_a_case_began_stays_in_it() -> None:
    default_calendar()
    actor, file = make.agent("801")[1], customer()
    row = make.call()
    with pytest.raises(CallOfNoCase):
        actions.take_call_out(actor=actor, call_id=row.pk, reason="不对", now=NOW)
    actions.confirm_caller(actor=actor, call_id=row.pk, who=Who.KNOWN, customer_id=file.pk, now=NOW)
    matter = CallMatter(kind=CaseKind.ENQUIRY, category="where", subject="到哪了")
    actions.open_case_of_call(actor=actor, call_id=row.pk, matter=matter, now=NOW)
    with pytest.raises(ContactOpened):
        actions.take_call_out(actor=actor, call_id=row.pk, reason="不对", now=NOW + SECOND)
    assert Call.objects.get().case_id is not None


def test_page__takes_a_call_out_with_a_reason_and_undo() -> None:
    made = case(customer())
    member, actor = make.agent("801")
    row = make.call(at=NOW + SECOND)
    actions.attach_call(actor=actor, call_id=row.pk, case_id=made.pk, now=NOW + 2 * SECOND)
    client, page = signed_in(member), reverse("reception:call", args=[row.pk])
    place = reverse("reception:take_out", args=[row.pk])
    assert place in client.get(page).content.decode()
    assert client.post(place, {"reason": ""}).status_code == 422
    assert client.post(place, {"reason": "另一件事"}).status_code == 302
    assert Call.objects.get().case_id is None
    undo = f"{reverse('reception:attach', args=[row.pk])}?case={made.pk}"
    assert undo in client.get(page).content.decode()
    assert client.post(undo, {"next": page}, follow=True).status_code == 200
    assert Call.objects.get().case_id == made.pk
    answer = client.post(f"/api/v1/calls/{row.pk}/take-out", {"reason": "x"}, content_type="application/json")
    assert (answer.status_code, answer.json()["case_id"]) == (200, None)


def test_undo__of_whom_one_may_not_know_is_not_offered_and_leads_to_a_page() -> None:
    member, _actor = make.agent("801", at=organization.unit(name="北区"), roles=("outlet",))
    parcel: Any = goods.shipment(customer=customer())
    row = make.call("801")
    # As somebody of the head office left it before putting it through.
    Call.objects.filter(pk=row.pk).update(who=Who.CONSIGNEE.value, shipment=parcel, confirmed_at=NOW)
    client, page = signed_in(member), reverse("reception:call", args=[row.pk])
    address = reverse("reception:confirm", args=[row.pk])
    client.post(address, {"who": "unknown"})
    assert f"{address}?who" not in client.get(page).content.decode()
    # One that was offered before, or whose call has gone meanwhile, is answered by a page.
    assert client.post(f"{address}?who=consignee&shipment={parcel.pk}", follow=True).status_code == 200
    assert Call.objects.get().who == "unknown"
    other = make.agent("900")[0]
    Call.objects.filter(pk=row.pk).update(staff=other, scope_unit_id=other.unit.tree_no)
    answer = client.post(f"{address}?who=", follow=True)
    assert (answer.status_code, answer.redirect_chain[-1][0]) == (200, reverse("reception:calls"))


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "撤回"), ("zh-hant", "撤回")])
def test_words__taking_back_has_one_name_and_the_caller_found_is_no_button_of_consent(language: str, word: str) -> None:
    said = ("Undo", "Merge taken back", "The merge was taken back.", "It could not be taken back: %(why)s")
    with translation.override(language):
        assert [word in translation.gettext(one) for one in said] == [True] * len(said)
        # Beside a name stands why it is offered, and beside the key what the key does.
        assert translation.pgettext("caller", "certain") not in {"确定", "確定"}
        assert translation.pgettext("caller", "confirms") in {"确认来电人", "確認來電人"}
