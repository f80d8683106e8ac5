"""Matters that people outside bring: one case each, seen by a link, never anything internal."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import translation
from PIL import Image

from zhike.platform.actors import Actor, ActorKind, public_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.files import storage
from zhike.platform.files.images import without_metadata
from zhike.platform.files.models import StoredFile
from zhike.platform.messaging.models import Message
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.customers.types import Channel, ErasedPeople, number_mark
from zhike.record.interactions.models import Interaction
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases import actions, providers, queries
from zhike.service.cases.models import Case, CasePhoto, KeptPhoto, WebAuthor, WebWord
from zhike.service.cases.policies import ASK_OUTSIDE, BY_LINK
from zhike.service.cases.rules import seal_link, unseal_link
from zhike.service.cases.tests.factories import CODED, NOW, SETUP, case, said
from zhike.service.cases.types import CaseKind, CaseState, MailReply, Said, Taken
from zhike.service.cases.types.web import AnswerBy, LinkKind, OutsideView, WebEntry, WebTaken

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASKING = Actor(kind=ActorKind.PUBLIC, id="web", rights=frozenset({ASK_OUTSIDE.code}))
PHONE = "+8613912345678"


@pytest.fixture(autouse=True)
def desk() -> Any:  # noqa: ANN401 - staff
    default_calendar()
    return organization.actor(roles=("agent",))


def entry(**changes: Any) -> WebEntry:
    values: dict[str, Any] = {
        "kind": CaseKind.COMPLAINT,
        "category": "damaged",
        "text": "外箱压坏，里面的杯子碎了",
        "name": "林晓",
        "answer_by": AnswerBy.SMS,
        "phone": "139 1234 5678",
        "once": uuid4().hex,
        **changes,
    }
    return WebEntry(**values)


def take(**changes: Any) -> WebTaken:
    now = changes.pop("now", NOW)
    return actions.take_web_matter(actor=ASKING, entry=entry(**changes), now=now)


def holder(token: str) -> Actor:
    return Actor(
        kind=ActorKind.LINK,
        id="case",
        rights=frozenset({BY_LINK.code, ASK_OUTSIDE.code}),
        subject=token,
        purpose="case",
    )


def seen(token: str) -> OutsideView:
    with translation.override("en"):
        return queries.outside_view(actor=holder(token), now=NOW)


def sent(taken: WebTaken) -> str:
    """The token in the message that went to the address."""
    author = WebAuthor.objects.get(ref=taken.ref)
    return seal_link(author.ref, LinkKind.SENT, until=NOW + DAY)


def write(*, once: str = "", **given: Any) -> Taken:
    return actions.write_by_link(once=once or uuid4().hex, **given)


def picture() -> bytes:
    """A photo with the place at which it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 0.0)
    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.req("CASE-21")
def test_web__a_matter_becomes_a_case_at_the_same_desk_and_answers_with_its_number() -> None:
    goods = shipment(customer=customer())
    taken = take(waybill=f" {goods.waybill.lower()} ")

    made = Case.objects.get(number=taken.number)
    assert (made.channel, made.origin, made.kind, made.category.code) == ("web", "portal", "complaint", "damaged")
    assert (made.shipment_id, made.customer_id) == (goods.pk, goods.customer_id)
    assert made.state == CaseState.NEW.value
    assert made.first_response_at is None
    assert made in queries.queue_rows(actor=SETUP, view="")
    view = seen(taken.link)
    assert view.answers.number == taken.number
    # When will we answer: the running clock says it.
    assert view.answers.promised_at == made.next_due_at is not None
    message = Message.objects.get()
    assert (message.to, taken.number in message.body) == (PHONE, True)
    assert "杯子" not in message.body


def test_web__the_same_form_sent_twice_is_one_case_and_one_message() -> None:
    one = entry()
    first = actions.take_web_matter(actor=ASKING, entry=one, now=NOW)
    again = actions.take_web_matter(actor=ASKING, entry=one, now=NOW + HOUR)

    assert (again.number, again.repeated, first.repeated) == (first.number, True, False)
    assert (Case.objects.count(), Message.objects.count(), WebAuthor.objects.count()) == (1, 1, 1)
    assert Case.objects.get().contacts == 1


