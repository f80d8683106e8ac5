"""What several pages of shipments draw alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from zhike.platform import clock, phones
from zhike.platform.actors import Actor
from zhike.platform.ui import formats, formpage, render
from zhike.platform.ui.components import Severity, Status, Tone
from zhike.record.organization.queries import unit_rows
from zhike.record.shipments import queries
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.types.codes import STATUS_LABELS, TROUBLE
from zhike.record.shipments.types.codes import Status as State

_TONES = {State.DELIVERED: Tone.OK, State.OUT_FOR_DELIVERY: Tone.ACT, State.CANCELLED: Tone.QUIET}


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even nothing at all; None where the form is only asked for."""
    return request.POST if request.method == "POST" else None


def posted_files(request: HttpRequest) -> "MultiValueDict[str, UploadedFile[Any]] | None":
    return request.FILES if request.method == "POST" else None


def page_url(row: Shipment) -> str:
    """The shipment's page at the desk."""
    try:
        return reverse("desk:shipment", args=[row.pk])
    except NoReverseMatch:
        return ""


def state_status(code: str) -> Status:
    """The state as a word; only trouble is tinted."""
    state = State(code)
    return Status(STATUS_LABELS[state], Tone.WARN if state in TROUBLE else _TONES.get(state, Tone.PLAIN))


def lateness(row: Shipment, now: datetime) -> Status | None:
    """How many days after the promise, delivered or not; nothing when in time."""
    if row.promised_delivery_at is None:
        return None
    overdue = row.is_open and row.overdue_at is not None and row.overdue_at <= now
    if not (row.is_late or overdue):
        return None
    until = row.delivered_at or now
    days = max(1, (clock.local_date(until, row.zone) - clock.local_date(row.promised_delivery_at, row.zone)).days)
    word = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
    return Status(word, Tone.BREACH if overdue else Tone.WARN)


@dataclass(frozen=True, slots=True)
class Holder:
    """The outlet that has the goods, with its work phone."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Row:
    """A shipment as lists show it, with what is looked up for a page at once."""

    shipment: Shipment
    consignee: str
    city: str
    now: datetime
    holder: Holder | None = None

    @property
    def pk(self) -> int:
        return self.shipment.pk

    @property
    def customer(self) -> str:
        return self.shipment.customer.name if self.shipment.customer else gettext("unknown shipper")

    @property
    def late(self) -> Status | None:
        return lateness(self.shipment, self.now)

    @property
    def promised_on(self) -> date | None:
        promised = self.shipment.promised_delivery_at
        return clock.local_date(promised, self.shipment.zone) if promised else None

    @property
    def severity(self) -> Severity:
        if self.late is not None and self.shipment.is_open:
            return Severity.BREACH
        return Severity.NOTICE if State(self.shipment.status) in TROUBLE else Severity.NONE


def promised_cell(row: Row) -> SafeString:
    """The promised day, and how much later it is or was."""
    if row.promised_on is None:
        return render.NOTHING
    today = clock.local_date(row.now, row.shipment.zone)
    word = format_html('<span class="zk-when">{}</span>', formats.day(row.promised_on, today))
    return format_html('<span class="zk-promised">{} {}</span>', word, render.status(row.late)) if row.late else word


def dial(number: str) -> SafeString:
    """A work phone that can be called."""
    if not number:
        return SafeString("")
    return format_html('<a class="zk-num text-nowrap" href="tel:{}">{}</a>', number, phones.display(number))


def holder_cell(row: Row) -> SafeString:
    """Who has the goods, and the number to call there."""
    if row.holder is None:
        return render.NOTHING
    return format_html('<span class="zk-clamp" title="{0}">{0}</span>{1}', row.holder.name, dial(row.holder.phone))


def courier_cell(row: Row) -> SafeString:
    courier = row.shipment.courier_name
    if not courier and not row.shipment.courier_phone:
        return render.NOTHING
    return format_html('<span class="zk-short">{}</span><br>{}', courier, dial(row.shipment.courier_phone))


def held_rows(actor: Actor, now: datetime, shipments: Sequence[Any]) -> list[Row]:
    """As `rows_of`, with who holds each: one query more."""
    wanted = {unit for s in shipments if (unit := s.holder_unit_id or s.destination_unit_id)}
    units = {u.pk: Holder(u.name, u.phone) for u in unit_rows(actor=actor).filter(pk__in=wanted)}
    return [
        replace(row, holder=units.get(row.shipment.holder_unit_id or row.shipment.destination_unit_id or 0))
        for row in rows_of(actor, now, shipments)
    ]


def rows_of(actor: Actor, now: datetime, shipments: Sequence[Any]) -> list[Row]:
    """One query more, for the consignees of the page."""
    people = queries.consignees(actor=actor, shipment_ids=[s.pk for s in shipments])
    found = [(s, people.get(s.pk, ("", s.city))) for s in shipments]
    return [Row(s, name, city, now) for s, (name, city) in found]


form_page = partial(formpage.form_page, room="shipments")
