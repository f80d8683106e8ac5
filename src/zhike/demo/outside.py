"""What comes into the company's day from outside: mails by its mail server, matters by the web, calls by telephone."""

import imaplib
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from zhike.demo import mailpair
from zhike.demo.mailpair import ADDRESS
from zhike.demo.matter_words import AGAIN, ON_THE_DESK
from zhike.demo.reception import SYSTEM as TELEPHONES
from zhike.demo.turn import ACTOR, LOOKED_AT, Turn
from zhike.doors.connectors.mail import queries as mailboxes
from zhike.doors.portal.policies import asking_actor
from zhike.platform import parameters
from zhike.platform.messaging.settings import SMTP_HOST, SMTP_PORT
from zhike.platform.messaging.types import EMAIL_VIA
from zhike.record.customers import queries as customers
from zhike.record.customers.queries import Reachable
from zhike.record.customers.types import Channel
from zhike.record.shipments import queries as shipments
from zhike.service.cases import actions as cases
from zhike.service.cases import queries as case_queries
from zhike.service.cases.types import CaseKind, CaseState
from zhike.service.cases.types.web import WEB_TOPICS, AnswerBy, WebEntry
from zhike.service.reception import actions as reception
from zhike.service.reception import queries as lines
from zhike.service.reception.types import CallTold, Told

HERE = "127.0.0.1"
MISSED_SHARE = 0.25
# What may be brought by the web, of what is said at the desk.
ON_THE_WEB = [(category, text) for category, text, _home in ON_THE_DESK if category in WEB_TOPICS]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel of these days, and somebody of its sender's."""

    waybill: str
    person: Reachable


def _parcel(turn: Turn, *, with_mail: bool = False) -> Parcel | None:
    rows = list(
        shipments.shipment_rows(actor=ACTOR)
        .filter(customer__isnull=False, customer__merged_into__isnull=True)
        .order_by("-ordered_at", "-pk")
        .values_list("waybill", "customer_id")[: LOOKED_AT * 3]
    )
    people = customers.reachable_of(actor=ACTOR, customer_ids={customer_id for _waybill, customer_id in rows})
    found = [
        Parcel(waybill, person)
        for waybill, customer_id in rows
        for person in people.get(customer_id, [])[:1]
        if (person.email if with_mail else person.phone)
    ]
    return turn.one(found) if found else None


@dataclass(frozen=True, slots=True)
class _Servers:
    smtp_port: int
    imap_port: int


def _mail_servers(turn: Turn) -> _Servers | None:
    """The demonstration's own mail servers, where they are set up; never anybody else's."""
    if parameters.value(EMAIL_VIA, at=turn.now) != "smtp" or parameters.value(SMTP_HOST, at=turn.now) != HERE:
        return None
    own = [row for row in mailboxes.mailboxes(actor=ACTOR) if row.active and row.address == ADDRESS]
    return _Servers(parameters.value(SMTP_PORT, at=turn.now), own[0].port) if own else None


def mail_arrives(turn: Turn) -> str:
    """Somebody answers the mail that they had from us, or else writes to us about a parcel."""
    servers = _mail_servers(turn)
    if servers is None:
        return ""
    try:
        return _mail_is_answered(turn, servers) or _mail_is_written(turn, servers)
    except (OSError, smtplib.SMTPException, imaplib.IMAP4.error):
        # The mail server starts or stops at this moment.
        return ""


def _mail_is_written(turn: Turn, servers: _Servers) -> str:
    parcel = _parcel(turn, with_mail=True)
    if parcel is None:
        return ""
    _category, text, _home = turn.one(ON_THE_DESK)
    sender = f"{parcel.person.name} <{parcel.person.email}>"
    words = f"您好，\n\n运单{parcel.waybill}：{text}。麻烦看一下，谢谢。\n\n{parcel.person.name}"
    mailpair.write(servers.smtp_port, sender, f"{text} {parcel.waybill}", words)
    return f"mail from {sender}: {text}"


def _mail_is_answered(turn: Turn, servers: _Servers) -> str:
    """Of the cases by mail that wait for the customer, the oldest whose customer has our mail."""
    waiting = (
        case_queries.case_rows(actor=ACTOR)
        .filter(
            state__in=[CaseState.WAITING_CUSTOMER.value, CaseState.ANSWERED.value],
            channel=Channel.MAIL.value,
            contact__isnull=False,
        )
        .order_by("state_since", "pk")
        .values_list("number", "customer_id", "contact_id")[:LOOKED_AT]
    )
    people = customers.reachable_of(actor=ACTOR, customer_ids={customer_id for _n, customer_id, _c in waiting})
    for number, customer_id, contact_id in waiting:
        person = next((one for one in people.get(customer_id, []) if one.contact_id == contact_id and one.email), None)
        if person is None:
            continue
        box = list(mailpair.read(servers.imap_port, person.email.partition("@")[0]))
        ours = [mail for mail in box if number in str(mail["Subject"])]
        if not ours:
            continue
        text = turn.one(AGAIN)
        sender = f"{person.name} <{person.email}>"
        answers = str(ours[-1]["Message-ID"])
        mailpair.write(servers.smtp_port, sender, f"Re: {ours[-1]['Subject']}", text, answers=answers)
        return f"{number}: {person.name} has answered by mail"
    return ""


def somebody_writes_on_the_web(turn: Turn) -> str:
    """Somebody with the waybill and its second key fills in the form of our pages."""
    parcel = _parcel(turn)
    if parcel is None:
        return ""
    category, text = turn.one(ON_THE_WEB)
    entry = WebEntry(
        kind=CaseKind.REQUEST if category == "redirect" else CaseKind.COMPLAINT,
        category=category,
        text=text,
        name=parcel.person.name[:60],
        answer_by=turn.one((AnswerBy.SMS, AnswerBy.CALL)),
        once=turn.key(),
        phone=parcel.person.phone,
        waybill=parcel.waybill,
        proven=True,
    )
    taken = cases.take_web_matter(actor=asking_actor(language="zh-hans"), entry=entry, now=turn.now)
    return f"{taken.number} by the web: {text}"


def telephone_rang(turn: Turn) -> str:
    """A call of the last minutes, as the telephone system tells it: answered and over, or nobody came.

    A call that rings now, on a screen, is `manage.py ring`: no telephone is answered by chance while somebody looks.
    """
    parcel = _parcel(turn)
    telephones = list(lines.extension_rows(actor=ACTOR).exclude(staff__user__username="agent").order_by("number"))
    if parcel is None or not telephones:
        return ""
    to = turn.one(telephones)
    missed = turn.chance.random() < MISSED_SHARE
    talked = float(turn.chance.uniform(40, 240))
    waited = float(turn.chance.uniform(4, 30))
    over: Mapping[Told, float] = {Told.MISSED: 0} if missed else {Told.ANSWERED: talked, Told.ENDED: 0}
    before = {Told.RINGING: waited + (0 if missed else talked), **over}
    name = turn.key()
    for event, seconds in before.items():
        told = CallTold(
            call_id=name,
            event=event,
            caller=parcel.person.phone,
            extension=to.number,
            occurred_at=turn.now - timedelta(seconds=seconds),
        )
        reception.take_event(actor=ACTOR, system=TELEPHONES, told=told, now=turn.now)
    return f"{parcel.person.name} {'called in vain' if missed else 'has called'} ({to.staff.name})"