@pytest.mark.parametrize("way", [AnswerBy.SMS, AnswerBy.EMAIL])
def test_web__one_address_is_not_flooded_with_receipts(way: AnswerBy) -> None:
    given = {"answer_by": way, "email": "lin@x.example"}
    for _matter in range(5):
        assert take(**given).number != ""
    assert (WebAuthor.objects.count(), Message.objects.count()) == (5, 3)
    take(**{**given, "phone": "13912345679", "email": "other@x.example"})
    take(now=NOW + HOUR, **given)
    assert Message.objects.count() == 5


def test_web__receipts_of_an_address_are_counted_by_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for name, address in (("email", "lin@example.com"), ("phone", PHONE)):
        assert f"case_author_by_{name}" in WebAuthor.objects.filter(**{name: address}, at__gt=NOW).explain()


def test_web__somebody_unknown_gets_a_file_with_an_owner_and_is_found_by_the_number_next_time(desk: Actor) -> None:
    take()
    made = Case.objects.select_related("customer", "contact").get()
    assert (made.customer.name, made.customer.kind, made.customer.owner_id) == ("林晓", "prospect", desk.staff_id)
    assert made.contact is not None

    take(category="fee", phone="13912345678")
    assert Customer.objects.count() == 1
    assert Case.objects.filter(customer=made.customer).count() == 2


def test_web__who_writes_about_anothers_case_speaks_under_their_own_name_and_is_answered() -> None:
    file = customer()
    goods = shipment(customer=file)
    person = contact(file, name="钟俊杰")
    made = case(file, shipment_id=goods.pk, contact_id=person.pk, kind=CaseKind.REQUEST)
    joined = take(waybill=goods.waybill.lower(), text="包裹破了", name="周航", phone="13900000001", now=NOW + HOUR)
    assert (joined.attached, joined.number) == (True, made.number)
    made.refresh_from_db()
    assert made.kind == "complaint"
    word = WebWord.objects.select_related("interaction").get()
    assert (word.interaction.contact_id, word.interaction.subject[-len(goods.waybill) :]) == (None, goods.waybill)
    named = queries.web_authors(actor=SETUP, interaction_ids=[word.interaction_id])
    assert [one.name for one in named.values()] == ["周航"]
    waiting = queries.last_speaker(actor=SETUP, case=made)
    assert waiting is not None
    assert (waiting.name, waiting.answer_by, queries.addressee(made, waiting)) == ("周航", AnswerBy.SMS, "周航")
    # No mail to somebody else in their stead.
    mail = actions.send_reply(actor=SETUP, case_id=made.pk, reply=MailReply(body="已处理"), now=NOW + HOUR)
    assert (mail.decision.outcome.value, mail.decision.rule.value) == ("deny", "no_address")
    told = Said(channel=Channel.SMS, body="已安排补发")
    actions.tell_customer(actor=SETUP, case_id=made.pk, said=told, now=NOW + 2 * HOUR)
    made.refresh_from_db()
    assert Interaction.objects.get(direction="out").contact_id is None
    # Every further word is to them too, until somebody else speaks.
    told_again = queries.last_speaker(actor=SETUP, case=made)
    assert told_again is not None
    assert told_again.name == "周航"
    write(actor=holder(sent(joined)), text="还没有收到补发\n请回电", now=NOW + 3 * HOUR)
    again = WebWord.objects.select_related("interaction").latest("pk").interaction
    assert (again.contact_id, again.subject) == (None, "还没有收到补发")


@pytest.mark.req("CASE-03")
def test_web__the_same_waybill_joins_the_open_case_and_says_so() -> None:
    goods = shipment(customer=customer())
    first = take(waybill=goods.waybill)
    again = take(waybill=goods.waybill, category="late", phone="13900000001", now=NOW + 6 * DAY)

    assert (first.attached, again.attached, again.number) == (False, True, first.number)
    made = Case.objects.get()
    # Repeat explanations = contacts attached − 1.
    assert (made.contacts, made.repeats) == (2, 1)
    assert take(waybill=goods.waybill, now=NOW + 14 * DAY).number != first.number


