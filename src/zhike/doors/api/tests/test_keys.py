"""The page where keys are made and ended."""

import re

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from zhike.doors.api import actions
from zhike.doors.api.models import ApiKey
from zhike.platform import clock
from zhike.platform.accounts.models import User
from zhike.platform.actors import Actor, ActorKind, Reach, system_actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Invalid
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
LIST, NEW = "/settings/api-keys/", "/settings/api-keys/new/"
_names = iter(f"keeper{at}" for at in range(1000))


def signed_in(role: str) -> Client:
    member = organization.staff(roles=(role,))
    opened = people.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username=next(_names),
        language="en",
        password="correct horse battery",
        now=clock.now(),
    )
    user = User.objects.get(pk=opened.user_id)
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def test_new__shows_the_key_once_and_the_key_works() -> None:
    browser = signed_in("admin")

    made = browser.post(NEW, {"name": "Warehouse feed", "rights": ["api.manage_keys"], "unit": "", "expires_on": ""})

    secret = re.search(r"<code>(zk_[\w-]+)</code>", made.content.decode())
    assert made.status_code == 201
    assert secret is not None
    assert "no-store" in made.headers["Cache-Control"]
    assertNotContains(browser.get(LIST), secret[1])
    assertContains(browser.get(LIST), "Warehouse feed")
    found = actions.actor_of_key(secret[1], now=clock.now())
    assert found is not None
    assert (found.rights, found.reach.everything) == (frozenset({"api.manage_keys"}), True)


def test_new__offers_what_its_maker_may_do_and_what_is_meant_for_programs() -> None:
    page = signed_in("admin").get(NEW)

    assertContains(page, 'value="api.manage_keys"')
    # Meant for programs, though no administrator registers orders.
    assertContains(page, 'value="shipments.register"')
    assertNotContains(page, 'value="organization.approve_authority"')
    # Set with the rooms above in mind; no role holds it.
    assertNotContains(page, 'value="customers.push"')


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"rights": ["no.such"]}, "rights"),
        ({"unit": "999999"}, "unit"),
        ({"expires_on": "x"}, "expires_on"),
    ],
)
def test_new__names_what_is_wrong(changed: dict[str, object], field: str) -> None:
    answer = signed_in("admin").post(NEW, {"name": "Feed", "rights": [], "unit": "", "expires_on": "", **changed})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not ApiKey.objects.exists()


def test_new__a_key_of_a_unit_sees_that_unit_until_its_day() -> None:
    outlet = organization.unit(name="浦东网点")

    signed_in("admin").post(NEW, {"name": "Feed", "rights": [], "unit": outlet.pk, "expires_on": "2099-12-31"})

    key = ApiKey.objects.get()
    assert key.unit_id == outlet.pk
    assert key.expires_at is not None
    assert key.expires_at.isoformat() == "2099-12-31T16:00:00+00:00"


def test_revoke__ends_the_key_and_is_recorded() -> None:
    browser = signed_in("admin")
    made = actions.make_key(actor=system_actor("tests"), name="Feed", rights=[], now=clock.now())

    browser.post(f"{LIST}{made.id}/revoke/")

    assert ApiKey.objects.get().revoked_at is not None
    assert actions.actor_of_key(made.shown_once, now=clock.now()) is None
    assert AuditEntry.objects.filter(type="api.key_revoked", subject_id=str(made.id)).count() == 1


def test_pages__need_the_right() -> None:
    browser = signed_in("agent")
    made = actions.make_key(actor=system_actor("tests"), name="Feed", rights=[], now=clock.now())

    answers = [
        browser.get(LIST),
        browser.get(NEW),
        browser.post(NEW, {"name": "x"}),
        browser.post(f"{LIST}{made.id}/revoke/"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert list(ApiKey.objects.values_list("revoked_at", flat=True)) == [None]


def test_make_key__gives_no_more_reach_than_its_maker_has() -> None:
    outlet, other = organization.unit(), organization.unit()
    maker = Actor(
        kind=ActorKind.STAFF,
        id="1",
        rights=frozenset({"api.manage_keys", "organization.view_units"}),
        reach=Reach(intervals=((outlet.tree_no, outlet.tree_end),)),
    )

    for unit_id in (None, other.pk, organization.company().pk):
        with pytest.raises(Invalid):
            actions.make_key(actor=maker, name="Feed", rights=[], unit_id=unit_id, now=clock.now())
    actions.make_key(actor=maker, name="Feed", rights=[], unit_id=outlet.pk, now=clock.now())
    assert ApiKey.objects.count() == 1


def test_key_of_the_head_unit__reaches_rows_of_no_unit_too() -> None:
    outlet = organization.unit()
    maker = system_actor("tests")
    whole, part = (
        actions.make_key(actor=maker, name="Feed", rights=[], unit_id=unit.pk, now=clock.now())
        for unit in (organization.company(), outlet)
    )

    reaches = [actions.actor_of_key_id(made.id, now=clock.now()).reach for made in (whole, part)]  # type: ignore[union-attr]

    assert reaches == [Reach(everything=True), Reach(intervals=((outlet.tree_no, outlet.tree_end),))]
