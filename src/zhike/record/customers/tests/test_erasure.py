"""Erasing a person: preview, ground, certificate, the log, and what the redactor may do."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from zhike.platform import audit
from zhike.platform.accounts.models import User
from zhike.platform.actors import Actor, ActorKind, Reach
from zhike.platform.audit.models import AuditEntry
from zhike.platform.bulk import forgetting
from zhike.platform.bulk.actions import Upload, open_run
from zhike.platform.bulk.models import ImportFile
from zhike.platform.db.redacting import as_redactor
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.platform.ops import erasures
from zhike.record.customers import actions, queries
from zhike.record.customers.models import Contact, Erasure, ErasureRequest
from zhike.record.customers.policies import ASK_ERASURE, ERASE
from zhike.record.customers.tests import factories as make
from zhike.record.customers.types import ContactEntry, ErasureBasis, RequestState
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.tests.factories import NOW, SETUP

pytestmark = pytest.mark.django_db
PHONE = "13812345678"
_BOTH = frozenset({ERASE.code, ASK_ERASURE.code})
KEY = UUID("3d5f0c2e-6a39-4a55-8a37-0a4f8d1d7c10")
REASON = "2026-11-20 来函第 17 号"
GIVEN: dict[str, Any] = {"basis": ErasureBasis.CONSENT, "reason": REASON, "now": NOW}


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def person(name: str = "陈静", phone: str = PHONE) -> Contact:
    return make.contact(make.customer(), make.phone(phone), name=name)


def lines_of(row: Contact) -> list[AuditEntry]:
    lines = AuditEntry.objects.filter(subject_kind="customer", subject_id=str(row.customer_id))
    return [one for one in lines.order_by("id") if one.changes["after"].get("contact") == row.pk]


def client_of(*roles: str) -> Client:
    member = organization.staff(roles=roles)
    opened = organization_actions.open_staff_account(
        actor=SETUP, staff_id=member.pk, username=f"user{member.pk}", password="correct horse battery", now=NOW
    )
    client = Client()
    client.force_login(User.objects.get(pk=opened.user_id))
    return client


@pytest.mark.req("CUST-22", partial="retention")
def test_erase__empties_the_log_and_keeps_its_lines() -> None:
    her, another = person(), person("周航", "13912345678")
    for one in (her, another):
        entry = ContactEntry(name=one.name, position="主管")
        actions.update_contact(actor=SETUP, contact_id=one.pk, entry=entry, version=one.version, now=NOW)
    added, changed = lines_of(her)
    assert (added.personal or {})["after"]["name"] == "陈静"
    assert (changed.personal or {})["after"] == {"position": "主管"}
    before = set(AuditEntry.objects.values_list("pk", "changes__after__contact", "subject_id"))

    actions.erase_people(actor=SETUP, contact_ids=[her.pk], key=KEY, **GIVEN)

    assert [(one.personal, one.redacted_at) for one in lines_of(her)] == [(None, NOW), (None, NOW)]
    assert all(one.personal for one in lines_of(another))
    assert before <= set(AuditEntry.objects.values_list("pk", "changes__after__contact", "subject_id"))
    found = queries.erasure(actor=SETUP, key=KEY)
    assert (found.people, found.numbers, found.log_lines, found.basis, found.reason) == (1, 1, 2, "consent", REASON)
    assert {room.name: room.rows for room in found.rooms if room.rows} == {"customers": 2}
    kept = json.dumps(AuditEntry.objects.get(type="customers.people_erased").changes, ensure_ascii=False)
    assert "陈静" not in kept
    assert PHONE not in kept


def test_erase__finds_lines_written_before_a_merge() -> None:
    her = person()
    old, kept = her.customer_id, make.customer(name="华夏")
    actions.merge_customers(actor=SETUP, from_id=old, into_id=kept.pk, reason="", now=NOW)

    actions.erase_people(actor=SETUP, contact_ids=[her.pk], key=KEY, **GIVEN)

    lines = AuditEntry.objects.filter(subject_kind="customer", subject_id=str(old), type="customers.contact_added")
    assert [one.personal for one in lines] == [None]


def test_preview__says_what_goes_and_changes_nothing() -> None:
    her = person()
    before = AuditEntry.objects.count()
    found = queries.erasure_preview(actor=SETUP, contact_ids=[her.pk], phone_numbers=[], now=NOW)
    assert [(one.name, one.phone) for one in found.people] == [("陈静", "138****5678")]
    assert {room.name: room.rows for room in found.rooms if room.rows} == {"customers": 1}
    assert found.log_lines == 1
    assert Contact.objects.get(pk=her.pk).name == "陈静"
    assert AuditEntry.objects.count() == before


def test_preview__looks_once_in_every_room_however_many_are_meant() -> None:
    numbers = ["13812345678", "13912345678", "13712345678", "13612345678", "13512345678"]
    people = [person(f"陈静{at}", number) for at, number in enumerate(numbers)]
    for number in numbers:
        make.enquiry(make.customer(name="华夏"), text=f"请打{number}")
    counts = []
    for meant in (people[:2], people):
        with CaptureQueriesContext(connection) as asked:
            queries.erasure_preview(actor=SETUP, contact_ids=[one.pk for one in meant], phone_numbers=[], now=NOW)
        # Parameters are read again whenever their time has come, whoever asks.
        counts.append(sum("parameters_" not in one["sql"] for one in asked.captured_queries))
    assert counts[0] == counts[1], counts
    assert counts[1] <= 60


def test_erase__twice_with_the_same_key_erases_once() -> None:
    her = person()
    first = actions.erase_people(actor=SETUP, contact_ids=[her.pk], key=KEY, **GIVEN)
    again = actions.erase_people(actor=SETUP, contact_ids=[person("周航", "13912345678").pk], key=KEY, **GIVEN)
    assert first == again == 2
    assert Erasure.objects.count() == 1
    assert Contact.objects.filter(name="周航").count() == 1


def test_erase__is_refused_without_right_reason_person_or_certainty() -> None:
    her = person()
    refused: list[tuple[Actor, dict[str, Any], type[Exception]]] = [
        (organization.actor(roles=("supervisor",)), {"contact_ids": [her.pk], **GIVEN}, Forbidden),
        (SETUP, {"contact_ids": [her.pk], **GIVEN, "reason": " "}, Invalid),
        (SETUP, {**GIVEN}, Invalid),
        (SETUP, {"phone_numbers": ["62345678"], **GIVEN}, Invalid),
        (SETUP, {"contact_ids": [her.pk, 10**9], **GIVEN}, NotFound),
    ]
    for actor, given, error in refused:
        with pytest.raises(error):
            actions.erase_people(actor=actor, **given)
    assert Contact.objects.get(pk=her.pk).name == "陈静"
    assert not Erasure.objects.exists()


def test_replay__writes_the_certificate_again_and_says_when_it_was_made_first(
    var: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    her = person()
    with django_capture_on_commit_callbacks(execute=True):
        actions.erase_people(actor=SETUP, contact_ids=[her.pk], key=KEY, **GIVEN)
    (listed,) = erasures.entries(var / erasures.NAME)
    assert (listed["id"], listed["basis"]) == (str(KEY), "consent")
    other = uuid4()
    erasures.append(var / erasures.NAME, {**listed, "id": str(other), "contacts": [person("周航", "13912345678").pk]})

    assert actions.replay_erasures(actor=SETUP, now=NOW + timedelta(days=1)) == 1

    again = queries.erasure(actor=SETUP, key=other)
    assert (again.first_at, again.at, again.basis) == (NOW, NOW + timedelta(days=1), "consent")
    assert not Contact.objects.exclude(name="").exists()
    assert actions.replay_erasures(actor=SETUP, now=NOW + timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("table", "column", "empty"),
    [
        ("audit_auditentry", "changes", "'{}'"),
        ("audit_auditentry", "reason", "''"),
        ("customers_contact", "name", "''"),
        ("customers_erasure", "reason", "'x'"),
        ("outbox_outboxevent", "payload", "'{}'"),
        ("outbox_outboxevent", "done_at", "now()"),
    ],
)
def test_redactor__reaches_nothing_but_what_was_granted(table: str, column: str, empty: str) -> None:
    person()
    with pytest.raises(DatabaseError, match="permission denied"), as_redactor(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {empty}")  # noqa: S608 - constants above


def test_redactor__empties_and_never_writes_and_the_app_does_neither() -> None:
    person()
    statements = (
        """UPDATE audit_auditentry SET personal = '{"after": {"name": "x"}}' WHERE personal IS NOT NULL""",
        "UPDATE audit_auditentry SET personal = NULL WHERE personal IS NOT NULL",  # without saying when
        """UPDATE outbox_outboxevent SET personal = '{"a": 1}'""",
    )
    for statement in statements:
        with pytest.raises(DatabaseError, match=r"append-only|emptied or stays"), as_redactor():
            connection.cursor().execute(statement)
    for statement in (
        "UPDATE audit_auditentry SET personal = NULL, redacted_at = now()",
        "UPDATE outbox_outboxevent SET personal = NULL",
        "DELETE FROM audit_auditentry",
        "UPDATE customers_erasure SET reason = 'x'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(statement)
    with as_redactor():
        connection.cursor().execute("UPDATE audit_auditentry SET personal = NULL, redacted_at = now()")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("zhike_app",)


def test_redactor__falls_back_to_the_app_when_a_statement_fails() -> None:
    with pytest.raises(DatabaseError), as_redactor():
        connection.cursor().execute("UPDATE customers_contact SET name = ''")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("zhike_app",)
    assert audit.redact([], now=NOW) == 0


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("erasure_key_once", {"number": "ER-2"}),
        ("erasure_number_once", {"key": uuid4()}),
        ("erasure_basis_known", {"key": uuid4(), "number": "ER-2", "basis": "wish"}),
        ("erasure_reason_given", {"key": uuid4(), "number": "ER-2", "reason": ""}),
    ],
)
def test_erasures__hold_their_constraints(constraint: str, wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "key": KEY,
        "number": "ER-1",
        "at": NOW,
        "actor_kind": "system",
        "actor_id": "x",
        "basis": "consent",
        "reason": "x",
    }
    Erasure.objects.create(**good)
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Erasure.objects.create(**{**good, **wrong})


def test_pages__find_preview_erase_and_certify() -> None:
    client, her = client_of("admin"), person()
    url = "/customers/erasures/new/"
    found = client.post(url, {"step": "find", "text": PHONE}).content.decode()
    assert "陈静" in found
    assert f'value="{her.pk}"' in found
    shown = client.post(url, {"step": "preview", "contacts": her.pk})
    assert "zk-erase-sure" in shown.content.decode()
    nobody = client.post(url, {"step": "preview"})
    assert nobody.status_code == 422
    given = {"step": "erase", "contacts": her.pk, "basis": "consent", "reason": "", "key": str(KEY)}
    assert client.post(url, given).status_code == 422
    assert Contact.objects.get(pk=her.pk).name == "陈静"

    answer = client.post(url, {**given, "reason": REASON})

    number = Erasure.objects.get().number
    assert answer["Location"] == f"/customers/erasures/{number}/"
    certificate = client.get(answer["Location"]).content.decode()
    assert REASON in certificate
    assert "陈静" not in certificate
    assert number in client.get("/customers/erasures/").content.decode()
    for role, status in (("auditor", 200), ("agent", 403)):
        assert client_of(role).get("/customers/erasures/").status_code == status
    assert client_of("auditor").get(url).status_code == 403


def test_api__previews_erases_once_and_lists() -> None:
    client, her = client_of("admin"), person()

    def send(path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        return client.post(f"/api/v1/erasures{path}", json.dumps(body), content_type="application/json")

    preview = send("/preview", {"contact_ids": [her.pk], "phone_numbers": [f"+86{PHONE}"]}).json()
    assert (preview["people"], preview["numbers"]) == (1, ["138****5678"])
    body = {"key": str(KEY), "contact_ids": [her.pk], "basis": "consent", "reason": REASON}
    first, again = send("", body), send("", body)
    assert (first.status_code, again.status_code, first.json()["number"]) == (201, 201, again.json()["number"])
    assert [one["key"] for one in client.get("/api/v1/erasures").json()["items"]] == [str(KEY)]
    assert client.get(f"/api/v1/erasures/{KEY}").json()["people"] == 1
    assert client.get(f"/api/v1/erasures/{uuid4()}").status_code == 404
    assert send("", {**body, "key": str(uuid4()), "basis": "wish"}).status_code == 422


def test_program__asks_and_a_person_grants_or_refuses() -> None:
    program = Actor(kind=ActorKind.API_KEY, id="7", rights=_BOTH, reach=Reach(everything=True))
    her = person()
    with pytest.raises(Forbidden, match="requests"):
        actions.erase_people(actor=program, contact_ids=[her.pk], **GIVEN)
    ask: dict[str, Any] = {"contact_ids": [her.pk], "phone_numbers": [PHONE], "reason": REASON, "now": NOW}
    assert actions.ask_erasure(actor=program, key=KEY, **ask)
    assert not actions.ask_erasure(actor=program, key=KEY, **ask)
    waiting = queries.erasure_request(actor=program, key=KEY)
    assert (waiting.state, waiting.due_at) == (RequestState.OPEN, NOW + timedelta(days=15))
    other = Actor(kind=ActorKind.API_KEY, id="8", rights=frozenset({ASK_ERASURE.code}))
    with pytest.raises(NotFound):
        queries.erasure_request(actor=other, key=KEY)
    with pytest.raises(Forbidden):
        actions.grant_erasure(actor=program, key=KEY, texts=[], **GIVEN)

    actions.grant_erasure(actor=SETUP, key=KEY, texts=[], **GIVEN)

    done = queries.erasure_request(actor=SETUP, key=KEY)
    assert (done.state, done.contact_ids, done.phone_numbers) == (RequestState.DONE, [], [])
    assert queries.erasure(actor=SETUP, key=KEY).number == done.erasure
    with pytest.raises(Conflict):
        actions.refuse_erasure(actor=SETUP, key=KEY, answer="x", now=NOW)
    refused = uuid4()
    actions.ask_erasure(actor=program, key=refused, phone_numbers=["13912345678"], reason=REASON, now=NOW)
    with pytest.raises(Invalid):
        actions.refuse_erasure(actor=SETUP, key=refused, answer=" ", now=NOW)
    actions.refuse_erasure(actor=SETUP, key=refused, answer="运单须保存一年", now=NOW)
    told = queries.erasure_request(actor=program, key=refused)
    assert (told.state, told.answer) == (RequestState.REFUSED, "运单须保存一年")
    kept = json.dumps(list(AuditEntry.objects.values_list("changes", "personal")), ensure_ascii=False)
    assert "13912345678" not in kept


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("erasure_request_once", {"key": KEY}),
        ("erasure_request_state_known", {"state": "lost", "decided_at": NOW}),
        ("erasure_request_decided_names_nobody", {"state": "refused", "decided_at": NOW, "contact_ids": [1]}),
        ("erasure_request_done_has_erasure", {"state": "done", "decided_at": NOW}),
    ],
)
def test_requests__hold_their_constraints(constraint: str, wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {"asked_at": NOW, "due_at": NOW, "actor_kind": "api_key", "actor_id": "7", "reason": "x"}
    ErasureRequest.objects.create(**good, key=KEY)
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        ErasureRequest.objects.create(**{**good, "key": uuid4(), **wrong})


def test_pages__show_a_request_grant_it_refuse_it_and_say_how_long_things_are_kept() -> None:
    client, her = client_of("admin"), person()
    keys = [uuid4(), uuid4()]
    for key in keys:
        actions.ask_erasure(actor=SETUP, key=key, contact_ids=[her.pk], reason=REASON, now=NOW)
    assert str(keys[0]) in client.get("/customers/erasures/requests/").content.decode()
    url = f"/customers/erasures/requests/{keys[0]}/"
    assert REASON in client.get(url).content.decode()
    assert client.post(url, {"step": "refuse", "answer": ""}).status_code == 422
    assert client.post(url, {"step": "refuse", "answer": "仍有未结赔案"}).status_code == 302
    assert "仍有未结赔案" in client.get(url).content.decode()
    shown = client.post("/customers/erasures/new/", {"step": "preview", "request": str(keys[1])}).content.decode()
    assert "陈静" in shown
    assert REASON in shown
    given = {"step": "erase", "request": str(keys[1]), "basis": "consent", "reason": REASON, "key": str(uuid4())}
    assert client.post("/customers/erasures/new/", given).status_code == 302
    assert Contact.objects.get(pk=her.pk).erased_at is not None
    assert Erasure.objects.get().key == keys[1]
    assert client.get("/customers/erasures/keeping/").status_code == 200
    assert client_of("auditor").get("/customers/erasures/requests/").status_code == 200
    assert client_of("agent").get("/customers/erasures/keeping/").status_code == 403


def test_api__takes_a_request_and_tells_what_became_of_it() -> None:
    client, her = client_of("admin"), person()
    body = {"key": str(KEY), "contact_ids": [her.pk], "mail_addresses": ["lin@home.example"], "reason": REASON}
    sent = client.post("/api/v1/erasures/requests", json.dumps(body), content_type="application/json")
    assert (sent.status_code, sent.json()["state"]) == (201, "open")
    assert client.get(f"/api/v1/erasures/requests/{KEY}").json()["key"] == str(KEY)
    wrong = {**body, "key": str(uuid4()), "mail_addresses": ["lin"]}
    answer = client.post("/api/v1/erasures/requests", json.dumps(wrong), content_type="application/json")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("订单20261129 13812345678，请回电", "订单20261129 █，请回电"),
        ("13812345678 20261129", "█ 20261129"),
        ("单号2026-13812345678-01", "单号2026-█-01"),
        ("电话13812345678谢谢", "电话█谢谢"),
        ("+86 138 1234-5678。", "█。"),
        ("单号138123456789", None),
        ("单号9913812345678", None),
        ("请联系li@example.com谢谢", "请联系█谢谢"),
        ("O'Brien@Example.com!", "█!"),
        ("致李@例子.中国。", "致█。"),
        ("wangli@example.com.cn", None),
        ("li@example.com.cn", None),
        ("my-li@example.com", None),
    ],
)
def test_erase__finds_a_number_and_an_address_whole_whatever_stands_beside_it(text: str, blanked: str | None) -> None:
    asked = make.enquiry(make.customer(), text=text)
    mails = ["li@example.com", "o'brien@example.com", "李@例子.中国"]
    given: dict[str, Any] = {"phone_numbers": [PHONE], "mail_addresses": mails}

    found = queries.erasure_preview(actor=SETUP, contact_ids=[], now=NOW, **given)
    assert len(found.certain) == (blanked is not None)
    actions.erase_people(actor=SETUP, **given, **GIVEN)

    asked.refresh_from_db()
    assert asked.text == (text if blanked is None else blanked)


def test_preview__shows_certain_texts_first_and_says_that_there_are_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhike.record.customers.queries.mentions.MOST_TEXTS", 3)
    her, of_other = person("陈静怡"), make.customer(name="华夏")
    certain = make.enquiry(of_other, text=f"请打 {PHONE}")
    for _each in range(3):
        make.enquiry(of_other, text="找陈静怡")
    asked: dict[str, Any] = {"actor": SETUP, "contact_ids": [her.pk], "phone_numbers": [], "now": NOW}
    assert not queries.erasure_preview(**asked).more_mentions
    make.enquiry(of_other, text="再找陈静怡")

    found = queries.erasure_preview(**asked)

    assert (found.mentions[0].id, found.more_mentions, len(found.doubtful)) == (certain.pk, True, 3)
    client = client_of("admin")
    body = json.dumps({"contact_ids": [her.pk]})
    told = client.post("/api/v1/erasures/preview", body, content_type="application/json").json()
    assert (told["texts"], told["to_decide"], told["more_texts"]) == (1, 3, True)
    shown = client.get(f"/customers/erasures/new/?contact={her.pk}").content.decode()
    assert shown.index(PHONE) < shown.index("找陈静怡")
    assert "4" in shown[shown.index('<p role="status">') :][:200]


def test_erase__reads_stored_files_before_it_locks_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    her, log = person(), list[str]()
    content = f"姓名,电话\n陈静,{PHONE}\n".encode()
    open_run(
        actor=SETUP, mapping=None, uploads=[Upload(source="a", name="a.csv", content=content)], source="x", now=NOW
    )
    read = forgetting._names

    def reading(*args: Any) -> bool:
        log.append("read")
        return read(*args)

    def watching(execute: Callable[..., object], sql: str, *rest: object) -> object:
        if "customers_contact" in sql and "FOR NO KEY UPDATE" in sql:
            log.append("locked")
        return execute(sql, *rest)

    monkeypatch.setattr(forgetting, "_names", reading)
    with connection.execute_wrapper(watching):
        queries.erasure_preview(actor=SETUP, contact_ids=[her.pk], phone_numbers=[], now=NOW)
        assert log == ["read"]
        log.clear()
        actions.erase_people(actor=SETUP, contact_ids=[her.pk], **GIVEN)
    assert log == ["read", "locked"]
    assert ImportFile.objects.get().name == "–"


def test_program__that_names_nobody_within_reach_or_no_text_is_told_so() -> None:
    client = client_of("admin")
    her = person()
    base: dict[str, Any] = {"key": str(KEY), "reason": REASON, "contact_ids": [her.pk]}
    for wrong, status in (
        ({"contact_ids": [her.pk, her.pk + 10**6]}, 404),
        ({"contact_ids": [2**63]}, 422),
        ({"key": "1" * 400}, 422),
        ({"key": "\x00"}, 422),
        ({"reason": "a\x00b"}, 422),
        ({"reason": "x" * 501}, 422),
        ({"mail_addresses": ["li\x00@x.com"]}, 422),
        ({"phone_numbers": ["138\x00"]}, 422),
    ):
        for url in ("/api/v1/erasures/requests", "/api/v1/erasures"):
            body = json.dumps({**base, "basis": "consent", **wrong})
            answer = client.post(url, body, content_type="application/json")
            assert answer.status_code == status, (url, wrong, answer.content)
    assert client.get("/api/v1/erasures/requests/%00").status_code in {404, 422}
    assert not ErasureRequest.objects.exists()
    # The key of somebody else's request opens nothing, and is no second request.
    assert (
        client.post("/api/v1/erasures/requests", json.dumps(base), content_type="application/json").status_code == 201
    )
    other = Actor(kind=ActorKind.API_KEY, id="8", rights=frozenset({ASK_ERASURE.code}))
    with pytest.raises(NotFound):
        actions.ask_erasure(actor=other, key=uuid4(), contact_ids=[her.pk + 10**6], reason=REASON, now=NOW)