def test_web__who_joins_a_case_of_somebody_else_sees_their_own_words_and_cannot_settle_it() -> None:
    goods = shipment(customer=customer())
    opened = take(waybill=goods.waybill, text="我是寄件人，箱内有合同原件")
    joined = take(waybill=goods.waybill, text="我是邻居", phone="13900000001", name="周航")
    case_id = opened.case_id
    actions.tell_customer(actor=SETUP, case_id=case_id, said=said("已找到。"), is_answer=True, coding=CODED, now=NOW)

    stranger, owner = seen(joined.link), seen(opened.link)
    assert [line.body for line in stranger.lines] == ["我是邻居"]
    assert (stranger.whole, stranger.answers.subject, stranger.waybill, stranger.can_confirm) == (False, "", "", False)
    # Nor does the opener read what somebody else wrote: a waybill can be guessed.
    assert [line.body for line in owner.lines] == ["我是寄件人，箱内有合同原件", "已找到。"]
    assert [line.body for line in seen(sent(opened)).lines] == ["我是寄件人，箱内有合同原件", "已找到。"]
    assert (owner.whole, owner.can_confirm) == (True, True)
    # Not even by the link sent to their own address: it is known to nobody of this case.
    assert seen(sent(joined)).whole is False
    with pytest.raises(NotFound):
        actions.settle_by_link(actor=holder(joined.link), now=NOW)
    assert Case.objects.get().state == CaseState.ANSWERED.value


def test_web__who_writes_again_sees_everything_by_the_link_sent_to_the_same_number() -> None:
    goods = shipment(customer=customer())
    take(waybill=goods.waybill)
    again = take(waybill=goods.waybill, text="还没有人联系我")

    assert [line.body for line in seen(again.link).lines] == ["还没有人联系我"]
    assert len(seen(sent(again)).lines) == 2


@pytest.mark.req("CASE-26")
def test_link__shows_the_five_answers_and_never_what_is_inside() -> None:
    taken = take()
    made = Case.objects.select_related("owner").get()
    actions.edit_case(
        actor=SETUP, case_id=made.pk, version=made.version, next_step="仓库正在核对", promised_at=NOW + HOUR, now=NOW
    )
    actions.note_on_case(actor=SETUP, case_id=made.pk, body="客户难缠", now=NOW)
    actions.tell_customer(actor=SETUP, case_id=made.pk, said=said("今天给您回复。"), now=NOW)

    view = seen(taken.link)
    five = view.answers
    assert (five.state, five.owner_name, five.owner_phone) == ("We are on it", made.owner.name, made.owner.phone)
    assert (five.promised_at, five.next_step) == (NOW + HOUR, "仓库正在核对")
    assert [(line.body, line.own, line.by_us) for line in view.lines] == [
        ("外箱压坏，里面的杯子碎了", True, False),
        ("今天给您回复。", False, True),
    ]


def test_link__one_form_sent_twice_is_written_down_once() -> None:
    taken = take()
    first = write(actor=holder(taken.link), once="a", text="请快一点", now=NOW + HOUR)
    again = write(actor=holder(taken.link), once="a", text="请快一点", now=NOW + HOUR)
    made = Case.objects.get()
    assert (again.interaction_id, again.number) == (first.interaction_id, taken.number)
    assert (made.contacts, made.repeats) == (2, 1)
    # The same mark in another hand is another form.
    other = take(phone="13900000001", category="fee")
    assert write(actor=holder(other.link), once="a", text="请快一点", now=NOW).interaction_id != first.interaction_id
    with pytest.raises(Invalid) as refused:
        write(actor=holder(taken.link), once="b" * 65, text="请快一点", now=NOW)
    assert set(refused.value.fields) == {"once"}


def test_link__is_open_longer_with_each_message_but_never_beyond_its_end() -> None:
    taken = take()
    assert (seen(taken.link).open_until, seen(taken.link).closes_at) == (NOW + 90 * DAY, NOW + 180 * DAY)
    ref = WebAuthor.objects.get().ref
    for day, until in ((50, 140), (120, 180), (170, 180)):
        token = seal_link(ref, LinkKind.SENT, until=NOW + 999 * DAY)
        write(actor=holder(token), text="还没有解决", now=NOW + day * DAY)
        assert WebAuthor.objects.get().link_until == NOW + until * DAY
    # One that an earlier version had kept open without end closes too; the parameter says when.
    WebAuthor.objects.update(link_until=NOW + 999 * DAY)
    with pytest.raises(NotFound):
        write(actor=holder(token), text="又坏了", now=NOW + 180 * DAY)
    with pytest.raises(NotFound):
        queries.link_by_key(actor=ASKING, number=taken.number, key="5678", now=NOW + 180 * DAY)
    assert Case.objects.get().contacts == 4


