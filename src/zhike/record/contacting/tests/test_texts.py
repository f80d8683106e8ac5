"""Templates: placeholders, lengths, what publishing asks for, and that the shipped texts are whole."""

from uuid import uuid4

import pytest

from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.record.contacting import actions, queries
from zhike.record.contacting.models import TemplateVersion
from zhike.record.contacting.rules.defaults import BUILT_IN
from zhike.record.contacting.rules.links import seal, unseal
from zhike.record.contacting.rules.texts import digest_of, fill, publishing_errors, segments
from zhike.record.contacting.tests.factories import NOW, SYSTEM
from zhike.record.contacting.tests.test_notices import letters, notice, tell
from zhike.record.contacting.types import (
    LANGUAGES,
    PLACEHOLDERS,
    SURVEY_TEMPLATES,
    ContactChannel,
    EventKind,
    Purpose,
    Segments,
    TemplateEntry,
    Wording,
)
from zhike.record.contacting.types.words import CASE_RECEIVED, CASE_REPLY
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
SMS, EMAIL = ContactChannel.SMS, ContactChannel.EMAIL


def entry(code: str = "care.greeting", **changes: object) -> TemplateEntry:
    values: dict[str, object] = {
        "code": code,
        "labels": {"zh-hans": "问候", "zh-hant": "問候", "en": "Greeting"},
        "purpose": Purpose.MARKETING,
        "channel": SMS,
        "texts": {
            "zh-hans": Wording(body="{name}，新年好[，退订{optout_link}]"),
            "zh-hant": Wording(body="{name}，新年好[，退訂{optout_link}]"),
            "en": Wording(body="Happy new year, {name}[, stop: {optout_link}]"),
        },
        **changes,
    }
    return TemplateEntry(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(0, 160, 0)),
        ("a" * 160, Segments(160, 160, 1)),
        ("a" * 161, Segments(161, 153, 2)),
        ("€" * 80, Segments(160, 160, 1)),
        ("派" * 70, Segments(70, 70, 1)),
        ("派" * 71, Segments(71, 67, 2)),
        ("派" * 134, Segments(134, 67, 2)),
        ("派" * 135, Segments(135, 67, 3)),
        ("😀" * 35, Segments(70, 70, 1)),  # outside the basic plane each takes two places
        ("😀" * 36, Segments(72, 67, 2)),
    ],
)
def test_segments__chinese_texts_are_cut_at_70_and_67(text: str, expected: Segments) -> None:
    assert segments(text) == expected


def test_fill__leaves_out_parts_with_a_missing_value() -> None:
    text = "运单{waybill}[，快递员{courier}][，电话{courier_phone}]。"
    assert fill(text, {"waybill": "7304", "courier_phone": "139"}) == "运单7304，电话139。"
    assert fill(text, {}) == "运单。"
    # A value that looks like a placeholder is only a value.
    assert fill("{name}!", {"name": "{waybill}", "waybill": "x"}) == "{waybill}!"


def test_digest__is_the_same_whatever_case_and_spaces() -> None:
    assert digest_of(" Hello  World ") == digest_of("hello world")
    assert digest_of("hello") != digest_of("hello!")
    assert digest_of("  ") == ""


def test_shipped_texts__are_complete_right_and_short() -> None:
    values = dict.fromkeys(PLACEHOLDERS, "7304118299") | {"optout_link": "https://zhike.example/t/w/x/"}
    # Those without an event are sent by a person's hand or as a receipt, not by a notice.
    assert {view.event for view in BUILT_IN.values() if view.event} == set(EventKind)
    assert {code for code, view in BUILT_IN.items() if not view.event} == {
        CASE_REPLY,
        CASE_RECEIVED,
        *SURVEY_TEMPLATES.values(),
    }
    for view in BUILT_IN.values():
        assert publishing_errors(view.texts, purpose=view.purpose, channel=view.channel) == {}
        for wording in view.texts.values():
            if view.channel is SMS:
                assert segments(fill(wording.body, values)).parts <= 2


def test_template__a_draft_is_not_used_until_it_is_published() -> None:
    view = actions.write_template(actor=SYSTEM, entry=entry(), now=NOW)
    assert (view.version, view.draft_version, view.texts) == (0, 1, {})
    assert actions.publish_template(actor=SYSTEM, code="care.greeting", now=NOW) == 1
    with pytest.raises(Invalid):
        actions.publish_template(actor=SYSTEM, code="care.greeting", now=NOW)
    other = entry(labels={"en": "New"})
    assert actions.write_template(actor=SYSTEM, entry=other, now=NOW).draft_version == 2
    assert actions.publish_template(actor=SYSTEM, code="care.greeting", now=NOW) == 2
    assert list(TemplateVersion.objects.order_by("version").values_list("state", flat=True)) == ["retired", "published"]
    assert queries.template(actor=SYSTEM, code="care.greeting").version == 2


def test_template__publishing_needs_three_languages_and_marketing_its_way_out() -> None:
    actions.write_template(actor=SYSTEM, entry=entry(texts={"en": entry().texts["en"]}), now=NOW)
    with pytest.raises(Invalid) as refused:
        actions.publish_template(actor=SYSTEM, code="care.greeting", now=NOW)
    assert set(refused.value.fields) == {"body_zh-hans", "body_zh-hant"}
    wrong = {
        "zh-hans": Wording(body="没有退订"),
        "zh-hant": Wording(body="{nobody} {optout_link}"),
        "en": Wording(body="[open {optout_link}"),
    }
    with pytest.raises(Invalid) as refused:
        actions.write_template(actor=SYSTEM, entry=entry(texts=wrong), now=NOW)
    assert {name: [one.code for one in found] for name, found in refused.value.fields.items()} == {
        "body_zh-hans": ["opt_out"],
        "body_zh-hant": ["unknown"],
        "body_en": ["form"],
    }


def test_template__of_a_notice_replaces_the_shipped_text() -> None:
    texts = {language: Wording(body=f"{language} {{waybill}} 派送中") for language in LANGUAGES}
    own = entry("notice.out_for_delivery.sms", purpose=Purpose.TRANSACTIONAL, texts=texts)
    actions.write_template(actor=SYSTEM, entry=own, now=NOW)
    tell(notice(None))
    actions.publish_template(actor=SYSTEM, code=own.code, now=NOW)
    tell(notice(None, occasion="2"))
    assert letters()[0][1] == "zh-hans 73041182 派送中"
    with pytest.raises(Invalid) as refused:
        actions.write_template(actor=SYSTEM, entry=entry(own.code), now=NOW)
    assert set(refused.value.fields) == {"purpose"}


def test_template__rights_and_unknown_codes() -> None:
    agent = organization.actor(roles=("agent",))
    for write in (
        lambda: actions.write_template(actor=agent, entry=entry(), now=NOW),
        lambda: actions.publish_template(actor=agent, code="x", now=NOW),
    ):
        with pytest.raises(Forbidden):
            write()
    with pytest.raises(NotFound):
        actions.publish_template(actor=SYSTEM, code="x", now=NOW)
    with pytest.raises(NotFound):
        queries.template(actor=SYSTEM, code="x")
    with pytest.raises(Invalid):
        actions.write_template(actor=SYSTEM, entry=entry("Care!"), now=NOW)


def test_link__of_another_house_or_shortened_is_none() -> None:
    ref = uuid4()
    token = seal(ref)
    assert (len(token), unseal(token)) == (30, ref)
    for wrong in (token[:-1], "AAAA" + token[4:], token[:-4] + "AAAA", "x", "", "é", token + "AAAA"):
        assert unseal(wrong) is None
