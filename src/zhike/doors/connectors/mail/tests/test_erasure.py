"""Erasing somebody whom only an e-mail address or a number names: mails, the web, imports, words about others."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from zhike.doors.connectors.mail import queries as mails
from zhike.doors.connectors.mail.models import IncomingMail
from zhike.doors.connectors.mail.rules.reading import read_mail
from zhike.doors.connectors.mail.tests.factories import filed, letter, mailbox
from zhike.doors.connectors.mail.tests.test_pages import known
from zhike.doors.connectors.mail.types import AUTOMATIC_NOTE, BOUNCED_NOTE
from zhike.platform import clock, parameters
from zhike.platform.actors import Actor, ActorKind, public_actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.bulk.actions import Upload, open_run
from zhike.platform.bulk.models import ImportFile, ImportReject, ImportRun, ImportStep
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.db.redacting import as_redactor
from zhike.platform.errors import Forbidden, Invalid
from zhike.platform.files.models import StoredFile
from zhike.platform.ops import erasures
from zhike.platform.parameters.actions import approve_proposal
from zhike.platform.parameters.models import ParameterProposal
from zhike.record.customers import actions, queries
from zhike.record.customers.models import Customer, Erasure
from zhike.record.customers.tests.factories import contact, customer, enquiry, phone
from zhike.record.customers.types import Channel, ErasureBasis, expiring
from zhike.record.interactions import actions as interactions
from zhike.record.interactions.models import Interaction, Letter
from zhike.record.interactions.types import ContactLog, Direction, SystemNote
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.tests.factories import SETUP
from zhike.service.cases.actions import take_web_matter
from zhike.service.cases.models import Case, WebAuthor
from zhike.service.cases.policies import ASK_OUTSIDE
from zhike.service.cases.tests.factories import case
from zhike.service.cases.types import CaseKind
from zhike.service.cases.types.web import AnswerBy, WebEntry

pytestmark = pytest.mark.django_db
LIN = "lin@home.example"
CHEN = "chen@huaxia.example"
PHONE = "13912345678"
ASKING = Actor(kind=ActorKind.PUBLIC, id="web", rights=frozenset({ASK_OUTSIDE.code}))


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    default_calendar()
    organization.actor(roles=("agent",))
    return tmp_path


def given(**changes: Any) -> dict[str, Any]:
    return {"basis": ErasureBasis.CONSENT, "reason": "来函第 17 号", "now": clock.now(), **changes}


def on_the_web(**changes: Any) -> WebAuthor:
    values: dict[str, Any] = {
        "kind": CaseKind.COMPLAINT,
        "category": "damaged",
        "text": "外箱压坏",
        "name": "林晓",
        "answer_by": AnswerBy.EMAIL,
        "email": LIN,
        "once": uuid4().hex,
        **changes,
    }
    taken = take_web_matter(actor=ASKING, entry=WebEntry(**values), now=clock.now())
    return WebAuthor.objects.get(ref=taken.ref)


def note(of: Customer, body: str) -> Interaction:
    log = ContactLog(channel=Channel.CALL, direction=Direction.IN, body=body)
    return Interaction.objects.get(
        pk=interactions.log_contact(actor=SETUP, customer_id=of.pk, log=log, now=clock.now())
    )


def keep_for(days: int) -> None:
    """Set the time of keeping of mails, as two people do."""
    who, other = (organization.actor(roles=("admin",)) for _each in range(2))
    now = clock.now() - timedelta(hours=1)
    parameters.set_parameter(actor=who, key="mail.keep", value=timedelta(days=days), reason="r", source="s", now=now)
    approve_proposal(actor=other, proposal_id=ParameterProposal.objects.latest("pk").pk, now=now)


def refused(value: str, line: int = 2) -> ImportReject:
    run = ImportRun.objects.create(
        state="done",
        mode="backfill",
        actor_kind="system",
        actor_id="x",
        source="x",
        made_at=clock.now(),
        finished_at=clock.now(),
        read=1,
        rejected=1,
    )
    step = ImportStep.objects.create(
        run=run,
        position=0,
        target="customers.people",
        source="a",
        read=1,
        created=0,
        updated=0,
        duplicate=0,
        rejected=1,
    )
    ImportReject.objects.create(step=step, line=line, field="name", column="姓名", value="林晓", code="x")
    return ImportReject.objects.create(step=step, line=line, field="phone", column="电话", value=value, code="x")


@pytest.mark.req("CUST-22", partial="retention")
def test_erase__by_mail_address_reaches_mails_that_never_became_an_entry_and_reports_about_them() -> None:
    box = mailbox()
    hers = filed(letter(sender=LIN, subject="我的包裹"), box=box, uid=1)
    other = filed(letter(sender="zhou@other.example", number=2), box=box, uid=2)
    assert hers.interaction_id is None
    found = queries.erasure_preview(
        actor=SETUP, contact_ids=[], phone_numbers=[], mail_addresses=[LIN.upper()], now=clock.now()
    )
    assert {room.name: room.rows for room in found.rooms if room.rows} == {"mail": 1}

    actions.erase_people(actor=SETUP, mail_addresses=[LIN.upper()], **given())

    hers.refresh_from_db()
    other.refresh_from_db()
    assert (hers.sender, hers.sender_name, hers.subject, hers.state) == ("", "", "", "dropped")
    assert StoredFile.objects.get(pk=hers.raw_file_id).erased_at is not None
    assert (other.sender, StoredFile.objects.get(pk=other.raw_file_id).erased_at) == ("zhou@other.example", None)
    assert IncomingMail.objects.count() == 2


@pytest.mark.req("CUST-22", partial="retention")
def test_erase__by_mail_address_reaches_who_wrote_on_the_web_with_nothing_else() -> None:
    hers, other = on_the_web(), on_the_web(email="zhou@other.example", name="周航")
    before = set(Case.objects.values_list("pk", "number", "opened_at", "state"))

    actions.erase_people(actor=SETUP, mail_addresses=[LIN], **given())

    hers.refresh_from_db()
    other.refresh_from_db()
    assert (hers.name, hers.email, other.name) == ("", "", "周航")
    assert Case.objects.get(pk=hers.case_id).text == ""
    assert Case.objects.get(pk=other.case_id).text != ""
    assert set(Case.objects.values_list("pk", "number", "opened_at", "state")) == before
    told = json.dumps(list(AuditEntry.objects.values_list("changes", "personal", "reason")), ensure_ascii=False)
    assert LIN not in told


def test_erase__reaches_refused_rows_and_files_of_imports() -> None:
    hers, other = refused(f"+86 {PHONE[:3]} {PHONE[3:7]}-{PHONE[7:]}x"), refused("13712345678", line=3)
    for name, text in (("a.csv", f"姓名,电话\n林晓,{PHONE}\n"), ("b.csv", "姓名,电话\n周航,13712345678\n")):
        upload = Upload(source="a", name=name, content=io.BytesIO(text.encode()))
        open_run(actor=SETUP, mapping=None, uploads=[upload], source="x", now=clock.now())

    actions.erase_people(actor=SETUP, phone_numbers=[PHONE], **given())

    hers.refresh_from_db()
    other.refresh_from_db()
    assert other.value == "13712345678"
    assert list(ImportReject.objects.filter(step=hers.step).values_list("value", flat=True)) == ["", ""]
    assert list(ImportFile.objects.order_by("pk").values_list("name", flat=True)) == ["–", "b.csv"]
    assert [one.erased_at is None for one in StoredFile.objects.order_by("pk")] == [False, True]
    stopped = ImportRun.objects.get(pk=ImportFile.objects.get(name="–").run_id)
    assert stopped.state == "failed"
    assert stopped.error


def test_erase__blanks_number_and_name_in_words_about_others_and_leaves_the_rest() -> None:
    her = contact(customer(), phone(PHONE), name="林晓燕")
    of_other = customer(name="华夏")
    note(of_other, "请转告林晓燕 139 1234 5678 明天来取")
    asked = enquiry(of_other, text=f"收货人电话{PHONE}，到付")
    matter = case(of_other, text="林晓燕说货物破损")

    found = queries.erasure_preview(actor=SETUP, contact_ids=[her.pk], phone_numbers=[], now=clock.now())
    assert {(one.kind, one.ground.value) for one in found.mentions} == {
        ("interactions", "number"),
        ("enquiries", "number"),
        ("cases", "name"),
        # What opened the case stands on the timeline too.
        ("interactions", "name"),
    }
    actions.erase_people(actor=SETUP, contact_ids=[her.pk], **given())

    said = Interaction.objects.get(customer=of_other, channel="call")
    assert (said.body, said.redacted_at) == ("请转告█ █ 明天来取", None)
    asked.refresh_from_db()
    assert asked.text == "收货人电话█，到付"
    matter.refresh_from_db()
    assert matter.text == "林晓燕说货物破损"


def test_erase__blanks_a_name_alone_only_where_somebody_has_decided_so() -> None:
    her = contact(customer(), name="林晓燕")
    matter, namesake = (case(customer(), text=text) for text in ("林晓燕说货物破损", "找林晓燕（另一位）"))
    found = queries.erasure_preview(actor=SETUP, contact_ids=[her.pk], phone_numbers=[], now=clock.now())
    refs = {one.id: one.ref for one in found.doubtful if one.kind == "cases"}
    assert set(refs) == {matter.pk, namesake.pk}
    with pytest.raises(Invalid, match="texts"):
        actions.erase_people(actor=SETUP, contact_ids=[her.pk], texts=["cases:1:ab:text=0-9"], **given())

    actions.erase_people(actor=SETUP, contact_ids=[her.pk], texts=[refs[matter.pk]], **given())

    assert list(Case.objects.order_by("pk").values_list("text", flat=True)) == ["█说货物破损", "找林晓燕（另一位）"]


def test_replay__covers_mails_the_web_imports_and_words_about_others(
    var: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    her = contact(customer(), phone(PHONE), name="林晓燕")
    matter = case(customer(), text="林晓燕说货物破损")
    found = queries.erasure_preview(actor=SETUP, contact_ids=[her.pk], phone_numbers=[], now=clock.now())
    mark = transaction.savepoint()
    with django_capture_on_commit_callbacks(execute=True):
        actions.erase_people(
            actor=SETUP,
            contact_ids=[her.pk],
            mail_addresses=[LIN],
            texts=[one.ref for one in found.doubtful if one.kind == "cases"],
            **given(),
        )
    # The database goes back to what it was; the list beside it does not.
    transaction.savepoint_rollback(mark)
    assert not Erasure.objects.exists()
    assert LIN not in (var / erasures.NAME).read_text("utf-8")
    assert "林" not in (var / erasures.NAME).read_text("utf-8")
    mail, author = filed(letter(sender=LIN)), on_the_web()
    row = refused(PHONE)

    assert actions.replay_erasures(actor=SETUP, now=clock.now()) == 1

    for one in (mail, author, row, matter):
        one.refresh_from_db()
    assert (mail.sender, author.email, row.value, matter.text) == ("", "", "", "█说货物破损")


def test_guard__lets_the_redactor_blank_and_never_reword() -> None:
    row = note(customer(), "找林晓 100%_ 明天")
    for text in ("找周航 100%_ 明天", "█后天", "找█ 100%x 明天"):
        with pytest.raises(DatabaseError, match="append-only"), as_redactor(), connection.cursor() as cursor:
            cursor.execute("UPDATE interactions_interaction SET body = %s WHERE id = %s", [text, row.pk])
    with as_redactor(), connection.cursor() as cursor:
        cursor.execute("UPDATE interactions_interaction SET body = '找█ 100%%_ 明天' WHERE id = %s", [row.pk])
    row.refresh_from_db()
    assert row.body == "找█ 100%_ 明天"


@pytest.mark.req("CUST-22")
def test_retention__is_off_until_switched_on_then_empties_what_ended_and_certifies_it() -> None:
    now = clock.now()
    box = mailbox()
    old = filed(letter(sender="noreply@list.example"), box=box, now=now - timedelta(days=40))
    IncomingMail.objects.filter(pk=old.pk).update(state="dropped")
    young = filed(letter(sender=LIN, number=2), box=box, uid=2, now=now)
    IncomingMail.objects.filter(pk=young.pk).update(state="dropped")
    assert actions.erase_expired(actor=SETUP, now=now) == 0
    assert not Erasure.objects.exists()
    assert {one.keep.default for one in expiring()} == {timedelta(0)}
    admin = organization.actor(roles=("admin",))
    assert {one.days for one in queries.expiring_soon(actor=admin, now=now)} == {0}

    keep_for(30)

    assert [one.rows for one in queries.expiring_soon(actor=admin, now=now) if one.days] == [1]
    assert actions.erase_expired(actor=SETUP, now=now) == 1
    assert actions.erase_expired(actor=SETUP, now=now) == 0
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.sender, young.sender) == ("", LIN)
    made = Erasure.objects.get()
    assert (made.basis, made.retention, made.rows, made.people) == (
        "period",
        {"mail.settled": 30},
        {"mail.settled": 1},
        0,
    )


def test_public__cannot_ask_for_an_erasure() -> None:
    with pytest.raises(Forbidden):
        actions.ask_erasure(actor=public_actor("x"), key=uuid4(), mail_addresses=[LIN], reason="x", now=clock.now())


def bounce(to: str, number: int = 9) -> bytes:
    return (
        "From: mailer-daemon@server.example\r\nReturn-Path: <>\r\nSubject: Undelivered\r\n"
        f"Message-ID: <{number}@server.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; server.example\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: failed\r\n\r\n--b--\r\n"
    ).encode()


def test_erase__leaves_mails_of_others_whose_address_only_holds_theirs() -> None:
    box = mailbox()
    others = [
        filed(letter(sender="wangli@x.com.cn", subject="转 wangli@x.com.cn"), box=box, uid=1),
        filed(letter(sender="zhou@other.example", subject="给 li@x.com.cn", number=2), box=box, uid=2),
        filed(bounce("wangli@x.com"), box=box, uid=3),
    ]
    hers = [filed(letter(sender="li@x.com", number=4), box=box, uid=4), filed(bounce("li@x.com", 10), box=box, uid=5)]
    before = [(one.sender, one.subject) for one in others]

    actions.erase_people(actor=SETUP, mail_addresses=["li@x.com"], **given())

    for one in (*others, *hers):
        one.refresh_from_db()
    assert [(one.sender, one.subject) for one in others] == before
    assert [one.raw_file.erased_at is None for one in (*others, *hers)] == [True, True, True, False, False]
    assert [one.sender for one in hers] == ["", ""]


def test_erase__blanks_only_their_words_in_a_waiting_mail_of_somebody_else_and_in_how_it_came() -> None:
    raw = letter(f"请转告李四 {PHONE}，货在门口", sender="周航 <zhou@other.example>", subject=f"致{LIN}的货")
    row = filed(raw)
    assert row.interaction_id is None
    before = row.raw_file_id

    actions.erase_people(actor=SETUP, mail_addresses=[LIN], phone_numbers=[PHONE], **given())

    row.refresh_from_db()
    assert (row.sender, row.sender_name, row.subject, row.state) == ("zhou@other.example", "周航", "致█的货", "waiting")
    assert StoredFile.objects.get(pk=before).erased_at is not None
    kept = mails.raw_of(actor=SETUP, row=IncomingMail.objects.select_related("raw_file").get(pk=row.pk))
    read = read_mail(kept, own=())
    assert (read.sender, read.subject) == ("zhou@other.example", "致█的货")
    assert read.text == "请转告李四 █，货在门口"
    assert (read.message_id, read.kind) == ("<1@huaxia.example>", "person")


def test_erase__blanks_recipients_and_subject_of_a_taken_mail_and_destroys_how_it_came() -> None:
    known(CHEN)
    raw = letter(f"收件人电话 {PHONE}", sender=CHEN, subject=f"致{LIN}的货")
    row = filed(raw.replace(b"\r\nSubject", f", {LIN}\r\nSubject".encode(), 1))
    assert row.interaction_id is not None
    assert LIN in Letter.objects.get(pk=row.interaction_id).recipients

    actions.erase_people(actor=SETUP, mail_addresses=[LIN], phone_numbers=[PHONE], **given())

    row.refresh_from_db()
    entry, written = Interaction.objects.get(pk=row.interaction_id), Letter.objects.get(pk=row.interaction_id)
    assert (row.subject, row.sender, row.state) == ("致█的货", CHEN, "taken")
    assert (entry.subject, entry.body) == ("致█的货", "收件人电话 █")
    assert (written.recipients, written.sender) == (["service@zhike.example", "█"], CHEN)
    assert StoredFile.objects.get(pk=row.raw_file_id).erased_at is not None


def test_erase__blanks_what_notes_of_the_system_fill_in() -> None:
    of_other = customer(name="华夏")
    notes = [
        SystemNote(message=AUTOMATIC_NOTE, params={"sender": LIN, "subject": "外出"}),
        SystemNote(message=BOUNCED_NOTE, params={"address": LIN, "text": f"5.1.1 no {LIN}"}),
        SystemNote(message=BOUNCED_NOTE, params={"address": f"x{LIN}", "text": "5.1.1"}),
    ]
    interactions.add_system_entries(
        actor=SETUP, notes=[(of_other.pk, one) for one in notes], occurred_at=clock.now(), now=clock.now()
    )

    actions.erase_people(actor=SETUP, mail_addresses=[LIN], **given())

    assert list(Interaction.objects.filter(customer=of_other).order_by("pk").values_list("params", flat=True)) == [
        {"sender": "█", "subject": "外出"},
        {"address": "█", "text": "5.1.1 no █"},
        {"address": f"x{LIN}", "text": "5.1.1"},
    ]


def test_guard__lets_the_redactor_blank_what_is_filled_in_and_never_reword() -> None:
    note = SystemNote(message=AUTOMATIC_NOTE, params={"sender": LIN, "subject": "外出"})
    interactions.add_system_entries(
        actor=SETUP, notes=[(customer().pk, note)], occurred_at=clock.now(), now=clock.now()
    )
    row = Interaction.objects.get(message=AUTOMATIC_NOTE)
    for params in ({"sender": "█", "subject": "在家"}, {"sender": "█"}, {"sender": "█", "subject": ["外出"]}):
        with pytest.raises(DatabaseError, match="append-only"), as_redactor():
            Interaction.objects.filter(pk=row.pk).update(params=params)
    blank = {"sender": "█", "subject": "外出"}
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Interaction.objects.filter(pk=row.pk).update(params=blank)
    with as_redactor():
        assert Interaction.objects.filter(pk=row.pk).update(params=blank) == 1


def test_filing__knows_a_sender_by_a_domain_in_its_own_letters_and_in_those_of_servers() -> None:
    known("李@例子.中国")
    row = filed(letter(sender="李@xn--fsqu00a.xn--fiqs8s"))
    assert (row.sender, row.state) == ("李@xn--fsqu00a.xn--fiqs8s", "taken")
    odd = filed(letter(sender=f"li@{'例' * 80}.中国", number=2), box=row.mailbox, uid=2)
    assert odd.state == "waiting"

    actions.erase_people(actor=SETUP, mail_addresses=["李@例子.中国"], **given())

    row.refresh_from_db()
    assert row.sender == ""