@pytest.mark.req("CASE-26")
def test_link__its_holder_answers_objects_and_settles_under_the_same_number() -> None:
    taken = take()
    made = Case.objects.get()

    def answer(at: Any) -> None:  # noqa: ANN401 - a time
        actions.tell_customer(actor=SETUP, case_id=made.pk, said=said("已补发。"), is_answer=True, coding=CODED, now=at)

    answer(NOW)
    write(actor=holder(taken.link), text="没有收到", now=NOW + HOUR)
    made.refresh_from_db()
    assert (made.state, made.contacts, made.number) == ("in_work", 2, taken.number)
    answer(NOW + 2 * HOUR)
    actions.settle_by_link(actor=holder(taken.link), now=NOW + 3 * HOUR)
    made.refresh_from_db()
    assert (made.state, made.ending, made.solved) == ("closed", "confirmed", True)
    reopened = write(actor=holder(taken.link), text="又坏了", now=NOW + 4 * HOUR)
    made.refresh_from_db()
    assert (reopened.reopened, made.state, made.reopened, made.number) == (True, "in_work", 1, taken.number)
    with pytest.raises(Invalid):
        write(actor=holder(taken.link), text="  ", now=NOW)


def test_link__opens_nothing_when_it_is_forged_old_or_of_another_kind() -> None:
    taken = take()
    author = WebAuthor.objects.get()
    old = seal_link(author.ref, LinkKind.SENT, until=NOW - HOUR)
    forged = taken.link[:-2] + ("AA" if taken.link[-2:] != "AA" else "BB")

    for token in (old, forged, "x", "", "ü"):
        assert unseal_link(token, now=NOW) is None
        with pytest.raises(NotFound):
            seen(token)
    with pytest.raises(Forbidden):
        queries.outside_view(actor=public_actor(), now=NOW)
    with pytest.raises(NotFound):
        queries.outside_view(actor=holder(taken.link), now=NOW + 91 * DAY)


def test_link__the_number_needs_a_second_key_and_shows_the_five_answers_only() -> None:
    taken = take()
    token = queries.link_by_key(actor=ASKING, number=taken.number.lower(), key="5678", now=NOW)

    view = seen(token)
    assert (view.answers.number, view.whole, view.lines) == (taken.number, False, [])
    for key in ("678", "0000", "", "someone@example.com"):
        with pytest.raises(NotFound):
            queries.link_by_key(actor=ASKING, number=taken.number, key=key, now=NOW)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"text": " "}, {"text"}),
        ({"name": "", "phone": "123"}, {"name", "phone"}),
        ({"answer_by": AnswerBy.EMAIL}, {"email"}),
        ({"answer_by": AnswerBy.EMAIL, "email": "no"}, {"email"}),
        ({"phone": ""}, {"phone"}),
        ({"phone": "021 6234 5678"}, {"phone"}),
        ({"category": "emergency"}, {"category"}),
        ({"kind": CaseKind.EMERGENCY}, {"kind"}),
    ],
)
def test_web__everything_wrong_is_named_and_nothing_is_kept(changes: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        take(**changes)
    assert set(refused.value.fields) == fields
    assert (Case.objects.count(), Customer.objects.count()) == (0, 0)


def test_web__who_holds_no_right_brings_nothing() -> None:
    with pytest.raises(Forbidden):
        actions.take_web_matter(actor=public_actor(), entry=entry(), now=NOW)
    assert Case.objects.count() == 0


def test_photo__loses_the_place_and_is_seen_by_the_desk_alone(desk: Actor) -> None:
    raw = picture()
    pk = actions.keep_photo(actor=ASKING, content=raw, name="破损.jpg", now=NOW)
    taken = take(photo_ids=[pk])

    with storage.open(StoredFile.objects.get(pk=pk).sha256) as kept:
        image = Image.open(kept)
        assert dict(image.getexif()) == {}
        assert image.size == (40, 30)
    assert dict(Image.open(BytesIO(raw)).getexif()) != {}
    assert queries.photos_of(actor=desk, case_id=taken.case_id) == [pk]
    access = providers.CasePhotos()
    assert access.visible(actor=desk, file_ids=[pk]) == {pk}
    assert access.visible(actor=ASKING, file_ids=[pk]) == set()
    assert seen(taken.link).photos == 1


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", b"\xff\xd8\xff\xe0 no picture"])
def test_photo__what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match="file"):
        without_metadata(content, name="x.jpg")
    with pytest.raises(Invalid):
        actions.keep_photo(actor=ASKING, content=content, name="x.jpg", now=NOW)
    assert StoredFile.objects.count() == 0


