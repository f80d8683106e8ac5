"""What people outside see of their cases, and what the desk sees of those who wrote on the web."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.platform import addresses, parameters, phones
from zhike.platform.actors import Actor, ActorKind, system_actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, NotFound
from zhike.platform.search.tokens import compact
from zhike.record.customers.types import Channel
from zhike.record.interactions import queries as interactions
from zhike.record.interactions.types import Audience, Direction
from zhike.record.shipments import queries as shipments
from zhike.service.cases.models import Case, CaseContact, CaseGoods, CasePhoto, WaitingAnswer, WebAuthor, WebWord
from zhike.service.cases.policies import ASK_OUTSIDE, ATTACH_WITHIN, BY_LINK, LINK_AT_MOST, LINK_FOR, scope
from zhike.service.cases.queries.cases import answers_of
from zhike.service.cases.queries.catalog import category_labels
from zhike.service.cases.rules import Wrong, seal_link, unseal_link
from zhike.service.cases.types import CASE_SUBJECT, CaseState, FiveAnswers, WaitingState
from zhike.service.cases.types.web import (
    OUTSIDE_STATES,
    WEB_KIND_LABELS,
    WEB_KINDS,
    WEB_PURPOSE,
    WEB_TOPICS,
    AnswerBy,
    Author,
    LinkKind,
    OutsideLine,
    OutsideView,
    WebChoices,
    WebEntry,
)

_READING: Final = system_actor("cases.outside")
MOST_TEXT: Final = 5000
MOST_NAME: Final = 60
MOST_LINES: Final = 100
KEY_DIGITS: Final = 4
KEY_OPENS_FOR: Final = timedelta(hours=12)


def web_choices(*, actor: Actor) -> WebChoices:
    """What may be chosen on the form: kinds, and topics of categories that the company uses."""
    authorize(actor, ASK_OUTSIDE)
    used = category_labels(actor=_READING)
    return WebChoices(
        kinds=[(kind.value, str(WEB_KIND_LABELS[kind])) for kind in WEB_KINDS],
        topics=[(code, str(label)) for code, label in WEB_TOPICS.items() if code in used],
    )


# zhike: allow query-actor, query-scope -- it reads no row, only what was typed
def web_problems(entry: WebEntry) -> tuple[WebEntry, Wrong]:
    """The entry in its stored form, and everything that is wrong with it by field."""
    wrong: Wrong = {}
    phone = phones.parse(entry.phone) if entry.phone.strip() else None
    email = addresses.normal(entry.email)
    if not entry.text.strip() or len(entry.text) > MOST_TEXT:
        wrong["text"] = [FieldError("required", _("Please say what happened, in at most 5,000 characters."))]
    if not entry.name.strip() or len(entry.name) > MOST_NAME:
        wrong["name"] = [FieldError("required", _("How may we address you? At most 60 characters."))]
    wrong |= _phone_problem(phone, entry.answer_by) | _email_problem(email, entry.answer_by)
    if entry.category not in WEB_TOPICS or entry.category not in category_labels(actor=_READING):
        wrong["category"] = [FieldError("unknown", _("Choose what it is about."))]
    if entry.kind not in WEB_KINDS:
        wrong["kind"] = [FieldError("unknown", _("Choose what you want from us."))]
    return replace(
        entry,
        name=entry.name.strip(),
        phone=phone.e164 if phone is not None else "",
        email=email,
        waybill=compact(entry.waybill)[:60],
    ), wrong


def _phone_problem(phone: phones.Phone | None, by: AnswerBy) -> Wrong:
    if phone is None:
        if by is AnswerBy.EMAIL:
            return {}
        return {"phone": [FieldError("required", _("To answer by telephone or SMS we need a number."))]}
    if not phone.certain or phone.kind is phones.PhoneKind.SERVICE:
        return {"phone": [FieldError("form", _("We cannot read this number. Write it with area or country code."))]}
    if by is AnswerBy.SMS and phone.kind is not phones.PhoneKind.MOBILE:
        text = _("An SMS needs a mobile number. Choose a call, or another number.")
        return {"phone": [FieldError("no_mobile", text)]}
    return {}


def _email_problem(email: str, by: AnswerBy) -> Wrong:
    if not email:
        if by is not AnswerBy.EMAIL:
            return {}
        return {"email": [FieldError("required", _("To answer by e-mail we need an address."))]}
    try:
        validate_email(email)
    except ValidationError:
        return {"email": [FieldError("form", _("This is not an e-mail address."))]}
    return {}


# zhike: allow query-actor, query-scope -- it reads no row, only the parameters
def link_closes(at: datetime, *, now: datetime) -> datetime:
    """When the links of a matter that came `at` open nothing any more, whatever is written by them."""
    return at + parameters.value(LINK_AT_MOST, at=now)


# zhike: allow query-actor, query-scope -- it reads no row, only the parameters
def link_open_until(at: datetime, *, now: datetime) -> datetime:
    """Until when a link of a matter that came `at` opens the case, its holder having written `now`."""
    return min(now + parameters.value(LINK_FOR, at=now), link_closes(at, now=now))


def open_to(now: datetime) -> QuerySet[WebAuthor]:
    """Authors whose links open their case."""
    began = now - parameters.value(LINK_AT_MOST, at=now)
    return WebAuthor.objects.filter(redacted_at__isnull=True, link_until__gt=now, at__gt=began)


def author_of_link(*, actor: Actor, now: datetime) -> tuple[WebAuthor, LinkKind]:
    """Whose link the actor holds; raises NotFound when it is not ours, withdrawn, or past its time. One query."""
    authorize(actor, BY_LINK)
    if actor.kind is not ActorKind.LINK or actor.purpose != WEB_PURPOSE:
        raise NotFound
    named = unseal_link(actor.subject, now=now)
    rows = open_to(now).filter(ref=named[0]) if named else None
    found = rows.select_related("case__category", "case__owner__unit", "case__shipment").first() if rows else None
    if named is None or found is None:
        raise NotFound
    return found, named[1]


def link_by_key(*, actor: Actor, number: str, key: str, now: datetime) -> str:
    """Who wrote about the case of this number and has this phone ending or address; raises NotFound. One query.

    Returns the token of a link for a few hours. The door limits how often one may try.
    """
    authorize(actor, ASK_OUTSIDE)
    wanted, digits = key.strip().casefold(), phones.digits_of(key)
    rows = open_to(now).filter(case__number=number.strip().upper()).order_by("-pk")
    for row in rows:
        by_phone = len(digits) >= KEY_DIGITS and row.phone != "" and row.phone.endswith(digits[-8:])
        if by_phone or (row.email != "" and row.email == wanted):
            return seal_link(row.ref, LinkKind.KEY, until=min(row.link_until, now + KEY_OPENS_FOR))
    raise NotFound


def public_state(*, actor: Actor, ref: UUID) -> FiveAnswers:
    """The five answers for who holds the reference given when the matter was taken in; raises NotFound. One query."""
    authorize(actor, ASK_OUTSIDE)
    rows = WebAuthor.objects.filter(ref=ref, redacted_at__isnull=True).select_related("case__owner__unit")
    found = rows.first()
    if found is None:
        raise NotFound
    state = str(OUTSIDE_STATES[CaseState(found.case.state)])
    return replace(answers_of(found.case), state=state, subject="")


# zhike: allow query-actor -- it reads no row, only the author given
def sees_whole(author: WebAuthor, kind: LinkKind) -> bool:
    """The opener, by the link shown or sent; who joined, only by what was sent to an address known on the case."""
    if kind is LinkKind.KEY:
        return False
    return author.sees_all or (kind is LinkKind.SENT and author.is_known)


def outside_view(*, actor: Actor, now: datetime) -> OutsideView:
    """The case of a link: five answers, what was said outside, what may be done. Five queries."""
    author, kind = author_of_link(actor=actor, now=now)
    case = author.case
    state, whole = CaseState(case.state), sees_whole(author, kind)
    own = set(WebWord.objects.filter(_same_person(author, kind)).values_list("interaction_id", flat=True))
    answers = answers_of(case)
    return OutsideView(
        answers=replace(answers, state=str(OUTSIDE_STATES[state]), subject=answers.subject if whole else ""),
        state=state,
        whole=whole,
        waybill=case.shipment.waybill if whole and case.shipment else "",
        name=author.name,
        answer_by=AnswerBy(author.answer_by),
        has_phone=author.phone != "",
        lines=_lines(case, own, whole=whole) if kind is not LinkKind.KEY else [],
        photos=CasePhoto.objects.filter(author=author).count(),
        zone=case.zone,
        can_confirm=whole and state is CaseState.ANSWERED,
        can_object=whole and state in {CaseState.ANSWERED, CaseState.CLOSED},
        settled_at=case.closed_at,
        open_until=min(author.link_until, link_closes(author.at, now=now)),
        closes_at=link_closes(author.at, now=now),
    )


def _same_person(author: WebAuthor, kind: LinkKind) -> Q:
    """Who reads what was sent to an address has written under it before; a link merely shown proves no address."""
    same = Q(author=author)
    if kind is LinkKind.SENT:
        if author.phone:
            same |= Q(author__case=author.case_id, author__phone=author.phone)
        if author.email:
            same |= Q(author__case=author.case_id, author__email=author.email)
    return same


def _lines(case: Case, own: Collection[int], *, whole: bool) -> list[OutsideLine]:
    """Only what stands outside: notes, departments and the system never.

    Whoever sees the whole sees our answers; what other people said nobody sees: a case can be opened by anybody who
    has guessed a waybill, and the consignee then joins it. An answer that has not left has not been given.
    """
    unsaid = WaitingAnswer.objects.filter(
        case=case, state__in=[WaitingState.WAITING.value, WaitingState.WITHHELD.value]
    )
    kept_back = set(unsaid.values_list("interaction_id", flat=True))
    found = interactions.about(actor=_READING, kind=CASE_SUBJECT, ids=[str(case.pk)], limit=MOST_LINES)
    return [
        OutsideLine(
            at=one.at,
            zone=one.zone or case.zone,
            body=one.body,
            own=one.key in own,
            by_us=one.direction == Direction.OUT.value,
            who=one.by if one.direction == Direction.OUT.value else one.contact,
        )
        for one in reversed(found)
        if one.audience == Audience.CUSTOMER.value
        and one.direction in {Direction.IN.value, Direction.OUT.value}
        and not one.redacted
        and not one.struck
        and one.key not in kept_back
        and (one.key in own or (whole and one.direction == Direction.OUT.value))
    ]


def open_answers(*, actor: Actor, waybill: str, now: datetime) -> FiveAnswers | None:
    """The five answers of the case that is open on a waybill, alone or among others; the door has asked for the key.

    Two queries.
    """
    authorize(actor, ASK_OUTSIDE)
    oldest = now - parameters.value(ATTACH_WITHIN, at=now)
    goods = [one.pk for one in shipments.find_by_waybill(actor=_READING, waybill=waybill)]
    if not goods:
        return None
    among = CaseGoods.objects.filter(shipment_id__in=goods).values("case_id")
    rows = Case.objects.open().filter(Q(shipment_id__in=goods) | Q(pk__in=among), opened_at__gte=oldest)
    row = rows.select_related("owner__unit").order_by("-opened_at").first()
    return replace(answers_of(row), state=str(OUTSIDE_STATES[CaseState(row.state)]), subject="") if row else None


def authors_of(*, actor: Actor, case_id: int) -> list[Author]:
    """Who wrote about a case on the web, as they want to be answered. One query."""
    rows = WebAuthor.objects.filter(case_id=case_id, case__in=Case.objects.filter(scope(actor)))
    return [
        Author(
            name=row.name, phone=row.phone, email=row.email, answer_by=row.answer_by, language=row.language, at=row.at
        )
        for row in rows.filter(redacted_at__isnull=True).order_by("pk")
    ]


def web_authors(*, actor: Actor, interaction_ids: Collection[int]) -> dict[int, Author]:
    """Who wrote these entries on the web, for those that came so. One query."""
    rows = WebWord.objects.filter(interaction_id__in=interaction_ids, author__redacted_at__isnull=True)
    rows = rows.filter(author__case__in=Case.objects.filter(scope(actor)))
    return {row.interaction_id: _author_of(row) for row in rows.select_related("author", "interaction")}


def last_speaker(*, actor: Actor, case: Case) -> Author | None:
    """Who spoke last in the case, to whom every word of ours goes; None where it is the case's own person.

    Two queries at most; the caller has loaded the case through the actor's scope.
    """
    words = CaseContact.objects.filter(case=case, incoming=True, interaction__struck_at__isnull=True)
    last = words.select_related("interaction__contact").order_by("-at", "-pk").first()
    if last is None:
        return None
    if last.channel == Channel.WEB.value:
        rows = WebWord.objects.filter(interaction_id=last.interaction_id, author__redacted_at__isnull=True)
        rows = rows.filter(author__case__in=Case.objects.filter(scope(actor)))
        if (word := rows.select_related("author", "interaction").first()) is not None:
            return _author_of(word)
    person = last.interaction.contact
    if person is None or person.pk == case.contact_id or person.erased_at is not None:
        return None
    return Author(
        name=person.name,
        phone="",
        email="",
        answer_by="",
        language=person.language,
        at=last.at,
        contact_id=person.pk,
        channel=last.channel,
    )


# zhike: allow query-actor, query-scope -- it reads no row, only the case given
def addressee(case: Case, author: Author | None) -> str:
    """Whom an answer names: who spoke last (`last_speaker`), else the person of the case, else the customer."""
    if author is not None and author.name:
        return author.name
    return case.contact.name if case.contact else case.customer.name


# zhike: allow query-actor, query-scope -- it reads no row, only the case given
def addressee_key(case: Case, author: Author | None) -> str:
    """One word for whom an answer goes to: what is written for one is not sent to another unseen."""
    if author is not None:
        return f"contact:{author.contact_id}" if author.contact_id else f"web:{author.name}"
    return f"contact:{case.contact_id}" if case.contact_id else f"customer:{case.customer_id}"


def _author_of(word: WebWord) -> Author:
    row = word.author
    return Author(
        name=row.name,
        phone=row.phone,
        email=row.email,
        answer_by=row.answer_by,
        language=row.language,
        at=row.at,
        contact_id=word.interaction.contact_id,
    )


def photos_of(*, actor: Actor, case_id: int) -> list[int]:
    """Ids of the files that customers sent about a case. One query."""
    rows = CasePhoto.objects.filter(case_id=case_id, case__in=Case.objects.filter(scope(actor)))
    return list(rows.order_by("pk").values_list("file_id", flat=True))


def photos_visible(*, actor: Actor, file_ids: Sequence[int]) -> set[int]:
    """Those of the files that hang on a case within reach. One query."""
    rows = CasePhoto.objects.filter(file_id__in=file_ids, case__in=Case.objects.filter(scope(actor)))
    return set(rows.values_list("file_id", flat=True))


# zhike: allow query-actor, query-scope -- asked by the file store, whoever may see them; only ids
def photos_held(*, file_ids: Sequence[int]) -> set[int]:
    return set(CasePhoto.objects.filter(file_id__in=file_ids).values_list("file_id", flat=True))
