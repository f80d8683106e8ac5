"""Parts of the customer's page: chips, facts, entries, tabs."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.ui import formats
from zhike.platform.ui.components import (
    Audience,
    Button,
    Channel,
    Crumb,
    Fact,
    Mark,
    Person,
    Status,
    TimelineEntry,
    Tone,
)
from zhike.record.agreements.policies import PROMISE
from zhike.record.customers import queries as customers
from zhike.record.customers.policies import CHANGE_OWNER, EDIT, MERGE, REVEAL
from zhike.record.customers.queries import People
from zhike.record.customers.types import (
    CHAIN_LABELS,
    CHAIN_VERBS,
    CHANNEL_LABELS,
    INDUSTRY_LABELS,
    KIND_LABELS,
    LEGAL_FORM_LABELS,
    SOURCE_LABELS,
    STAGE_LABELS,
    STRENGTH_LABELS,
    ContactCard,
    CustomerFile,
    CustomerSummary,
    Label,
    PointKind,
    Stage,
    StandingValue,
    TimelineCursor,
    standing_kinds,
)
from zhike.record.customers.types import TimelineEntry as Entry
from zhike.record.interactions.policies import WRITE
from zhike.service.cases.policies import HANDLE

MOST_PEOPLE = 5
# As many as leave the tabs above the fold; the rest is one click away.
FIRST_ENTRIES = 4
MOST_OTHERS = 24
TONES = {Stage.DORMANT: Tone.WARN, Stage.LOST: Tone.QUIET, Stage.WON_BACK: Tone.ACT, Stage.DURING: Tone.OK}
CHANNELS = {"wechat": Channel.CHAT, "web": Channel.PORTAL}
IN_HEADER = frozenset({"class", "special_marks"})


def header(summary: CustomerSummary, actor: Actor) -> dict[str, Any]:
    """Who this is, whose matter it is, and the next step."""
    standing = summary.standing
    marks = standing["special_marks"].data if "special_marks" in standing else []
    return {
        "status": Status(STAGE_LABELS[summary.stage], TONES.get(Stage(summary.stage), Tone.PLAIN)),
        "class_letter": standing["class"].text if "class" in standing else "",
        "marks": [Mark(str(word)) for word in marks or []],
        "closed": not summary.active,
        "owner": Person(
            name=summary.owner.name,
            role=_("responsible"),
            unit=summary.owner.unit_name,
            call_url=f"tel:{summary.owner.phone}" if summary.owner.phone else "",
            on_duty=summary.owner.on_duty,
        ),
        "kind_label": KIND_LABELS[summary.kind],
        "may_edit": actor.has(EDIT.code),
        "crumbs": [Crumb(gettext("Customer files"), reverse("customers:list"))],
        **_steps(summary, actor),
    }


def _steps(summary: CustomerSummary, actor: Actor) -> dict[str, Any]:
    def at(name: str) -> str:
        return reverse(name, args=[summary.number])

    log = Button(label=_("Log contact"), url=at("desk:log_contact"), icon="phone", key="r", drawer=True)
    promise = f"{reverse('agreements:promise_new')}?customer={summary.number}"
    case = f"{reverse('cases:new')}?customer={summary.number}"
    steps = [
        (HANDLE, Button(label=_("New case"), url=case, icon="plus", key="c")),
        (WRITE, Button(label=_("Write a note"), url=at("desk:note"), icon="note", key="n", drawer=True)),
        (PROMISE, Button(label=_("Give a promise"), url=promise, icon="clock", key="p", drawer=True)),
        (EDIT, Button(label=_("Edit"), url=at("customers:edit"), icon="edit")),
    ]
    return {
        "primary": log if actor.has(WRITE.code) else None,
        "actions": [button for right, button in steps if actor.has(right.code)],
    }


def chip(card: ContactCard, actor: Actor) -> Person:
    """A person with what they do in the decision chain; the number is masked, each whole look is logged."""
    phone = next((p for p in card.points if p.kind == PointKind.PHONE.value), None)
    return Person(
        name=card.name,
        form_of_address=card.form_of_address,
        role=words([CHAIN_VERBS[role] for role in card.roles]) or card.position,
        phone=phone.masked if phone else "",
        reveal_url=reverse("customers:reveal", args=[phone.id]) if phone and actor.has(REVEAL.code) else "",
        url=reverse("customers:contact", args=[card.id]) if actor.has(EDIT.code) else "",
        last_contact=card.last_contact_at,
    )


def words(labels: list[Label]) -> str:
    return pgettext("list of words", ", ").join(str(label) for label in labels)


def now_items(summary: CustomerSummary, open_enquiries: int) -> list[dict[str, Any]]:
    """What is open with this customer today, of the file itself; rooms add theirs as cards."""
    items: list[dict[str, Any]] = []
    if open_enquiries:
        address = f"{reverse('customers:enquiries')}?customer={summary.number}&state=open"
        items.append({"label": gettext("Open enquiries"), "value": open_enquiries, "url": address})
    for code, found in summary.standing.items():
        kind = standing_kinds().get(code)
        if kind is not None and code not in IN_HEADER and found.number is not None:
            items.append({"label": kind.label, "value": _standing_text(kind.shown_as, found.number), "url": ""})
    return items


def _standing_text(shown_as: StandingValue, number: Any) -> str:  # noqa: ANN401 - a Decimal
    return f"{number:,.2f}" if shown_as is StandingValue.MONEY else f"{number.normalize():f}"


def standing_facts(summary: CustomerSummary, zone: str) -> list[Fact]:
    """Where the customer stands with us."""
    moments = [
        (_("Customer since"), summary.opened_at),
        (_("Last order"), summary.last_order_at),
        (_("Last contact"), summary.last_contact_at),
        (_("File checked"), summary.last_verified_at),
    ]
    facts = [Fact(label=label, value=at and clock.local_date(at, zone)) for label, at in moments]
    for code, found in summary.standing.items():
        kind = standing_kinds().get(code)
        if kind is not None and code not in IN_HEADER and found.text:
            facts.append(Fact(label=kind.label, value=found.text))
    return facts


def completeness(file: CustomerFile, people: People) -> tuple[int, int, list[Label]]:
    """How much of a file is filled: filled, wanted, and what is missing."""
    entry = file.entry
    asked: list[tuple[Label, bool]] = [
        (_("registration number"), bool(entry.registration_no)),
        (_("legal form"), bool(entry.legal_form)),
        (_("industry"), bool(entry.industry)),
        (_("city"), bool(entry.city)),
        (_("address"), bool(entry.address)),
        (_("how we met"), bool(entry.source)),
        (_("a contact"), bool(people.live)),
        (_("a phone number"), any(p.kind == "phone" and not p.doubt for c in people.live for p in c.points)),
        (_("the decision maker"), any("decision_maker" in c.roles for c in people.live)),
    ]
    return 1 + sum(found for _label, found in asked), 1 + len(asked), [label for label, found in asked if not found]


def entry(found: Entry) -> TimelineEntry:
    """A line of the timeline as the component draws it."""
    channel = CHANNELS.get(found.channel) or (
        Channel(found.channel) if found.channel in set(Channel) else Channel.SYSTEM
    )
    inward = found.direction == "in"
    people = (found.contact or gettext("customer"), found.by or gettext("we"))
    who, to = people if inward else people[::-1]
    if not found.direction:
        who, to = found.by or found.contact or gettext("System"), ""
    correct = reverse("desk:correct", args=[found.key]) if found.can_correct else ""
    return TimelineEntry(
        key=f"{found.source}-{found.key}",
        at=found.at,
        zone=found.zone,
        channel=channel,
        who=who,
        to=to,
        audience=Audience(found.audience) if found.audience in set(Audience) else Audience.INTERNAL,
        department=found.unit,
        title=found.subject,
        body=found.body if not found.redacted else gettext("Erased on request."),
        source_url=found.url or correct,
        source_label=found.number if found.url else gettext("Correct"),
        struck=found.struck,
        corrects=gettext("an earlier entry") if found.corrects else "",
    )


def cursor_values(cursor: TimelineCursor) -> tuple[Any, str, int]:
    return cursor.at, cursor.source, cursor.key


def own_tab(code: str, actor: Actor, summary: CustomerSummary) -> dict[str, Any]:
    """Tabs of the customer file itself."""
    context: dict[str, Any] = {"template": f"desk/customer_{code}.html", "customer": summary}
    if code == "file":
        return {**context, **_file_tab(actor, summary)}
    if code == "net":
        return {**context, **_net_tab(actor, summary)}
    if code == "units":
        return {**context, "units": customers.units_of(actor=actor, customer_id=summary.id)}
    rows = customers.enquiry_rows(actor=actor).filter(customer_id=summary.id).order_by("-at", "-pk")
    return {**context, "enquiries": list(rows[:20]), "may_edit": actor.has(EDIT.code)}


def _file_tab(actor: Actor, summary: CustomerSummary) -> dict[str, Any]:
    file = customers.customer_file(actor=actor, customer_id=summary.id)
    entry = file.entry
    references = customers.references(actor=actor, customer_id=summary.id)
    steps = [
        (CHANGE_OWNER, _("Change responsible person"), "customers:owner"),
        (MERGE, _("Merge a duplicate"), "customers:merge"),
        (MERGE, _("Group"), "customers:group_link"),
        (EDIT, _("Set the stage"), "customers:stage"),
    ]
    again = Button(label=_("Open the file again"), url=reverse("customers:reopen", args=[summary.number]), post=True)
    close = Button(label=_("Close the file"), url=reverse("customers:close", args=[summary.number]))
    return {
        "facts": [
            Fact(label=_("Kind of file"), value=KIND_LABELS[entry.kind]),
            Fact(label=_("Registration number"), value=entry.registration_no, copy=entry.registration_no),
            Fact(label=_("Legal form"), value=LEGAL_FORM_LABELS[entry.legal_form]),
            Fact(label=_("Industry"), value=INDUSTRY_LABELS[entry.industry]),
            Fact(label=_("Address"), value=" ".join(part for part in (entry.city, entry.address) if part)),
            Fact(label=_("Time zone"), value=formats.zone_words(entry.zone, clock.now())),
            Fact(label=_("How we met"), value=SOURCE_LABELS[entry.source]),
            Fact(label=_("In other systems"), value=", ".join(f"{system} {ref}" for system, ref in references)),
        ],
        "steps": [
            Button(label=label, url=reverse(name, args=[summary.number]))
            for right, label, name in steps
            if actor.has(right.code)
        ]
        + ([close if summary.active else again] if actor.has(EDIT.code) else []),
        "may_edit": actor.has(EDIT.code),
    }


def _net_tab(actor: Actor, summary: CustomerSummary) -> dict[str, Any]:
    """Who decides: people in lanes of their roles (网状关系网)."""
    people = customers.people(actor=actor, customer_id=summary.id)
    by_id: Mapping[int, ContactCard] = {card.id: card for card in people.contacts}
    others = [card for card in people.contacts if not card.roles]
    lanes = []
    for role, label in CHAIN_LABELS.items():
        seats = [seat for seat in people.coverage.seats if seat.role == role]
        lanes.append((label, [(seat, by_id.get(seat.contact_id or 0)) for seat in seats]))
    return {
        "lanes": lanes[::-1],
        "coverage": people.coverage,
        "others": others[:MOST_OTHERS],
        "more_others": max(0, len(others) - MOST_OTHERS),
        "strengths": STRENGTH_LABELS,
        "channels": CHANNEL_LABELS,
        "may_edit": actor.has(EDIT.code),
    }
