"""Every named constraint of the room, violated once; the ledger and the log are append-only."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Model

from zhike.platform.db.redacting import as_redactor
from zhike.record.contacting.models import Consent, ContactRecord, Template, Wish
from zhike.record.contacting.tests.factories import NOW, agree, person, send
from zhike.record.customers.tests.factories import customer

pytestmark = pytest.mark.django_db
CONSENT = {
    "person": "p:+8613800000000",
    "purpose": "marketing",
    "channel": "sms",
    "status": "withdrawn",
    "source": "desk",
    "at": NOW,
    "recorded_at": NOW,
    "actor_kind": "system",
    "actor_id": "tests",
}
RECORD = {
    "person": "p:+8613800000000",
    "actor_kind": "system",
    "actor_id": "tests",
    "purpose": "relationship",
    "channel": "sms",
    "outcome": "allow",
    "at": NOW,
    "asked_at": NOW,
    "zone": "UTC",
}
TEMPLATE = {"code": "care.greeting", "purpose": "marketing", "channel": "sms", "created_at": NOW}
VERSION = {"version": 1, "state": "draft", "written_at": NOW, "actor_kind": "system", "actor_id": "tests"}
PUBLISHED = {
    **VERSION,
    "state": "published",
    "texts": {"zh-hans": {}, "zh-hant": {}, "en": {}},
    "published_at": NOW,
}
SETTING = {"event": "delivered", "party": "customer", "channel": "sms", "on": True, "changed_at": NOW}
WISH = {"address": "+8613800000000", "changed_at": NOW}


def _make(model: str, values: dict[str, Any]) -> Model:
    made: Model = apps.get_model(f"contacting.{model}")._default_manager.create(**values)
    return made


def _refused(constraint: str, write: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


@pytest.mark.parametrize(
    ("model", "good", "bad", "constraint"),
    [
        ("Consent", CONSENT, {"person": ""}, "consent_person_given"),
        ("Consent", CONSENT, {"purpose": "fun"}, "consent_purpose_known"),
        ("Consent", CONSENT, {"channel": "drum"}, "consent_channel_known"),
        ("Consent", CONSENT, {"status": "perhaps"}, "consent_status_known"),
        ("Consent", CONSENT, {"source": "rumour"}, "consent_source_known"),
        ("Consent", CONSENT, {"at": NOW + timedelta(seconds=1)}, "consent_not_in_the_future"),
        ("Consent", CONSENT, {"status": "granted"}, "consent_granted_has_evidence"),
        ("ContactRecord", RECORD, {"person": ""}, "contact_record_person_given"),
        ("ContactRecord", RECORD, {"purpose": "fun"}, "contact_record_purpose_known"),
        ("ContactRecord", RECORD, {"channel": "drum"}, "contact_record_channel_known"),
        ("ContactRecord", RECORD, {"survey": "exam"}, "contact_record_survey_known"),
        ("ContactRecord", RECORD, {"outcome": "maybe", "rule": "cap.week"}, "contact_record_outcome_known"),
        ("ContactRecord", RECORD, {"outcome": "deny", "rule": "mood"}, "contact_record_rule_known"),
        ("ContactRecord", RECORD, {"delivery": "lost"}, "contact_record_delivery_known"),
        ("ContactRecord", RECORD, {"event": "party"}, "contact_record_event_known"),
        ("ContactRecord", RECORD, {"party": "crowd"}, "contact_record_party_known"),
        ("ContactRecord", RECORD, {"mode": "dream"}, "contact_record_mode_known"),
        ("ContactRecord", RECORD, {"hold_until": NOW}, "contact_record_hold_has_end"),
        ("ContactRecord", RECORD, {"outcome": "deny"}, "contact_record_withheld_has_rule"),
        (
            "ContactRecord",
            RECORD,
            {"outcome": "deny", "rule": "cap.week", "counts": True},
            "contact_record_counts_if_made",
        ),
        ("ContactRecord", RECORD, {"of_account": True}, "contact_record_account_named"),
        ("ContactRecord", RECORD, {"survey": "reminder"}, "contact_record_reminder_of_one"),
        ("ContactRecord", RECORD, {"redacted_at": NOW, "to": "x"}, "contact_record_erased_is_empty"),
        ("ContactRecord", RECORD, {"body": "x"}, "contact_record_keeps_no_words"),
        ("Template", TEMPLATE, {"code": "Care!"}, "template_code_form"),
        ("Template", TEMPLATE, {"code": "b", "purpose": "fun"}, "template_purpose_known"),
        ("Template", TEMPLATE, {"code": "b", "channel": "call"}, "template_channel_known"),
        ("Template", TEMPLATE, {"code": "b", "event": "party"}, "template_event_known"),
        ("NoticeSetting", SETTING, {"event": "party"}, "notice_event_known"),
        ("NoticeSetting", SETTING, {"party": "crowd"}, "notice_party_known"),
        ("NoticeSetting", SETTING, {"channel": "call"}, "notice_channel_known"),
        ("Wish", WISH, {"address": ""}, "wish_of_one"),
        ("Wish", WISH, {"address": "+1", "language": "fr"}, "wish_language_known"),
    ],
)
def test_constraint__refuses_a_row_that_cannot_be(
    model: str, good: dict[str, Any], bad: dict[str, Any], constraint: str
) -> None:
    _make(model, good)
    _refused(constraint, lambda: _make(model, {**good, **bad}))


def test_constraint__what_stands_once() -> None:
    first = ContactRecord.objects.create(**RECORD, once="n:1")
    _refused("contact_record_once", lambda: ContactRecord.objects.create(**RECORD, once="n:1"))
    _refused("contact_record_ref_once", lambda: ContactRecord.objects.create(**RECORD, ref=first.ref))
    _make("Template", TEMPLATE)
    _refused("template_code_once", lambda: _make("Template", TEMPLATE))
    _make("NoticeSetting", SETTING)
    _refused("notice_setting_once", lambda: _make("NoticeSetting", SETTING))
    _make("Wish", WISH)
    _refused("wish_address_once", lambda: _make("Wish", WISH))
    who = person()
    _make("Wish", {"contact": who, "changed_at": NOW})
    _refused("wish_contact_once", lambda: _make("Wish", {"contact": who, "changed_at": NOW}))
    _make("Wish", {"customer": who.customer, "changed_at": NOW})
    _refused("wish_customer_once", lambda: _make("Wish", {"customer": who.customer, "changed_at": NOW}))
    assert Wish.objects.count() == 3


def test_constraint__versions_of_a_template() -> None:
    of = Template.objects.create(**TEMPLATE)
    _make("TemplateVersion", {**VERSION, "template": of})
    for bad, constraint in (
        ({"state": "retired", "published_at": NOW, "texts": PUBLISHED["texts"]}, "template_version_once"),
        ({"version": 2}, "template_one_draft"),
        ({**PUBLISHED, "version": 0, "state": "retired"}, "template_version_counts"),
        ({**PUBLISHED, "version": 2, "state": "lost"}, "template_state_known"),
        ({"version": 2, "state": "published", "published_at": NOW, "texts": {"en": {}}}, "template_published_in_three"),
    ):
        _refused(constraint, lambda bad=bad: _make("TemplateVersion", {**VERSION, "template": of, **bad}))  # type: ignore[misc]
    _make("TemplateVersion", {**PUBLISHED, "template": of, "version": 2})
    _refused("template_one_published", lambda: _make("TemplateVersion", {**PUBLISHED, "template": of, "version": 3}))


def test_ledger__is_append_only() -> None:
    who = person()
    agree(who)
    rows = Consent.objects.all()
    for write in (
        lambda: rows.update(status="withdrawn"),
        lambda: rows.update(at=NOW - timedelta(days=1)),
        lambda: rows.update(evidence="别的"),
        rows.delete,
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            write()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(evidence="", redacted_at=NOW)
    with as_redactor():
        assert rows.update(evidence="", redacted_at=NOW) == 1


def test_log__keeps_what_was_asked_and_decided() -> None:
    send(person(customer()))
    rows = ContactRecord.objects.all()
    for write in (
        lambda: rows.update(outcome="deny", rule="cap.week"),
        lambda: rows.update(purpose="marketing"),
        lambda: rows.update(once="x"),
        rows.delete,
    ):
        with pytest.raises(DatabaseError, match="keeps what was asked"), transaction.atomic():
            write()
    assert rows.update(delivery="failed", counts=False) == 1
