"""Queueing messages and deciding about them."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.mail import send_mail
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_noop
from pytest_django import Settings

from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.platform.messaging import Channel, Template, Words, actions, messages_about, queries, words_of
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.rules import masked, pause_before
from zhike.platform.messaging.tests.factories import DECIDER, NOW, make_actor, make_message
from zhike.platform.messaging.types import State
from zhike.platform.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db


def waiting_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'messaging.hand_over'")
        return int(cursor.fetchone()[0])


def test_queue__keeps_the_words_and_who_sent_them() -> None:
    message_id = make_message(related=("case", 42))

    row = Message.objects.get(pk=message_id)
    assert (row.state, row.to, row.subject, row.actor_id) == ("queued", "chen@example.com", "派送通知", "7")
    assert (row.related_kind, row.related_id, row.next_at) == ("case", "42", NOW)
    assert waiting_jobs() == 1
    entry = AuditEntry.objects.get(type="messaging.queued")
    assert entry.personal == {"after": {"to": "chen@example.com", "subject": "派送通知"}}


def test_queue__leaves_with_the_transaction() -> None:
    with transaction.atomic():
        make_message()
        transaction.set_rollback(True)

    assert (Message.objects.count(), waiting_jobs()) == (0, 0)


def test_queue__reads_telephone_numbers() -> None:
    row = Message.objects.get(pk=make_message(Channel.SMS, to="138 1234 5678"))

    assert row.to == "+8613812345678"


@pytest.mark.parametrize(
    ("channel", "to", "words", "field", "code"),
    [
        (Channel.SMS, "62345678", Words("text"), "to", "no_area_code"),
        (Channel.EMAIL, "nobody", Words("text", "subject"), "to", "form"),
        (Channel.EMAIL, "a@b.example, c@d.example", Words("text", "subject"), "to", "form"),
        (Channel.EMAIL, "a@b.example\nBcc: c@d.example", Words("text", "subject"), "to", "form"),
        (Channel.EMAIL, "a@b.example", Words("text"), "subject", "required"),
        (Channel.EMAIL, "a@b.example", Words("text", "two\nlines"), "subject", "form"),
        (Channel.EMAIL, "a@b.example", Words("text", "x" * 301), "subject", "form"),
        (Channel.EMAIL, "a@b.example", Words(" ", "subject"), "body", "required"),
        (Channel.EMAIL, "a@b.example", Words("x" * 100_001, "subject"), "body", "too_long"),
    ],
)
def test_queue__refuses_what_cannot_be_sent(channel: Channel, to: str, words: Words, field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_message(channel, to=to, words=words)

    assert [error.code for error in refused.value.fields[field]] == [code]
    assert Message.objects.count() == 0


def test_queue__needs_the_right() -> None:
    with pytest.raises(Forbidden):
        make_message(actor=make_actor(rights=[]))

    assert (Message.objects.count(), waiting_jobs()) == (0, 0)


def test_queue__held_or_later_waits() -> None:
    held = Message.objects.get(pk=make_message(held_because="contact budget"))
    later = Message.objects.get(pk=make_message(not_before=NOW + timedelta(hours=1)))

    assert (held.state, held.error, held.next_at) == ("held", "contact budget", None)
    assert (later.state, later.next_at) == ("queued", NOW + timedelta(hours=1))
    assert waiting_jobs() == 0


def test_words_of__speak_the_language_of_the_recipient() -> None:
    template = Template("t.trial", gettext_noop("Hello %(name)s"), gettext_noop("About\n%(number)s"))

    words = words_of(template, {"name": "陈静", "number": "C-1"}, language="zh-hans")

    assert (words.subject, words.template, words.params) == ("About C-1", "t.trial", {"name": "陈静", "number": "C-1"})


def settled(message_id: UUID, state: State) -> None:
    Message.objects.filter(pk=message_id).update(
        state=state.value, attempts=1, handed_over_at=NOW, next_at=None, settled_at=NOW
    )


def test_send_again__only_by_a_person_who_says_why() -> None:
    message_id = make_message()
    settled(message_id, State.UNCERTAIN)

    with pytest.raises(Invalid):
        actions.send_again(actor=DECIDER, message_id=message_id, reason=" ", now=NOW)
    actions.send_again(actor=DECIDER, message_id=message_id, reason="customer called", now=NOW)

    row = Message.objects.get()
    assert (row.state, row.next_at, row.settled_at) == ("queued", NOW, None)
    assert row.log == [
        {"attempt": 1, "at": NOW.isoformat(), "outcome": "sent_again", "code": "", "text": "customer called"}
    ]
    assert waiting_jobs() == 2


def test_mark_sent__ends_what_was_uncertain() -> None:
    message_id = make_message(related=("case", 42))
    settled(message_id, State.UNCERTAIN)

    actions.mark_sent(actor=DECIDER, message_id=message_id, reason="read receipt", now=NOW)

    assert Message.objects.get().state == "sent"
    event = OutboxEvent.objects.get(type="messaging.settled")
    assert (event.payload["state"], event.payload["related_id"]) == ("sent", "42")


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.HELD, State.QUEUED])
def test_give_up__ends_it_as_failed(state: State) -> None:
    message_id = make_message()
    if state is not State.QUEUED:
        settled(message_id, state)

    actions.give_up(actor=DECIDER, message_id=message_id, reason="wrong address", now=NOW)

    row = Message.objects.get()
    assert (row.state, row.error_code, row.error) == ("failed", "given_up", "wrong address")


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("send_again", State.SENT),
        ("send_again", State.HANDED_OVER),
        ("mark_sent", State.FAILED),
        ("give_up", State.SENT),
    ],
)
def test_decisions__refuse_other_states(name: str, state: State) -> None:
    message_id = make_message()
    settled(message_id, state)

    with pytest.raises(Conflict):
        getattr(actions, name)(actor=DECIDER, message_id=message_id, reason="why", now=NOW)

    assert Message.objects.get().state == state.value


@pytest.mark.parametrize("name", ["send_again", "mark_sent", "give_up"])
def test_decisions__need_the_right_and_a_message(name: str) -> None:
    message_id = make_message()
    settled(message_id, State.UNCERTAIN)

    with pytest.raises(Forbidden):
        getattr(actions, name)(actor=make_actor(), message_id=message_id, reason="why", now=NOW)
    with pytest.raises(NotFound):
        getattr(actions, name)(actor=DECIDER, message_id=uuid4(), reason="why", now=NOW)

    assert Message.objects.get().state == "uncertain"


def test_release_held__lets_them_go() -> None:
    held, other = make_message(held_because="why"), make_message()

    assert actions.release_held(actor=DECIDER, message_ids=[held, other], now=NOW) == 1

    assert Message.objects.get(pk=held).state == "queued"
    assert waiting_jobs() == 2
    with pytest.raises(Forbidden):
        actions.release_held(actor=make_actor(), message_ids=[held], now=NOW)


def test_forget_people__empties_what_speaks_of_them() -> None:
    gone, about, kept = (
        make_message(to="gone@example.com"),
        make_message(Channel.SMS, to="13812345678", related=("contact", 5)),
        make_message(to="kept@example.com"),
    )

    changed = actions.forget_people(
        actor=DECIDER, addresses=["gone@example.com", ""], related=[("contact", "5")], now=NOW
    )

    assert changed == 2
    for message_id in (gone, about):
        row = Message.objects.get(pk=message_id)
        assert (row.to, row.subject, row.body, row.params, row.state) == ("", "", "", {}, "failed")
    assert Message.objects.get(pk=kept).to == "kept@example.com"
    with pytest.raises(Conflict):
        actions.send_again(actor=DECIDER, message_id=gone, reason="why", now=NOW)
    with pytest.raises(Forbidden):
        actions.forget_people(actor=make_actor(), addresses=["kept@example.com"], now=NOW)


def test_messages_about__masks_addresses_for_those_who_do_not_decide() -> None:
    make_message(related=("case", 42))
    make_message(related=("case", 43))

    [row] = messages_about(actor=make_actor(), subject=("case", 42))
    assert row.to == "c***@example.com"
    assert messages_about(actor=DECIDER, subject=("case", 42))[0].to == "chen@example.com"


def test_list_messages__only_for_those_who_decide() -> None:
    message_id = make_message()

    assert queries.list_messages(actor=DECIDER).count() == 1
    assert queries.open_counts(actor=DECIDER) == {State.QUEUED: 1}
    assert queries.get_message(actor=DECIDER, message_id=message_id).to == "chen@example.com"
    for ask in (queries.list_messages, queries.open_counts):
        with pytest.raises(Forbidden):
            ask(actor=make_actor())
    with pytest.raises(Forbidden):
        queries.get_message(actor=make_actor(), message_id=message_id)


def test_django_mail__goes_through_the_same_port(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "zhike.platform.messaging.backend.EmailBackend"

    assert send_mail("Reset\npassword", "Follow the link", None, ["a@example.com", "b@example.com"]) == 1

    rows = Message.objects.order_by("to")
    assert [(row.to, row.subject, row.purpose) for row in rows] == [
        ("a@example.com", "Reset password", "accounts.notice"),
        ("b@example.com", "Reset password", "accounts.notice"),
    ]


def test_pause_before__doubles_up_to_four_hours() -> None:
    first = timedelta(minutes=2)

    assert [pause_before(attempt, first) for attempt in (2, 3, 4, 40)] == [
        timedelta(minutes=2),
        timedelta(minutes=4),
        timedelta(minutes=8),
        timedelta(hours=4),
    ]


def test_masked__shows_only_what_is_needed_to_recognise() -> None:
    assert [masked(text) for text in ("chen@example.com", "+8613812345678", "")] == [
        "c***@example.com",
        "138****5678",
        "",
    ]


@pytest.mark.parametrize(
    ("constraint", "more"),
    [
        ("message_channel_known", {"channel": "fax"}),
        ("message_state_known", {"state": "lost"}),
        ("message_has_content", {"to": ""}),
        ("message_has_content", {"body": ""}),
        ("message_has_purpose", {"purpose": ""}),
        ("message_end_is_dated", {"state": "sent"}),
        ("message_hand_over_is_dated", {"state": "uncertain"}),
        ("message_hand_over_is_dated", {"state": "handed_over", "handed_over_at": NOW}),
        ("message_queued_is_due", {"next_at": None}),
    ],
)
def test_message__constraints(constraint: str, more: dict[str, object]) -> None:
    given: dict[str, object] = {
        "channel": "email",
        "state": "queued",
        "purpose": "messaging.trial",
        "to": "a@example.com",
        "body": "text",
        "actor_kind": "staff",
        "actor_id": "7",
        "operation_id": uuid4(),
        "created_at": NOW,
        "next_at": NOW,
    }

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Message.objects.create(**{**given, **more})
