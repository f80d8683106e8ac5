"""Mails within the talk of a case: addresses, attached files, folded history, and what became of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from zhike.doors.desk.pages.customer_parts import entry
from zhike.platform import clock, messaging
from zhike.platform.actors import Actor
from zhike.platform.messaging.types import MessageRow, State
from zhike.platform.ui import formats
from zhike.platform.ui.components import Attachment, Audience, Status, TimelineEntry, Tone
from zhike.record.contacting import queries as contacting
from zhike.record.contacting.policies import VIEW as VIEW_CONTACTS
from zhike.record.contacting.types import RULE_LABELS, Outcome, Rule
from zhike.record.customers.types import TimelineEntry as Entry
from zhike.record.interactions import queries as interactions
from zhike.record.interactions.queries import SOURCE
from zhike.record.interactions.types import LetterView
from zhike.service.cases import queries
from zhike.service.cases.types.web import Author


def talk(actor: Actor, case: Any, found: Sequence[Entry]) -> list[TimelineEntry]:  # noqa: ANN401 - a case
    """The entries as the component draws them; what stands in the head of the page is not said again above them.

    Two queries for mails, one more for ours, one for those that wait, one for who wrote on the web.
    """
    keys = [one.key for one in found if one.channel == "mail" and one.source == SOURCE]
    letters = interactions.letters(actor=actor, interaction_ids=keys)
    refs = [one.ref for one in letters.values() if one.ref is not None]
    messages = messaging.messages_by_id(actor=actor, message_ids=refs) if refs else {}
    waiting = [ref for ref in refs if ref not in messages]
    held = _held(actor, waiting, case.zone) if waiting else {}
    web = [one.key for one in found if one.channel == "web" and one.source == SOURCE]
    authors = queries.web_authors(actor=actor, interaction_ids=web) if web else {}
    drawn = [_once(shown, case.subject) for shown in _named(found, authors)]
    return [
        _mail(shown, one, letters[one.key], case.pk, messages, held) if one.key in letters else shown
        for shown, one in zip(drawn, found, strict=True)
    ]


def _once(shown: TimelineEntry, subject: str) -> TimelineEntry:
    """Without the subject of the case; where it is all that was said, with a word that it stands in the head."""
    heading = queries.topic_of(subject)
    if shown.audience is Audience.SYSTEM or not heading:
        return shown
    title = "" if queries.topic_of(str(shown.title)) == heading else shown.title
    if title or (shown.body and queries.topic_of(shown.body) != heading):
        return replace(shown, title=title)
    return replace(shown, title=gettext("What the heading says."), body="")


def _named(found: Sequence[Entry], authors: Mapping[int, Author]) -> list[TimelineEntry]:
    """What came by our pages carries the name of who wrote it, who need not be anybody of the file; so do answers."""
    drawn, author = [], None
    for one in found:
        shown = entry(one)
        if one.direction == "in":
            author = authors.get(one.key) if one.source == SOURCE else None
            shown = replace(shown, who=author.name) if author and author.name else shown
        elif one.direction == "out" and not one.contact and author and author.name:
            shown = replace(shown, to=author.name)
        drawn.append(shown)
    return drawn


def _held(actor: Actor, refs: Sequence[UUID], zone: str) -> dict[UUID, str]:
    """Until when those wait that contacting holds, and by which rule."""
    if not actor.has(VIEW_CONTACTS.code):
        return {}
    ink = formats.Ink(clock.now(), actor.zone)
    return {
        ref: gettext("Waits until %(until)s: %(rule)s.")
        % {"until": formats.until(row.hold_until, ink, zone), "rule": RULE_LABELS[Rule(row.rule)]}
        for ref, row in contacting.records_by_ref(actor=actor, refs=refs).items()
        if row.outcome == Outcome.HOLD.value and row.hold_until is not None
    }


def _mail(  # noqa: PLR0917 - one place calls it
    shown: TimelineEntry,
    found: Entry,
    letter: LetterView,
    case_id: int,
    messages: Mapping[UUID, MessageRow],
    held: Mapping[UUID, str],
) -> TimelineEntry:
    files = [
        Attachment(
            name=one.name or gettext("erased file"),
            url=reverse("files:download", args=[one.id]),
            size=filesizeformat(one.size),
            is_image=one.is_image and not one.erased,
        )
        for one, _inline in letter.attachments
    ]
    if letter.raw_file_id is not None:
        url = reverse("files:download", args=[letter.raw_file_id])
        files.append(Attachment(name=gettext("mail as it came"), url=url, size=""))
    message = messages.get(letter.ref) if letter.ref is not None else None
    note = held.get(letter.ref, "") if letter.ref is not None else ""
    status = Status(pgettext("message", "waiting"), Tone.PAUSE) if note else None
    if message is not None:
        status, note = fate(message)
    if letter.unproven:
        status = Status(gettext("sender not proven"), Tone.BREACH)
        note = gettext(
            "Our mail server found that this mail does not come from where it says."
            " Call the customer before you act on it."
        )
    if letter.was_cut:
        cut = gettext("Only the first 20,000 characters are shown; the mail as it came has the rest.")
        note = f"{note} {cut}".strip()
    may_undo = message is not None and message.state is State.QUEUED and not message.attempts and not found.struck
    return replace(
        shown,
        address=letter.sender if letter.incoming else "",
        folded=letter.quoted,
        attachments=tuple(files),
        status=status if not found.struck else Status(pgettext("message", "taken back"), Tone.QUIET),
        status_note=note if not found.struck else "",
        undo_url=reverse("cases:reply_undo", args=[case_id, found.key]) if may_undo or letter.ref in held else "",
    )


def fate(message: MessageRow) -> tuple[Status, str]:
    """What became of a mail of ours, and the next step where there is one."""
    if message.error_code == messaging.BOUNCED:
        text = gettext("It came back: %(error)s. Check the address, then call or write again.")
        return Status(pgettext("message", "came back"), Tone.BREACH), text % {"error": message.error}
    match message.state:
        case State.SENT:
            return Status(pgettext("message", "handed over"), Tone.OK), ""
        case State.QUEUED:
            note = ""
            if message.attempts:
                note = gettext("The mail server did not take it yet; it is tried again by itself.")
            return Status(pgettext("message", "waiting"), Tone.PAUSE), note
        case State.UNCERTAIN:
            note = gettext(
                "It may or may not have arrived, and is not sent again by itself."
                " Ask the customer, or have a supervisor decide under Messages."
            )
            return Status(pgettext("message", "uncertain"), Tone.WARN), note
        case State.FAILED:
            note = gettext("Not sent: %(error)s. The text stays here; check the address or use another channel.")
            return Status(pgettext("message", "failed"), Tone.BREACH), note % {"error": message.error}
        case State.HELD:
            note = gettext("Mail is switched off or not set up; an administrator can let it go.")
            return Status(pgettext("message", "held"), Tone.WARN), note
    return Status(pgettext("message", "being handed over"), Tone.PAUSE), ""
