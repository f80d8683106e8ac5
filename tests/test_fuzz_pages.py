"""Hostile input to every page, list filter and form: the answer is a page of ours, never a fault of the program."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from tests.harness.forms import Form, Forms
from tests.permission_matrix import Address, addresses
from zhike.doors.desk.tests.test_customer import signed_in
from zhike.platform import authz
from zhike.platform.ui.models import Draft, SavedView, TablePreference
from zhike.record.customers.tests import factories as files
from zhike.record.organization.models import Role
from zhike.record.shipments.tests import factories as goods
from zhike.service.cases.tests import factories as cases
from zhike.voice.surveys.tests import factories as survey_forms
from zhike.voice.surveys.tests import voices

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db]
NUL, ENDLESS = "\x00", "9" * 40
HOSTILE = (NUL, ENDLESS, "-1", "９９９９-12-31", "0001-01-01", "1e999", "\u202e\U0001f4a3'\";--<%s>{{1}}" * 9)
# What pages read without a field for it: tables' own state, drafts, views, and where to go afterwards.
COMMON = (
    *("q", "page", "after", "before", "cols", "columns", "density", "sort", "view", "tab", "next", "period", "since"),
    *("until", "split", "month", "region", "outlet_id", "customer_id", "hits", "generation", "rows", "format"),
    *("table", "name", "query", "role", "key", "label", "url", "f.note", "ids", "id", "reason", "version", "undo"),
)
PARTS = 2
"""In which the longest tests are shared out among the processes."""
# Ends the session, or measures the whole server.
LEFT_OUT = {"account_logout", "django_prometheus:prometheus-django-metrics", "prometheus-django-metrics"}


@dataclass(slots=True)
class Attack:
    """One signed-in person who may do everything, and the faults found."""

    client: Client
    known: Mapping[str, object]
    # What one room means by the same name.
    rooms: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    sent: int = 0
    session: str = ""

    def __post_init__(self) -> None:
        self.session = self.client.cookies[settings.SESSION_COOKIE_NAME].value

    def send(self, method: str, path: str, values: Mapping[str, str] | None = None) -> HttpResponseBase | None:
        """Send, roll back whatever it did, and note a fault."""
        self.client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        self.sent += 1
        with _undone():
            try:
                answer: Any = getattr(self.client, method)(path, dict(values or {}))
                content = b"".join(answer) if answer.streaming else answer.content
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
                told = {name: text[:20] for name, text in (values or {}).items()} if len(values or {}) < 3 else "all"
                self.faults.append(f"{method} {path!r} {told}: {type(error).__name__}: {error}"[:300])
                return None
        assert content is not None
        if answer.status_code >= 500 and "/readyz" not in path:
            self.faults.append(f"{method} {path!r}: {answer.status_code}")
        return cast("HttpResponseBase", answer)

    def path(self, address: Address) -> str:
        """The address of a record that is there, where one is."""
        if ":" not in address.name or not address.arguments:
            return address.path
        return reverse(address.name, kwargs={**address.arguments, **self.known_of(address)})

    def known_of(self, address: Address) -> dict[str, object]:
        """What is there under these names; a key that is a number without meaning is another thing's."""
        known = {**self.known, **self.rooms.get(address.name.partition(":")[0], {})}
        return {
            n: known[n]
            for n, sample in address.arguments.items()
            # A number where a word is known is a version, not a record's number.
            if n in known and isinstance(known[n], type(sample)) and not _NO_NAME.search(str(sample))
        }

    def forms(self, path: str) -> list[Form] | None:
        """The forms of a page; None where nothing is to be read."""
        answer = self.send("get", path)
        if answer is not None and answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return None
        if answer is None or not answer.headers.get("Content-Type", "").startswith("text/html"):
            return []
        reader = Forms()
        reader.feed(getattr(answer, "content", b"").decode())
        for form in reader.found:
            form.action = form.action.split("#")[0] or path
        return reader.found


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def attack() -> Attack:
    """An administrator in a company with one customer, contact, enquiry, shipment and case."""
    client, member = signed_in("admin")
    Role.objects.filter(code="admin").update(rights=list(authz.rights()))
    row = files.customer(member)
    person = files.contact(row, files.phone("13812345678"))
    parcel = goods.shipment(customer=row, scope_unit_id=row.scope_unit_id)
    known: dict[str, Any] = {
        "number": row.number,
        "customer_id": row.pk,
        "contact_id": person.pk,
        "enquiry_id": files.enquiry(row).pk,
        "case_id": cases.case(row).pk,
        "shipment_id": parcel.pk,
        "waybill": parcel.waybill,
        "unit_id": member.unit_id,
        "staff_id": member.pk,
        "metric_id": "late",
        "key": "shipments.late_grace",
        "code": "agent",
    }
    form = survey_forms.draft()
    survey = voices.campaign(voices.form())
    rooms = {"surveys": {"code": form.code, "key": form.items[0].key, "number": survey.number}}
    return Attack(client, known, rooms)


