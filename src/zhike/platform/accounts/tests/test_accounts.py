"""Sign-ins: opened, renewed, closed; each person keeps their own."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from zhike.platform import clock
from zhike.platform.accounts import actions, queries
from zhike.platform.accounts.models import User
from zhike.platform.accounts.rules import clean_username, initial_password
from zhike.platform.actors import Actor, ActorKind, system_actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db
SETUP = system_actor("tests.setup")
NOW = clock.now()
LONG = "correct horse battery"


def open_one(username: str = "chenjing", **values: str) -> User:
    opened = actions.open_account(actor=SETUP, username=username, name="陈静", now=NOW, **values)
    return User.objects.get(pk=opened.user_id)


def self_of(user: User) -> Actor:
    return Actor(kind=ActorKind.STAFF, id="7", user_id=user.pk)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (" Chen.Jing ", "chen.jing"),
        ("a@b.cn", "a@b.cn"),
        ("ab", None),
        ("陈静", None),
        ("a b c", None),
        ("x" * 61, None),
    ],
)
def test_clean_username__form(text: str, stored: str | None) -> None:
    assert clean_username(text) == stored


def test_initial_password__never_twice_and_easy_to_read() -> None:
    found = {initial_password() for _turn in range(100)}
    assert len(found) == 100
    assert all(len(p) == 19 and not set(p) & set("0o1li") for p in found)


def test_open_account__names_every_wrong_field() -> None:
    open_one(email="chen@example.com")
    with pytest.raises(Invalid) as refused:
        actions.open_account(actor=SETUP, username="CHENJING", name="", email="Chen@example.com", now=NOW)
    assert {name: errors[0].code for name, errors in refused.value.fields.items()} == {
        "username": "taken",
        "email": "taken",
    }


def test_open_account__needs_the_right() -> None:
    with pytest.raises(Forbidden):
        actions.open_account(actor=self_of(open_one()), username="another", name="", now=NOW)
    assert User.objects.count() == 1


def test_renew_password__ends_sessions_and_must_be_changed(client: Client) -> None:
    user = open_one()
    client.force_login(user)
    seal = user.get_session_auth_hash()
    renewed = actions.renew_password(actor=SETUP, user_id=user.pk, now=NOW)
    user.refresh_from_db()
    assert user.must_change_password
    assert user.check_password(renewed.initial_password)
    assert user.get_session_auth_hash() != seal


def test_close_and_reopen__sessions_do_not_come_back() -> None:
    user = open_one()
    seal = user.get_session_auth_hash()
    actions.close_account(actor=SETUP, user_id=user.pk, now=NOW)
    actions.reopen_account(actor=SETUP, user_id=user.pk, now=NOW)
    user.refresh_from_db()
    assert user.is_active
    assert user.get_session_auth_hash() != seal
    actions.end_sessions(actor=SETUP, user_id=user.pk, now=NOW)
    user.refresh_from_db()
    assert user.session_epoch == 2
    types = AuditEntry.objects.filter(subject_kind="user").order_by("id").values_list("type", flat=True)
    assert list(types) == ["accounts.opened", "accounts.closed", "accounts.reopened", "accounts.sessions_ended"]


def test_set_own_password__too_simple_is_refused_and_nobody_elses() -> None:
    user = open_one()
    with pytest.raises(Invalid) as refused:
        actions.set_own_password(actor=self_of(user), user_id=user.pk, password="1234567890", now=NOW)
    assert set(refused.value.fields) == {"password"}
    with pytest.raises(Forbidden):
        actions.set_own_password(actor=self_of(open_one("other")), user_id=user.pk, password=LONG, now=NOW)
    actions.set_own_password(actor=self_of(user), user_id=user.pk, password=LONG, now=NOW)
    user.refresh_from_db()
    assert (user.check_password(LONG), user.must_change_password) == (True, False)


def test_update_profile__logs_what_changed_only() -> None:
    user = open_one()
    changed = actions.update_profile(actor=self_of(user), user_id=user.pk, language="zh-TW", theme="auto", now=NOW)
    assert (changed.language, changed.theme, changed.keyboard_shortcuts) == ("zh-hant", "auto", True)
    entry = AuditEntry.objects.get(type="accounts.profile_changed")
    assert entry.changes == {"before": {"language": "zh-hans"}, "after": {"language": "zh-hant"}}
    with pytest.raises(Invalid):
        actions.update_profile(actor=self_of(user), user_id=user.pk, theme="pink", now=NOW)
    with pytest.raises(Invalid):
        actions.update_profile(actor=self_of(user), user_id=user.pk, language="tlh", now=NOW)


def test_profile__own_or_with_the_right() -> None:
    user, other = open_one(), open_one("other")
    assert queries.profile(actor=self_of(user), user_id=user.pk).username == "chenjing"
    with pytest.raises(Forbidden):
        queries.profile(actor=self_of(user), user_id=other.pk)
    with pytest.raises(NotFound):
        queries.profile(actor=SETUP, user_id=0)


def test_first_password__nothing_else_until_it_is_changed(client: Client) -> None:
    opened = actions.open_account(actor=SETUP, username="chenjing", name="陈静", now=NOW)
    assert client.login(username="chenjing", password=opened.initial_password)
    target = reverse("account_change_password")
    assert client.get("/anything/").headers["Location"] == target
    assert client.get("/anything/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == target
    answer = client.post(target, {"oldpassword": opened.initial_password, "password1": LONG, "password2": LONG})
    assert answer.status_code == 302
    user = User.objects.get(pk=opened.user_id)
    assert (user.check_password(LONG), user.must_change_password) == (True, False)
    assert AuditEntry.objects.filter(type="accounts.password_changed", subject_id=str(user.pk)).count() == 1
    assert client.session.get("_auth_user_id") == str(user.pk)
    assert "Location" not in client.get("/anything/").headers


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("accounts_username_once", {"username": "CHENJING"}),
        ("accounts_email_once", {"email": "Chen@example.com"}),
        ("accounts_username_given", {"username": ""}),
    ],
)
def test_constraint__refuses_its_violation(name: str, changes: dict[str, str]) -> None:
    open_one(email="chen@example.com")
    other = open_one("other")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        User.objects.filter(pk=other.pk).update(**changes)
    assert f'"{name}"' in str(refused.value)
