"""Who stands behind a key: two decisions of two people stay two people's."""

from decimal import Decimal

import pytest
from django.test import Client

from zhike.doors.api import actions
from zhike.doors.api.models import ApiKey
from zhike.platform import clock, parameters
from zhike.platform.accounts.models import User
from zhike.platform.actors import ActorKind, actor_again
from zhike.platform.parameters.models import ParameterProposal
from zhike.platform.parameters.tests.factories import declared_for_test
from zhike.record.organization import actions as people
from zhike.record.organization.queries import actor_for_staff
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
RIGHTS = ["parameters.change", "parameters.approve", "parameters.view", "api.manage_keys"]


def an_admin() -> tuple[int, Client]:
    """A person with a session."""
    member = organization.staff(roles=("admin",))
    opened = people.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username=f"admin{member.pk}",
        password="correct horse battery",
        now=clock.now(),
    )
    browser = Client()
    browser.force_login(User.objects.get(pk=opened.user_id))
    return member.pk, browser


def key_of(staff_id: int) -> tuple[int, Client]:
    maker = actor_for_staff(staff_id, now=clock.now())
    assert maker is not None
    made = actions.make_key(actor=maker, name="Feed", rights=RIGHTS, now=clock.now())
    return made.id, Client(headers={"Authorization": f"Bearer {made.shown_once}"})


def propose(client: Client) -> int:
    body = {"value": "0.8", "reason": "r", "source": "s"}
    answer = client.post("/api/v1/parameters/parameters.trial", body, content_type="application/json")
    assert answer.status_code in {200, 201, 202}, answer.content
    return ParameterProposal.objects.get().pk


@pytest.mark.req("CTRL-01", partial="re-survey and other proposals")
@pytest.mark.parametrize("proposes_with_key", [True, False])
def test_parameters__a_proposer_cannot_approve_through_their_own_key(*, proposes_with_key: bool) -> None:
    staff_id, session = an_admin()
    _id, key = key_of(staff_id)
    _other_id, other = an_admin()
    with declared_for_test(needs_approval=True) as parameter:
        proposal_id = propose(key if proposes_with_key else session)
        address = f"/api/v1/parameter-proposals/{proposal_id}/approve"

        own = [way.post(address, {}, content_type="application/json").status_code for way in (session, key)]

        assert own == [403, 403]
        assert parameters.value(parameter, at=clock.now()) == Decimal("0.75")
        assert other.post(address, {}, content_type="application/json").status_code == 200
        row = ParameterProposal.objects.get()
        assert row.proposed_by_person == f"staff:{staff_id}"


def test_make_key__a_key_made_by_a_key_answers_to_the_same_person() -> None:
    staff_id, _session = an_admin()
    key_id, _client = key_of(staff_id)
    key = actor_again(ActorKind.API_KEY.value, str(key_id), now=clock.now())
    assert key is not None

    made = actions.make_key(actor=key, name="Second", rights=[], now=clock.now())

    again = actor_again(ActorKind.API_KEY.value, str(made.id), now=clock.now())
    assert again is not None
    assert (again.person, again.staff_id) == (f"staff:{staff_id}", None)
    assert set(ApiKey.objects.values_list("answering_id", flat=True)) == {staff_id}