def test_photo__sent_twice_hangs_on_the_case_once() -> None:
    taken = take()
    pk = actions.keep_photo(actor=ASKING, content=picture(), name="a.jpg", now=NOW)
    for _time in range(2):
        write(actor=holder(taken.link), text="照片", photo_ids=[pk], now=NOW)
    assert list(CasePhoto.objects.values_list("case_id", "file_id")) == [(taken.case_id, pk)]


def test_photo__of_a_form_sent_twice_is_kept_once_and_of_another_form_again() -> None:
    def keep(once: str, content: bytes) -> int:
        return actions.keep_photo(actor=ASKING, content=content, name="a.jpg", once=once, now=NOW)

    first = keep("one", picture())
    assert keep("one", picture()) == first
    assert keep("two", picture()) != first
    assert StoredFile.objects.count() == KeptPhoto.objects.count() == 2
    # What has been destroyed meanwhile is kept anew.
    StoredFile.objects.filter(pk=first).update(erased_at=NOW, name="")
    assert keep("one", picture()) not in {first, None}
    actions.forget_presence(actor=SETUP, now=NOW + 3 * DAY)
    assert KeptPhoto.objects.count() == 0


def test_web__more_photos_than_allowed_are_refused_whole() -> None:
    with pytest.raises(Invalid) as refused:
        take(photo_ids=range(1, 8))
    assert set(refused.value.fields) == {"photos"}
    assert (Case.objects.count(), CasePhoto.objects.count()) == (0, 0)


def test_web__people_are_forgotten_by_their_number_with_photos_and_links() -> None:
    goods = shipment(customer=customer())
    pk = actions.keep_photo(actor=ASKING, content=picture(), name="a.jpg", now=NOW)
    taken = take(waybill=goods.waybill, photo_ids=[pk])
    kept = take(phone="13900000001", category="fee")
    people = ErasedPeople(salt="s", marks=[number_mark("s", PHONE)], endings=[PHONE[-8:]])
    rooms = providers.WebAuthors()

    assert rooms.count(people=people) == 1
    assert rooms.erase(people=people, now=NOW) == 1
    author = WebAuthor.objects.get(ref=taken.ref)
    assert (author.name, author.phone, author.email) == ("", "", "")
    assert StoredFile.objects.get(pk=pk).erased_at == NOW
    with pytest.raises(NotFound):
        seen(taken.link)
    assert seen(kept.link).name == "林晓"


def test_web__staff_see_who_wrote_and_how_they_want_to_be_answered() -> None:
    row = customer()
    contact(row)
    goods = shipment(customer=row)
    taken = take(waybill=goods.waybill)
    (author,) = queries.authors_of(actor=SETUP, case_id=taken.case_id)

    assert (author.name, author.phone, author.answer_by) == ("林晓", PHONE, "sms")
    assert queries.conversation(actor=SETUP, case=Case.objects.get())[0].channel == Channel.WEB.value


def test_web__an_app_brings_a_matter_and_reads_its_public_state() -> None:
    taken = take()
    with translation.override("en"):
        state = queries.public_state(actor=ASKING, ref=UUID(taken.ref))
    assert (state.number, state.state, state.subject) == (taken.number, "Received", "")
    with pytest.raises(NotFound):
        queries.public_state(actor=ASKING, ref=uuid4())
    with pytest.raises(Forbidden):
        queries.public_state(actor=public_actor(), ref=UUID(taken.ref))


def test_web__the_open_case_of_a_waybill_is_shown_to_who_has_the_key() -> None:
    goods = shipment(customer=customer())
    assert queries.open_answers(actor=ASKING, waybill=goods.waybill, now=NOW) is None
    taken = take(waybill=goods.waybill)
    found = queries.open_answers(actor=ASKING, waybill=goods.waybill, now=NOW)
    assert found is not None
    assert (found.number, found.subject) == (taken.number, "")
    with pytest.raises(Forbidden):
        queries.open_answers(actor=public_actor(), waybill=goods.waybill, now=NOW)
