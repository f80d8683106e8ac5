"""No address without a declared door, and every door is shut to those it is not for."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from psycopg import sql

from tests.permission_matrix import OUTSIDE, Address, addresses
from zhike.doors.api.root import api
from zhike.platform.accounts.models import User
from zhike.platform.ui.access import Door
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as make

ADDRESSES = addresses()
METHODS = ("get", "post", "put", "patch", "delete")
# Sign-in sessions, counters of attempts and the record of denials are what a refused request may leave.
TRACES = ("django_session", "zhike_cache", "api_requestcount", "audit_")
POWERLESS = "E-NOBODY"
REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}


def _with(*doors: Door) -> list[Any]:
    chosen = [address for address in ADDRESSES if address.access and address.access.door in doors]
    return [pytest.param(address, id=address.name) for address in chosen]


def _operations() -> list[Any]:
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    found = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            filled = path
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    filled = filled.replace(f"{{{parameter['name']}}}", "1")
            found.append(pytest.param(method, filled, id=f"{method} {path}"))
    return found


OPERATIONS = _operations()


@contextmanager
def nothing_changes() -> Iterator[None]:
    """No row is added, changed or deleted inside, traces apart; what was rolled back is nothing."""
    before, first = _counters(), _next_transaction()
    # Inside a savepoint of its own, so that every row written gets a number from `first` on.
    with transaction.atomic():
        yield
    touched = {table: counts for table, counts in _counters().items() if counts != before.get(table)}
    changed = [
        table
        for table, (_written, deleted) in sorted(touched.items())
        if deleted > before.get(table, (0, 0))[1] or _has_rows_since(table, first)
    ]
    assert changed == []


def _counters() -> dict[str, tuple[int, int]]:
    """Rows written and rows deleted in this transaction by table, rolled back ones among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND NOT relname LIKE ANY (%s)",
            [[f"{trace}%" for trace in TRACES]],
        )
        return {table: (written, deleted) for table, written, deleted in cursor.fetchall()}


def _next_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint %% 4294967296", [])
        return int(cursor.fetchone()[0])


def _has_rows_since(table: str, first: int) -> bool:
    statement = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE xmin::text::bigint >= %s)").format(sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(statement, [first])
        return bool(cursor.fetchone()[0])


def _both(client: Client, address: Address) -> list[HttpResponseBase]:
    """Answers to reading and to writing; at least one of the two is a way in."""
    return [client.get(address.path), client.post(address.path)]


def _leads_to_sign_in(response: HttpResponseBase) -> bool:
    return response.status_code == HTTPStatus.FOUND and response.headers["Location"].startswith(
        reverse("account_login")
    )


@pytest.fixture
def powerless(client: Client) -> Client:
    """Signed in as a member of staff without any role."""
    member = make.staff(number=POWERLESS)
    user = User.objects.create_user("powerless")
    Staff.objects.filter(pk=member.pk).update(user=user)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_every_address__says_who_may_open_it() -> None:
    unlisted = [address.name for address in ADDRESSES if address.access is None]

    assert unlisted == [], "write @public(reason), @signed_in or @requires(RIGHT) above the view"


def test_outside__lists_only_addresses_that_exist() -> None:
    optional = {name for name in OUTSIDE if name.endswith("prometheus-django-metrics")}

    assert sorted(OUTSIDE.keys() - optional - {address.name for address in ADDRESSES}) == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", _with(Door.SIGNED_IN, Door.RIGHT))
def test_anonymous__is_sent_to_sign_in_and_changes_nothing(client: Client, address: Address) -> None:
    with nothing_changes():
        answers = _both(client, address)

    shut = [_leads_to_sign_in(answer) for answer in answers]
    wrong_method = [answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED for answer in answers]
    assert any(shut)
    assert all(closed or refused for closed, refused in zip(shut, wrong_method, strict=True))


@pytest.mark.django_db
@pytest.mark.parametrize("address", _with(Door.RIGHT))
def test_staff_without_the_right__is_refused_and_changes_nothing(powerless: Client, address: Address) -> None:
    with nothing_changes():
        statuses = {answer.status_code for answer in _both(powerless, address)}

    assert HTTPStatus.FORBIDDEN in statuses
    assert statuses <= REFUSED


@pytest.mark.django_db
@pytest.mark.parametrize("address", _with(Door.SIGNED_IN))
def test_staff_without_any_right__meets_no_failure(powerless: Client, address: Address) -> None:
    assert [answer.status_code for answer in _both(powerless, address) if answer.status_code >= 500] == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", _with(Door.PUBLIC))
def test_public_address__meets_no_failure_and_changes_nothing(client: Client, address: Address) -> None:
    with nothing_changes():
        statuses = [answer.status_code for answer in _both(client, address)]

    assert [status for status in statuses if status >= 500] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_api__answers_nobody_without_a_key(client: Client, method: str, path: str) -> None:
    with nothing_changes():
        response = client.generic(method.upper(), path, b"{}", content_type="application/json")

    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response.json()["code"] == "not_signed_in"


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_api__gives_nothing_to_staff_without_any_right(powerless: Client, method: str, path: str) -> None:
    with nothing_changes():
        response = powerless.generic(method.upper(), path, b"{}", content_type="application/json")

    found: Any = response.json()
    rows: list[Any] = (found.get("items") or found.get("results") or []) if isinstance(found, dict) else found
    # People find themselves among their colleagues.
    rows = [row for row in rows if row.get("number") != POWERLESS]
    assert response.status_code in {200, 403, 404, 422}
    assert response.status_code != HTTPStatus.OK or rows == []


@pytest.mark.django_db
def test_nothing_changes__forgives_what_was_rolled_back_and_sees_what_stayed() -> None:
    with nothing_changes(), pytest.raises(ZeroDivisionError):
        _make_and_fail()

    with pytest.raises(AssertionError, match="accounts_user"), nothing_changes():
        User.objects.create_user("stayed")


@transaction.atomic
def _make_and_fail() -> None:
    User.objects.create_user("gone")
    raise ZeroDivisionError
