"""Imports that programs send with a key of their own."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.asserts import assertContains

from zhike.doors.api import actions
from zhike.doors.api.tests.test_keys import signed_in
from zhike.doors.api.types import KeySummary
from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.platform.bulk.actions import execute_queued
from zhike.platform.bulk.models import ImportRun
from zhike.record.organization.models import Unit
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/imports"
RIGHTS = ("imports.run", "organization.edit_units", "organization.view_units")
MAPPING = """
zone = "Asia/Shanghai"
[sources]
units = "units.csv"
[[steps]]
target = "organization.units"
source = "units"
[steps.fields]
code = "code"
name = "name"
kind = "kind"
parent_code = "parent"
"""
UNITS = b"code,name,kind,parent\nX1,East,outlet,HQ\nX2,West,outlet,HQ\n"


def a_key(*, rights: tuple[str, ...] = RIGHTS, unit_id: int | None = None) -> KeySummary:
    maker = system_actor("tests")
    return actions.make_key(actor=maker, name="Feed", rights=list(rights), unit_id=unit_id, now=clock.now())


def client_of(key: KeySummary, **headers: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {key.shown_once}", **headers})


def upload(client: Client, *, content: bytes = UNITS, start: bool = False, once: str = "") -> Any:  # noqa: ANN401
    files = SimpleUploadedFile("units.csv", content, "text/csv")
    return client.post(
        IMPORTS,
        {"mapping": MAPPING, "files": [files], "start": "true" if start else "false"},
        headers={"Idempotency-Key": once},
    )


@pytest.mark.parametrize("at_once", [True, False])
def test_imports__started_with_a_key_runs_with_the_rights_of_the_key(*, at_once: bool) -> None:
    organization.company()
    client = client_of(a_key())
    run_id = upload(client, start=at_once).json()["id"]
    if not at_once:
        assert client.post(f"{IMPORTS}/{run_id}/start").status_code == 202

    execute_queued(run_id=run_id, now=clock.now())

    found = client.get(f"{IMPORTS}/{run_id}").json()
    assert (found["state"], found["error"], found["read"], found["created"]) == ("done", "", 2, 2)
    assert Unit.objects.filter(code__in=["X1", "X2"]).count() == 2


def test_imports__of_a_key_revoked_meanwhile_do_not_run() -> None:
    organization.company()
    made, watcher = a_key(), a_key(rights=("imports.run",))
    run_id = upload(client_of(made), start=True).json()["id"]
    actions.revoke_key(actor=system_actor("tests"), key_id=made.id, now=clock.now())

    execute_queued(run_id=run_id, now=clock.now())

    assert not Unit.objects.filter(code="X1").exists()
    assert client_of(made).get(f"{IMPORTS}/{run_id}").status_code == 401
    assert client_of(watcher).get(f"{IMPORTS}/{run_id}").status_code == 404


def test_imports__are_listed_by_pages_and_a_cursor_holds_for_its_list() -> None:
    organization.company()
    client = client_of(a_key(rights=(*RIGHTS, "shipments.view")))
    made = [upload(client).json()["id"] for _number in range(3)]

    first = client.get(f"{IMPORTS}?limit=2").json()
    rest = client.get(f"{IMPORTS}?limit=5&cursor={first['next']}").json()

    assert [[run["id"] for run in page["items"]] for page in (first, rest)] == [made[:0:-1], made[:1]]
    assert (rest["next"], first["items"][0]["steps"]) == (None, [])
    refused = client.get(f"/api/v1/shipments?cursor={first['next']}")
    assert (refused.status_code, refused.json()["fields"][0]["code"]) == (422, "bad_cursor")


def test_imports__name_a_damaged_row_and_keep_the_others() -> None:
    organization.company()

    found = upload(client_of(a_key()), content=UNITS.replace(b"West", b"We\x00st")).json()

    (step,) = found["steps"]
    assert (step["read"], step["created"], step["rejected"]) == (2, 1, 1)
    (refusal,) = step["refusals"]
    assert (refusal["line"], refusal["column"], refusal["value"], refusal["code"]) == (3, "name", "West", "damaged")


def test_once__a_file_sent_twice_is_imported_once_whatever_its_borders() -> None:
    organization.company()
    client = client_of(a_key())
    # Larger than what a request may hold in memory.
    rows = [f"L{number},North,outlet,HQ,{'n' * 900_000}" for number in range(10)]
    content = "\n".join(["code,name,kind,parent,note", *rows]).encode()
    assert len(content) > 8_000_000

    first = upload(client, content=content, once="f1")
    again = upload(client, content=content, once="f1")
    other = upload(client, content=UNITS, once="f1")

    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (201, 201, "true")
    assert first.json() == again.json()
    assert (other.status_code, other.json()["fields"][0]["code"]) == (422, "reused")
    assert ImportRun.objects.count() == 1


def test_department__may_import_what_it_may_run() -> None:
    department = organization.actor(roles=("department",))

    assert {"imports.run", "shipments.import"} <= department.rights


JOINED = """
zone = "Asia/Shanghai"
[sources]
units = "units.csv"
names = "names.csv"
[[steps]]
target = "organization.units"
source = "units"
lookups = [{ name = "named", source = "names", on = { id = "code" } }]
[steps.fields]
code = "code"
name = "name"
kind = "kind"
parent_code = "parent"
city = "named.city"
"""


def test_imports__tell_of_a_cut_lookup_to_programs_and_people() -> None:
    organization.company()
    files = [
        SimpleUploadedFile("units.csv", UNITS, "text/csv"),
        SimpleUploadedFile("names.csv", b"id,city\nX1,Shanghai\nX2", "text/csv"),
    ]

    sent = client_of(a_key()).post(IMPORTS, {"mapping": JOINED, "files": files}).json()

    (step,) = sent["steps"]
    assert (step["read"], step["created"], step["rejected"]) == (2, 2, 0)
    (join,) = step["joins"]
    assert (join["file"], join["read"], join["rejected"], join["unmatched"]) == ("names.csv", 2, 1, 1)
    assert join["first_line"] == 3
    assert [(r["line"], r["value"], r["code"]) for r in join["refusals"]] == [(3, "X2", "columns")]
    page = signed_in("admin").get(f"/imports/{sent['id']}/")
    assertContains(page, "1 row, on line 3, has no row in names.csv")
    assertContains(page, "1 row of names.csv was refused")
    assertContains(page, "Line 3: the row has 1 cells where the headings have 2")