_NO_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}")
ADDRESSES = [address for address in addresses() if address.name not in LEFT_OUT]


def test_addresses__no_hostile_part_reaches_a_fault(attack: Attack) -> None:
    parts: Mapping[type, tuple[object, ...]] = {str: (NUL, "9" * 300), int: (2**63, ENDLESS)}
    for address in ADDRESSES:
        for name, sample in address.arguments.items():
            given = {**address.arguments, **attack.known_of(address)}
            for hostile in parts.get(type(sample), ()) if ":" in address.name else ():
                # A part that takes fewer letters than that is not reached by this one.
                with suppress(NoReverseMatch):
                    path = reverse(address.name, kwargs={**given, name: hostile})
                    attack.send("get", path)
                    attack.send("post", path)

    assert attack.faults == []
    assert attack.sent > len(ADDRESSES)


@pytest.mark.parametrize("part", range(PARTS))
def test_filters__no_hostile_value_reaches_a_fault(attack: Attack, part: int) -> None:
    for place, address in list(enumerate(ADDRESSES))[part::PARTS]:
        path = attack.path(address)
        found = attack.forms(path)
        if found is None:
            continue
        names = [*COMMON, *sorted({name for form in found for name in form.fields} - {*COMMON})]
        # Another mixture at each page, so that a filter of many pages meets them all.
        (mixture,) = _rounds(names, 1, start=place)
        attack.send("get", path, mixture)
        attack.send("get", path, dict.fromkeys(names, NUL))

    assert attack.faults == []
    assert attack.sent > len(ADDRESSES[part::PARTS])


@pytest.mark.parametrize("part", range(PARTS))
def test_forms__no_hostile_field_reaches_a_fault(attack: Attack, part: int) -> None:
    forms: dict[tuple[str, frozenset[str]], Form] = {}
    for address in ADDRESSES[part::PARTS]:
        path = attack.path(address)
        forms.setdefault((address.name, frozenset(COMMON)), Form(path, "post", dict.fromkeys(COMMON, "x")))
        for form in attack.forms(path) or ():
            if form.method == "post" and "/logout/" not in form.action:
                forms.setdefault((_view(form.action), frozenset(form.fields)), form)
    for form in forms.values():
        full = {name: text or "x" for name, text in form.fields.items() if name != "csrfmiddlewaretoken"}
        for values in _rounds([*full], 2):
            attack.send("post", form.action, values)
        for name in form.typed:
            attack.send("post", form.action, {**full, name: f"x{NUL}"})

    assert attack.faults == []
    assert attack.sent > len(ADDRESSES[part::PARTS])


def _rounds(names: Sequence[str], most: int, *, start: int = 0) -> Iterator[dict[str, str]]:
    """Hostile values for these names, another one for each in each round."""
    for turn in range(most):
        yield {name: HOSTILE[(place + 3 * turn + start) % len(HOSTILE)] for place, name in enumerate(names)}


def _view(path: str) -> str:
    try:
        return resolve(path.split("?", maxsplit=1)[0]).view_name
    except Resolver404:
        return path


def test_nul__is_not_found_in_an_address_refused_in_a_form_and_no_filter(attack: Attack) -> None:
    client, number = attack.client, attack.known["number"]
    for page in ("", "timeline/", "edit/"):
        assert client.get(f"/customers/%00/{page}").status_code == HTTPStatus.NOT_FOUND
        assert client.get(f"/customers/{number}/{page}").status_code == HTTPStatus.OK
    for path, values in (
        ("/ui/views/", {"table": "x.list", "name": NUL}),
        ("/ui/columns/", {"table": NUL, "columns": "a"}),
        ("/ui/drafts/", {"key": NUL, "label": "l", "url": "/", "f.note": "n"}),
    ):
        refused = client.post(path, values)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert refused.headers["Zhike-Error"] == "invalid"
    assert [SavedView.objects.count(), TablePreference.objects.count(), Draft.objects.count()] == [0, 0, 0]
    for path in ("/figures/?region=%00", "/figures/late/?region=%00", "/figures/late/?outlet_id=%00"):
        assert client.get(path).status_code == HTTPStatus.OK
