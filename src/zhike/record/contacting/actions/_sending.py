"""Deciding and writing down many contacts at once: the one way by which a message leaves this room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection
from django.utils.translation import gettext_lazy as _

from zhike.platform import addresses, messaging, outbox, parameters, phones
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.errors import FieldError, Invalid
from zhike.platform.messaging import Draft, MailParts, Words
from zhike.record.contacting.events import WaitingDecided
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.policies import UNDO, policy_at, public_address
from zhike.record.contacting.queries.facts import Gathered, gather
from zhike.record.contacting.queries.reach import reach
from zhike.record.contacting.rules.decide import decide
from zhike.record.contacting.rules.links import customer_key, seal
from zhike.record.contacting.rules.texts import placeholders_in
from zhike.record.contacting.types import (
    OPT_OUT,
    SENT_BY_US,
    Ask,
    Asked,
    ContactChannel,
    Decision,
    Delivery,
    Facts,
    Outcome,
    Policy,
    Purpose,
    Reached,
    Recipient,
    SurveyKind,
    Text,
)

IDS_AN_EVENT = 1000
LOCK_SPACE = 0x636F6E74  # "cont"
# A lock for each person would fill the server's lock table in a large batch. People share this many; two that share
# one wait for each other, which costs a moment and nothing else.
LOCKS = 512
PORTAL_PATH = "/t/w/"
# Where a mail program refuses for its reader, with one click and without sign-in (RFC 8058).
ONE_CLICK_PATH = "/t/u/"


@dataclass(slots=True)
class Case:
    """One ask on its way: whom it reaches, what was decided, the row that is written."""

    reached: Reached
    decision: Decision
    row: ContactRecord


def checked(asks: Sequence[Ask], base: str) -> list[Ask]:
    """The asks with addresses in their stored form; raises Invalid for what can never be sent."""
    return [_checked(ask, base) for ask in asks]


def _checked(ask: Ask, base: str) -> Ask:
    wrong: dict[str, list[FieldError]] = {}
    if ask.channel not in SENT_BY_US:
        wrong["channel"] = [FieldError("unfit", _("Only e-mail and SMS leave by themselves."))]
    if not ask.text.body.strip():
        wrong["body"] = [FieldError("required", _("There is nothing to send."))]
    if ask.channel is ContactChannel.EMAIL and not ask.text.subject.strip():
        wrong["subject"] = [FieldError("required", _("An e-mail needs a subject."))]
    if (ask.survey is SurveyKind.REMINDER) != (ask.invitation_id is not None):
        wrong["invitation_id"] = [FieldError("required", _("A reminder belongs to one invitation."))]
    if ask.purpose is Purpose.MARKETING:
        if OPT_OUT not in placeholders_in(ask.text.body):
            told = _("Marketing must carry {optout_link}, so that everybody can refuse it.")
            wrong["body"] = [FieldError("opt_out", told)]
        elif not base:
            told = _("Marketing needs the address under which customers reach our pages; it is a parameter.")
            wrong["body"] = [FieldError("no_public_address", told)]
    if not (ask.to.contact_id or ask.to.phone.strip() or ask.to.email.strip()):
        wrong["to"] = [FieldError("required", _("Say who it is for."))]
    if wrong:
        raise Invalid(wrong)
    return replace(ask, to=normal(ask.to))


def normal(to: Recipient) -> Recipient:
    """Number and address in the form in which equals are equal."""
    return replace(to, phone=_phone(to.phone), email=addresses.normal(to.email))


def _phone(raw: str) -> str:
    text = raw.strip()
    return (phones.parse(text).e164 or text) if text else ""


def lock_people(asks: Sequence[Ask], reached: Sequence[Reached]) -> None:
    """Hold the budgets that these asks may use, in one order, until the transaction ends. One query.

    What is transactional uses no budget and waits for nobody.
    """
    keys: set[str] = set()
    for ask, one in zip(asks, reached, strict=True):
        if ask.purpose is not Purpose.TRANSACTIONAL:
            keys.update(one.keys)
            if one.customer_id is not None:
                keys.add(customer_key(one.customer_id))
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_advisory_xact_lock(%s, slot)) FROM ("
            " SELECT DISTINCT hashtext(key) & %s AS slot FROM unnest(%s::text[]) AS key ORDER BY slot) slots",
            [LOCK_SPACE, LOCKS - 1, sorted(keys)],
        )


def decide_all(*, actor: Actor, asks: Sequence[Ask], now: datetime) -> list[tuple[Reached, Facts, Decision]]:
    """Each ask decided in turn under lock: what is allowed counts for those after it."""
    reached = reach(actor=actor, asks=asks, now=now)
    lock_people(asks, reached)
    policy = policy_at(now)
    gathered = gather(actor=actor, asks=asks, reached=reached, policy=policy, now=now)
    return [_decided(ask, one, gathered, policy, now) for ask, one in zip(asks, reached, strict=True)]


def _decided(
    ask: Ask, reached: Reached, gathered: Gathered, policy: Policy, now: datetime
) -> tuple[Reached, Facts, Decision]:
    facts = gathered.facts(ask, reached)
    decision = decide(facts=facts, policy=policy, purpose=ask.purpose, channel=ask.channel, at=now, urgent=ask.urgent)
    if decision.outcome is Outcome.ALLOW:
        gathered.count(ask, reached, now, facts.digest)
    return reached, facts, decision


def send_all(*, actor: Actor, asks: Sequence[Ask], now: datetime) -> list[Asked]:
    """Decide, write down, queue what is allowed. An ask that was made before (`once`) is dropped.

    Part of actions that have authorized. A fixed number of queries, whatever the number of asks.
    """
    base = public_address(now)
    cases = _fresh(checked(asks, base))
    decided = decide_all(actor=actor, asks=[ask for _place, ask in cases], now=now)
    made = [
        Case(found[0], found[2], _row(actor, ask, found, base=base, now=now))
        for (_place, ask), found in zip(cases, decided, strict=True)
    ]
    written = _write([one.row for one in made])
    queued = queue(actor=actor, rows=[one.row for one in made if one.row.ref in written], now=now)
    results = [Asked(None, Decision(Outcome.DENY)) for _ask in asks]
    for (place, _ask), one in zip(cases, made, strict=True):
        if one.row.ref in written:
            message = one.row.ref if one.row.ref in queued else None
            results[place] = Asked(written[one.row.ref], one.decision, message, one.reached.person)
    return results


def _fresh(asks: Sequence[Ask]) -> list[tuple[int, Ask]]:
    """Those not asked before, with their places; one of equal keys in the batch. One query at most."""
    keys = [ask.once for ask in asks if ask.once]
    seen = set(ContactRecord.objects.filter(once__in=keys).values_list("once", flat=True)) if keys else set()
    found = []
    for place, ask in enumerate(asks):
        if ask.once and ask.once in seen:
            continue
        seen.add(ask.once)
        found.append((place, ask))
    return found


def _row(
    actor: Actor, ask: Ask, decided: tuple[Reached, Facts, Decision], *, base: str, now: datetime
) -> ContactRecord:
    reached, facts, decision = decided
    ref = uuid4()
    row = ContactRecord(
        ref=ref,
        person=reached.person,
        contact_id=reached.contact_id,
        customer_id=reached.about_customer_id,
        of_account=reached.customer_id is not None,
        scope_unit_id=reached.scope_unit_id,
        staff_id=actor.staff_id,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        purpose=ask.purpose.value,
        channel=ask.channel.value,
        survey=ask.survey.value,
        invitation_id=ask.invitation_id,
        urgent=ask.urgent,
        asked_at=now,
        occurred_at=ask.occurred_at,
        zone=reached.zone,
        language=reached.language,
        template=ask.text.template,
        template_version=ask.text.version,
        digest=facts.digest,
        to=reached.address,
        event=ask.event,
        party=ask.party,
        related_kind=ask.related[0],
        related_id=ask.related[1],
        once=ask.once,
        mode=ask.mode.value,
        mail=ask.mail.stored() if ask.channel is ContactChannel.EMAIL else {},
    )
    text = _linked(ask.text, ref, base)
    row.subject, row.body = text.subject, text.body
    settle_row(row, decision, now)
    return row


def settle_row(row: ContactRecord, decision: Decision, now: datetime) -> None:
    """Put a decision into the row. Its words are stored only while it waits; until then they are in memory."""
    row.outcome, row.rule, row.at = decision.outcome.value, decision.rule.value, now
    row.hold_until = decision.until
    allowed = decision.outcome is Outcome.ALLOW
    row.counts = allowed
    row.delivery = Delivery.WAITING.value if allowed else Delivery.NONE.value
    row.message_id = row.ref if allowed else None


def _linked(text: Text, ref: UUID, base: str) -> Text:
    """The text with its own link to the wishes; none where nobody has said under which address we are reached."""
    link = f"{base}{PORTAL_PATH}{seal(ref)}/" if base else ""
    name = "{" + OPT_OUT + "}"
    return replace(text, body=text.body.replace(name, link), subject=text.subject.replace(name, link))


def _write(rows: Sequence[ContactRecord]) -> Mapping[UUID, int]:
    """Insert the rows, in the order of their keys so that batches do not block each other; ids by ref.

    A key that another transaction has written meanwhile is left alone: that row is not among the ids.
    """
    words = {row.ref: (row.subject, row.body, row.mail) for row in rows}
    for row in rows:
        if row.outcome != Outcome.HOLD.value:
            row.subject, row.body, row.mail = "", "", {}
    ordered = sorted(rows, key=lambda row: (row.once, row.ref.bytes))
    ContactRecord.objects.bulk_create(ordered, ignore_conflicts=True, batch_size=500)
    found = dict(ContactRecord.objects.filter(ref__in=words).values_list("ref", "pk"))
    for row in rows:
        row.subject, row.body, row.mail = words[row.ref]
    return found


def queue(*, actor: Actor, rows: Sequence[ContactRecord], now: datetime) -> set[UUID]:
    """Hand the allowed rows, with their words in memory, to messaging; those it refuses are marked as failed."""
    allowed = [row for row in rows if row.outcome == Outcome.ALLOW.value]
    if not allowed:
        return set()
    wait = parameters.value(UNDO, at=now) if actor.kind is ActorKind.STAFF else None
    base = public_address(now)
    queued = set(
        messaging.queue_many(
            actor=actor,
            drafts=[_draft(row, base) for row in allowed],
            now=now,
            not_before=now + wait if wait is not None else None,
        )
    )
    refused = [row.ref for row in allowed if row.ref not in queued]
    if refused:
        ContactRecord.objects.filter(ref__in=refused).update(
            delivery=Delivery.FAILED.value, counts=False, message_id=None, settled_at=now
        )
    return queued


def _draft(row: ContactRecord, base: str) -> Draft:
    mail = MailParts.of(row.mail)
    if base and (row.event or row.purpose != Purpose.TRANSACTIONAL.value):
        mail = replace(mail, unsubscribe=f"{base}{ONE_CLICK_PATH}{seal(row.ref)}/")
    return Draft(
        id=row.ref,
        channel=messaging.Channel(row.channel),
        to=row.to,
        words=Words(row.body, row.subject, row.template),
        purpose=f"contacting.{row.purpose}",
        related=(row.related_kind, row.related_id),
        language=row.language,
        mail=mail,
    )


def tell_fates(fates: Mapping[tuple[str, str], Sequence[UUID]], now: datetime) -> None:
    """Tell the rooms above, by (fate, until), what was decided about messages that had not left."""
    outbox.emit_many(
        [
            WaitingDecided(fate=fate, until=until, refs=[str(ref) for ref in refs[start : start + IDS_AN_EVENT]])
            for (fate, until), refs in fates.items()
            for start in range(0, len(refs), IDS_AN_EVENT)
        ],
        now=now,
    )


def summary(results: Sequence[Asked]) -> dict[str, object]:
    """Counts of one batch for the audit record."""
    fresh = [one for one in results if one.log_id is not None]
    return {
        "asked": len(results),
        "repeated": len(results) - len(fresh),
        **{outcome.value: sum(one.decision.outcome is outcome for one in fresh) for outcome in Outcome},
        "rules": sorted({one.decision.rule.value for one in fresh if one.decision.rule}),
    }
