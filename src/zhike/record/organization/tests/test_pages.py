"""Pages: who may open them, what they cost, and that each form does what it says."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.platform import clock
from zhike.platform.accounts.models import User
from zhike.record.organization import actions, queries
from zhike.record.organization.models import AuthorityLimit, Staff, StaffRole, Unit
from zhike.record.organization.tests import factories as make
from zhike.record.organization.tests.factories import NOW, PAY, SETUP
from zhike.record.organization.types import RoleReach, Side, UnitKind

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def signed_in(client: Client, *roles: str, at: Unit | None = None, reach: RoleReach | None = None) -> Staff:
    member = make.staff(at, roles=roles, reach=reach)
    opened = actions.open_staff_account(
        actor=SETUP, staff_id=member.pk, username=f"user{member.pk}", password="correct horse battery", now=NOW
    )
    client.force_login(User.objects.get(pk=opened.user_id))
    return member


def form_of(outlet: Unit, **changes: Any) -> dict[str, Any]:
    values = {
        "name": outlet.name,
        "code": outlet.code,
        "kind": outlet.kind,
        "side": outlet.side,
        "zone": outlet.zone,
        "phones": "",
    }
    return {**values, **changes}


@pytest.fixture
def outlet() -> Unit:
    found = make.unit(phones=("+862162345678",))
    make.staff(found, name="赵磊", is_courier=True, phones=("+8613812345678",))
    return found


def pages(outlet: Unit, person: Staff) -> dict[str, list[Any]]:
    return {
        "outlets": [],
        "outlet": [outlet.pk],
        "units": [],
        "unit": [outlet.pk],
        "unit_new": [],
        "unit_edit": [outlet.pk],
        "unit_move": [outlet.pk],
        "unit_close": [outlet.pk],
        "people": [],
        "person": [person.pk],
        "person_new": [],
        "person_edit": [person.pk],
        "person_account": [person.pk],
        "person_roles": [person.pk],
        "person_leave": [person.pk],
        "courier": [person.pk],
        "roles": [],
        "role_edit": ["agent"],
        "authority": [],
        "authority_new": [],
        "audit": [],
        "me": [],
    }


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_pages__an_administrator_opens_each_within_the_budget(client: Client, outlet: Unit, language: str) -> None:
    signed_in(client, "admin")
    client.cookies["zhike_language"] = language
    person = make.staff(outlet)
    for name, args in pages(outlet, person).items():
        with CaptureQueriesContext(connection) as found:
            answer = client.get(reverse(f"organization:{name}", args=args))
        assert answer.status_code == 200, name
        # Session, user and the actor's two come with every page.
        assert len(found) <= MOST_QUERIES + 2, (name, len(found))


def test_pages__nobody_signed_in_is_sent_to_sign_in(client: Client, outlet: Unit) -> None:
    for name, args in pages(outlet, make.staff(outlet)).items():
        answer = client.get(reverse(f"organization:{name}", args=args))
        assert answer.status_code == 302, name
        assert answer.headers["Location"].startswith(reverse("account_login")), name


def test_pages__an_agent_reads_outlets_and_people_and_changes_nothing(client: Client, outlet: Unit) -> None:
    signed_in(client, "agent")
    person = make.staff(outlet)
    open_to_agents = {"outlets", "outlet", "units", "unit", "people", "person", "me"}
    for name, args in pages(outlet, person).items():
        answer = client.get(reverse(f"organization:{name}", args=args))
        assert answer.status_code == (200 if name in open_to_agents else 403), name
    refused = client.post(reverse("organization:unit_edit", args=[outlet.pk]), form_of(outlet, name="X"))
    assert refused.status_code == 403
    outlet.refresh_from_db()
    assert outlet.name == "浦东网点"


def test_outlets__the_register_shows_phone_hours_and_gaps(client: Client, outlet: Unit) -> None:
    signed_in(client, "agent")
    bare = make.unit(name="无人代收点", kind=UnitKind.AGENCY_POINT)
    full = client.get(reverse("organization:outlets")).content.decode()
    assert "021 6234 5678" in full
    assert "无人代收点" in full
    gaps = client.get(reverse("organization:outlets"), {"gaps": "1"}).content.decode()
    assert "无人代收点" in gaps
    assert outlet.code not in gaps
    listed = set(queries.incomplete_points(queries.unit_rows(actor=SETUP)).values_list("pk", flat=True))
    assert listed == {gap.unit_id for gap in queries.point_register(actor=SETUP).gaps} == {bare.pk}


def _here(page: str) -> list[str]:
    """What the navigation marks as the current page."""
    menu = re.findall(r'<a[^>]*href="([^"]*)"[^>]*aria-current="page"', page)
    return [url for url in menu if url.startswith(("/goods/outlets/", "/settings/units/"))]


def test_units__have_their_page_under_settings_and_points_theirs_under_goods(client: Client, outlet: Unit) -> None:
    signed_in(client, "admin")
    client.cookies["zhike_language"] = "en"
    office = make.unit(name="结算部", kind=UnitKind.DEPARTMENT)
    tree = client.get(reverse("organization:units")).content.decode()
    for one in (office, outlet):
        page = reverse("organization:unit", args=[one.pk])
        assert f'href="{page}"' in tree
        shown = client.get(page)
        assert str(shown.context["crumbs"][0].label) == "Units"
        assert _here(shown.content.decode()) == [reverse("organization:units")]
        assert ("Couriers" in shown.content.decode()) is (one is outlet)
    under_goods = client.get(reverse("organization:outlet", args=[outlet.pk]))
    assert str(under_goods.context["crumbs"][0].label) == "Outlets"
    assert _here(under_goods.content.decode()) == [reverse("organization:outlets")]
    # An old address of a department leads to where it is now.
    old = client.get(reverse("organization:outlet", args=[office.pk]))
    assert old.headers["Location"] == reverse("organization:unit", args=[office.pk])
    kept = client.post(reverse("organization:unit_edit", args=[office.pk]), form_of(office, name="结算中心"))
    assert kept.headers["Location"] == reverse("organization:unit", args=[office.pk])


def test_units__whoever_answers_for_one_is_named_without_a_link_where_out_of_reach(
    client: Client, outlet: Unit
) -> None:
    head = make.staff(make.unit(name="另一区"), name="周远")
    Unit.objects.filter(pk=outlet.pk).update(head=head)
    there, at = reverse("organization:person", args=[head.pk]), reverse("organization:outlet", args=[outlet.pk])
    signed_in(client, "department", at=outlet, reach=RoleReach.SUBTREE)
    assert client.get(there).status_code in {403, 404}
    page = client.get(at).content.decode()
    assert "周远" in page
    assert there not in page
    signed_in(client, "admin")
    assert there in client.get(at).content.decode()


def test_units__a_region_with_a_courier_names_them(client: Client) -> None:
    signed_in(client, "admin")
    region = make.unit(kind=UnitKind.REGION)
    make.staff(region, name="孙快", is_courier=True, phones=("+8613812345679",))
    assert "孙快" in client.get(reverse("organization:unit", args=[region.pk])).content.decode()


def test_unit_forms__open_edit_move_and_close(client: Client, outlet: Unit) -> None:
    signed_in(client, "admin")
    region = make.unit(kind=UnitKind.REGION)
    values = form_of(outlet, code="new1", name="新网点", parent_id=region.pk, phones="021-6234 5678，13812345678")
    hours = {f"day_{n}": "09:00-12:00、13:30-18:00" for n in range(6)}
    made = client.post(reverse("organization:unit_new"), {**values, **hours, "own_hours": "on"})
    unit = Unit.objects.get(code="NEW1")
    assert made.headers["Location"] == reverse("organization:outlet", args=[unit.pk])
    assert (unit.phones, unit.parent_id) == (["+862162345678", "+8613812345678"], region.pk)
    assert unit.hours == [[[540, 720], [810, 1080]]] * 6 + [[]]
    client.post(reverse("organization:unit_edit", args=[unit.pk]), form_of(unit, name="改名", side=Side.BACK.value))
    client.post(reverse("organization:unit_move", args=[unit.pk]), {"parent_id": make.company().pk})
    unit.refresh_from_db()
    assert (unit.name, unit.side, unit.parent_id, unit.hours) == ("改名", "back", make.company().pk, None)
    client.post(reverse("organization:unit_close", args=[unit.pk]), {"reason": "搬迁"})
    unit.refresh_from_db()
    assert not unit.active


def test_unit_form__a_refused_entry_keeps_what_was_typed(client: Client, outlet: Unit) -> None:
    signed_in(client, "admin")
    address = reverse("organization:unit_edit", args=[outlet.pk])
    values = form_of(outlet, name="改名", phones="12", own_hours="on", day_0="25:00-26:00")
    answer = client.post(address, values)
    assert answer.status_code == 422
    assert "改名" in answer.content.decode()
    answer = client.post(address, {**values, "own_hours": ""})
    assert answer.status_code == 422
    outlet.refresh_from_db()
    assert outlet.name == "浦东网点"


def test_disruption__published_and_ended_from_the_page(client: Client, outlet: Unit) -> None:
    signed_in(client, "supervisor")
    started = clock.local(clock.now() - timedelta(hours=1), outlet.zone)
    publish = reverse("organization:publish_disruption", args=[outlet.pk])
    client.post(publish, {"text": "道路封闭", "starts_at": f"{started:%Y-%m-%dT%H:%M}"})
    page = client.get(reverse("organization:outlet", args=[outlet.pk])).content.decode()
    assert "道路封闭" in page
    (notice,) = queries.disruptions(actor=SETUP, unit_ids=[outlet.pk], now=clock.now())[outlet.pk]
    client.post(reverse("organization:end_disruption", args=[notice.pk]))
    assert queries.outlet_card(actor=SETUP, unit_id=outlet.pk, now=clock.now()).disruptions == ()


def test_people__found_by_name_pinyin_and_number(client: Client, outlet: Unit) -> None:
    signed_in(client, "agent")
    for text in ("赵磊", "zhao", Staff.objects.get(name="赵磊").number):
        found = client.get(reverse("organization:people"), {"q": text}).content.decode()
        assert "赵磊" in found, text
    assert "赵磊" not in client.get(reverse("organization:people"), {"q": "qian"}).content.decode()


def test_person__sign_in_role_and_first_password_shown_once(client: Client, outlet: Unit) -> None:
    signed_in(client, "admin")
    person = make.staff(outlet)
    opened = client.post(
        reverse("organization:person_account", args=[person.pk]), {"username": "zhouhang", "language": "en"}
    )
    user = User.objects.get(username="zhouhang")
    shown = next(p for p in opened.content.decode().split("<code")[1].split("<") if p.startswith(" "))
    assert user.check_password(shown.partition(">")[2])
    assert "<code" not in client.get(reverse("organization:person", args=[person.pk])).content.decode()
    client.post(reverse("organization:person_roles", args=[person.pk]), {"role": "agent", "reach": "own"})
    held = StaffRole.objects.get(staff=person)
    assert (held.role.code, held.reach) == ("agent", "own")
    client.post(reverse("organization:role_take", args=[person.pk, held.pk]))
    held.refresh_from_db()
    assert held.valid_until is not None


@pytest.mark.req("CUST-09", partial="planned visits")
def test_leaving__held_items_are_listed_and_handed_over_before_the_door_closes(client: Client, outlet: Unit) -> None:
    signed_in(client, "admin")
    leaver, heir = make.staff(outlet, name="离任"), make.staff(outlet, name="接任")
    actions.set_head(actor=SETUP, unit_id=outlet.pk, staff_id=leaver.pk, now=NOW)
    page = reverse("organization:person_leave", args=[leaver.pk])
    assert outlet.code in client.get(page).content.decode()
    early = client.post(page, {"reason": "离职"})
    assert early.status_code == 422
    client.post(
        reverse("organization:hand_over", args=[leaver.pk]),
        {"kind": "organization.heads", "to_staff_id": heir.pk, "items": [outlet.pk]},
    )
    client.post(page, {"reason": "离职"})
    leaver.refresh_from_db()
    outlet.refresh_from_db()
    assert (leaver.active, outlet.head_id) == (False, heir.pk)
    assert queries.held_by_inactive(actor=SETUP) == {}


def test_roles__rights_are_edited_and_conflicts_named(client: Client) -> None:
    signed_in(client, "admin")
    role = {"label_hans": "客服", "label_hant": "客服", "label_en": "Agent", "reach": "company", "active": "on"}
    client.post(reverse("organization:role_edit", args=["agent"]), {**role, "rights": ["organization.view_units"]})
    found = next(r for r in queries.roles(actor=SETUP, now=clock.now()) if r.code == "agent")
    assert (list(found.rights), found.labels["en"]) == (["organization.view_units"], "Agent")
    both = ["organization.propose_authority", "organization.approve_authority"]
    refused = client.post(reverse("organization:role_edit", args=["agent"]), {**role, "rights": both})
    assert refused.status_code == 403


def test_authority__proposed_by_one_approved_by_another(client: Client) -> None:
    signed_in(client, "admin")
    values = {
        "role": "claims",
        "action": PAY,
        "max_amount": "500",
        "currency": "cny",
        "period": "day",
        "max_total": "1000",
        "valid_from": "2026-11-01",
        "source": "授权表",
    }
    client.post(reverse("organization:authority_new"), values)
    limit = AuthorityLimit.objects.get()
    decide = reverse("organization:authority_decide", args=[limit.pk])
    assert client.post(decide, {"answer": "approve"}).status_code == 403
    other = Client()
    signed_in(other, "executive")
    other.post(decide, {"answer": "approve"})
    limit.refresh_from_db()
    assert (limit.state, limit.currency) == ("approved", "CNY")


def test_audit_page__filters_by_person_type_and_record(client: Client, outlet: Unit) -> None:
    admin = signed_in(client, "admin")
    client.post(reverse("organization:unit_edit", args=[outlet.pk]), form_of(outlet, name="改名"))
    by_person = client.get(reverse("organization:audit"), {"who": admin.number}).content.decode()
    assert "改名" in by_person
    record = client.get(reverse("organization:audit"), {"kind": "unit", "id": str(outlet.pk)}).content.decode()
    assert "浦东网点" in record
    other = client.get(reverse("organization:audit"), {"type": "organization.roles_seeded"}).content.decode()
    assert "改名" not in other
    assert client.get(reverse("organization:audit"), {"before": "nonsense"}).status_code == 200


def test_me__choices_are_kept_with_the_sign_in_and_the_browser(client: Client) -> None:
    member = signed_in(client, "agent")
    values = {"language": "en", "theme": "dark", "duty": "on_duty"}
    client.get(reverse("organization:me"))
    answer = client.post(reverse("organization:me"), values)
    assert (answer.cookies["zhike_language"].value, answer.cookies["zhike_theme"].value) == ("en", "dark")
    member.refresh_from_db()
    user = User.objects.get(username=f"user{member.pk}")
    assert (user.language, user.theme, user.keyboard_shortcuts, member.duty) == ("en", "dark", False, "on_duty")


def test_leaving__the_next_request_of_the_leaver_is_a_strangers(client: Client) -> None:
    member = signed_in(client, "agent")
    assert client.get(reverse("organization:me")).status_code == 200
    actions.deactivate_staff(actor=SETUP, staff_id=member.pk, reason="离职", now=clock.now())
    assert client.get(reverse("organization:me")).status_code == 302


def test_courier__an_outlet_adds_the_missing_phone_of_its_own_only(client: Client, outlet: Unit) -> None:
    member = signed_in(client, "outlet")
    Staff.objects.filter(pk=member.pk).update(unit=outlet)
    own, strange = make.staff(outlet, is_courier=True), make.staff(make.unit(), is_courier=True)
    values = {"phones": "138 1234 5678", "duty": "on_duty"}
    assert client.post(reverse("organization:courier", args=[own.pk]), values).status_code == 302
    assert client.post(reverse("organization:courier", args=[strange.pk]), values).status_code == 404
    own.refresh_from_db()
    strange.refresh_from_db()
    assert (own.phones, own.duty, strange.phones) == (["+8613812345678"], "on_duty", [])
