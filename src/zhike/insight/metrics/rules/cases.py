"""How customers' matters are handled: promises, times, effort, departments (CASE-08, 13, 15, 16, 22; methods §5.3)."""

from typing import Any

import ibis.expr.types as ir
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import AS_OF, Condition, Direction, Kind, Metric, Quantity, define

CASE = _("case")
CONTACT = _("contact of a customer")
TASK = _("task")
PROMISES = _("Company requirement: first response and solution")
EFFORT = _("Company requirement: what a matter costs the customer")


def _real(rows: ir.Table) -> ir.BooleanValue:
    """Every matter once: duplicates count with the case that they repeat."""
    return ~rows["is_duplicate"]


def _brought(rows: ir.Table) -> ir.BooleanValue:
    """Cases in which the customer spoke."""
    return _real(rows) & rows["had_contact"]


def _case(*, kind: Kind = Kind.RATE, eligible: Condition, known: Condition | None = None, **own: Any) -> Metric:
    """A figure of cases, by the day of opening unless it says otherwise."""
    values: dict[str, Any] = {"version": 1, "time": "opened_date", "unit": "%" if kind is Kind.RATE else "h", **own}
    return define(Metric(kind=kind, fact="cases", grain=CASE, eligible=eligible, known=known or eligible, **values))


def _broken(rows: ir.Table, clock: str) -> ir.BooleanValue:
    """Marked so, or open and past due at the moment of the data."""
    return rows[f"{clock}_missed"].fill_null(False) | (rows[f"{clock}_due_at"] <= rows[AS_OF]).fill_null(False)  # noqa: FBT003 - Ibis takes the value so


def _ended(clock: str) -> Condition:
    """Real cases whose promise of this clock was kept or is broken."""
    return lambda rows: _real(rows) & (rows[f"{clock}_missed"].notnull() | _broken(rows, clock))


def _measured(column: str) -> Condition:
    return lambda rows: rows[column].notnull()


def _value(column: str) -> Quantity:
    return lambda rows: rows[column]


def _has(column: str) -> Condition:
    return lambda rows: rows[column]


FIRST_RESPONSE_KEPT = _case(
    id="case_first_response_kept",
    label=_("First response kept"),
    definition=_(
        "Cases in which the customer heard from us within the target of their category and class, counted in open"
        " hours, of all whose target was kept or has passed. Open and past due counts as broken; duplicates do not"
        " count."
    ),
    direction=Direction.HIGHER,
    source=PROMISES,
    eligible=_ended("first_response"),
    hit=lambda rows: ~_broken(rows, "first_response"),
    order=60,
)

SOLUTION_KEPT = _case(
    id="case_solution_kept",
    label=_("Solution kept"),
    definition=_(
        "Cases answered within the target of their category and class, counted in open hours without the time in which"
        " the customer or an authority had to act, of all whose target was kept or has passed. Open and past due counts"
        " as broken; duplicates do not count."
    ),
    direction=Direction.HIGHER,
    source=PROMISES,
    eligible=_ended("solution"),
    hit=lambda rows: ~_broken(rows, "solution"),
    order=61,
)

FIRST_RESPONSE_TIME = _case(
    id="case_first_response_time",
    label=_("Time to first response"),
    definition=_(
        "Hours by the wall clock from opening until the customer first heard from us. Cases without any response yet"
        " count as missing."
    ),
    kind=Kind.DURATION,
    direction=Direction.LOWER,
    source=PROMISES,
    eligible=_real,
    known=_measured("first_response_hours"),
    value=_value("first_response_hours"),
    order=62,
)

SOLUTION_TIME = _case(
    id="case_solution_time",
    label=_("Time to answer"),
    definition=_("Hours by the wall clock from opening to the last answer, of all cases answered in the period."),
    kind=Kind.DURATION,
    direction=Direction.LOWER,
    source=PROMISES,
    time="answered_date",
    eligible=lambda rows: _real(rows) & rows["answered_date"].notnull(),
    known=_measured("answer_hours"),
    value=_value("answer_hours"),
    order=63,
)


def _first_contact_known(rows: ir.Table) -> ir.BooleanValue:
    """Closed, and the days have passed within which the customer might have had to ask again."""
    return rows["is_closed"] & (rows["first_contact_known_at"] <= rows[AS_OF])


FIRST_CONTACT = _case(
    id="case_fcr",
    version=2,
    label=_("Solved at first contact"),
    definition=_(
        "Cases solved with the one contact that brought them, without another contact or case on the same matter within"
        " 7 days by any channel, and never opened again, of all that the customer brought. Open cases and those not yet"
        " 7 days old count as missing. Version 1 did not wait for the 7 days and overlooked duplicates."
    ),
    direction=Direction.HIGHER,
    source=_("Company requirement: first contact resolution"),
    eligible=_brought,
    known=_first_contact_known,
    hit=_has("at_first_contact"),
    order=64,
)

FIRST_CONTACT_NET = _case(
    id="case_fcr_net",
    label=_("Solved at first contact, net"),
    definition=_(
        "As solved at first contact, without the cases of categories that cannot be solved at first contact. Each"
        " category says whether it can, as it stands when the data are read."
    ),
    direction=Direction.HIGHER,
    source=_("Company requirement: first contact resolution"),
    eligible=lambda rows: _brought(rows) & rows["can_at_first"],
    known=_first_contact_known,
    hit=_has("at_first_contact"),
    order=64,
)

TRANSFER_RATE = define(
    Metric(
        id="case_transfer_rate",
        version=2,
        label=_("Passed on"),
        definition=_(
            "Contacts of customers after which their case changed its owner at least once before they spoke again, of"
            " all contacts handled: we have spoken since, or the case is closed. Others count as missing; tasks inside"
            " do not count. Version 1 counted cases instead of contacts."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.LOWER,
        fact="case_contacts",
        grain=CONTACT,
        time="said_date",
        source=_("Company requirement: transfer rate"),
        eligible=_has("is_incoming"),
        known=_has("is_handled"),
        hit=_has("was_passed_on"),
        order=65,
    )
)

RE_EXPLAINED = define(
    Metric(
        id="case_re_explained",
        version=1,
        label=_("Answered without looking"),
        definition=_(
            "Hand-overs after which the customer heard from us before the new owner had opened the case, so that the"
            " matter had to be explained anew, of all hand-overs with a reply. Hand-overs without a reply, and those of"
            " a history that was taken over, count as missing."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.LOWER,
        fact="case_handovers",
        grain=_("hand-over"),
        time="handed_date",
        source=_("Company requirement: re-explain count"),
        eligible=_has("is_handover"),
        known=_has("is_known"),
        hit=_has("was_blind"),
        order=67,
    )
)

EFFORT_INDEX = _case(
    id="case_effort_index",
    label=_("Effort index"),
    kind=Kind.DURATION,
    unit="",
    definition=_(
        "What a closed matter cost the customer, 0 to 100: contacts repeated (30 of 100, full at 3), hand-overs (20, at"
        " 2), changes of channel (20, at 2), hand-overs answered without looking (15, at 3), hours until the last"
        " answer (15, at 72). Cases handed over in a history that was taken over count as missing."
    ),
    direction=Direction.LOWER,
    source=_("Company requirement: operational effort index"),
    time="closed_date",
    eligible=lambda rows: _brought(rows) & rows["is_closed"],
    known=lambda rows: ~rows["handed_in_history"] & rows["effort_index"].notnull(),
    value=_value("effort_index"),
    order=67,
)

CAPTURED = _case(
    id="case_complaints_captured",
    label=_("Complaints captured"),
    definition=_(
        "Cases registered as complaints, of all closed cases in which a customer had reason to complain: registered as"
        " one, or coded as the fault of somebody other than the customer. Uncoded others count as missing. Customers"
        " who were dissatisfied and said nothing are in no case; only surveys can count them."
    ),
    direction=Direction.HIGHER,
    source=_("Company requirement: complaint capture"),
    time="closed_date",
    eligible=lambda rows: _brought(rows) & rows["is_closed"] & (rows["is_grievance"] | ~rows["is_coded"]),
    known=_has("is_grievance"),
    hit=_has("is_complaint"),
    order=69,
)

REPEAT_RATE = define(
    Metric(
        id="case_repeat_rate",
        version=2,
        label=_("Had to ask again"),
        definition=_(
            "Contacts of customers on a matter on which they had been in touch before, of all their contacts on cases."
            " On the same matter is what belongs to the same case: a contact joins it within the days of joining. Every"
            " contact of a duplicate counts as asked again. Version 1 counted cases instead of contacts."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.LOWER,
        fact="case_contacts",
        grain=CONTACT,
        time="said_date",
        source=_("Company requirement: repeat rate"),
        eligible=_has("is_incoming"),
        known=_has("is_incoming"),
        hit=_has("is_repeat"),
        order=66,
    )
)

SWITCH_RATE = _case(
    id="case_switch_rate",
    label=_("Changed the channel"),
    definition=_("Cases in which the customer used two or more channels, of all that they brought."),
    direction=Direction.LOWER,
    source=EFFORT,
    eligible=_brought,
    hit=_has("had_switch"),
    order=67,
)

REOPEN_RATE = _case(
    id="case_reopen_rate",
    label=_("Reopened"),
    definition=_("Cases that were opened again at least once, of all that were ever closed."),
    direction=Direction.LOWER,
    source=_("Company requirement: closing and reopening"),
    eligible=lambda rows: _real(rows) & (rows["is_closed"] | rows["was_reopened"]),
    hit=_has("was_reopened"),
    order=68,
)

CODED = _case(
    id="case_coded",
    label=_("Cause coded"),
    definition=_("Closed cases that say their cause and who is responsible, of all closed; duplicates do not count."),
    direction=Direction.HIGHER,
    source=_("Company requirement: cause and responsible unit"),
    time="closed_date",
    eligible=lambda rows: _real(rows) & rows["is_closed"],
    hit=_has("is_coded"),
    order=69,
)

PROACTIVE_SHARE = _case(
    id="case_proactive_share",
    label=_("Before the customer called"),
    version=2,
    definition=_(
        "Cases about late or silent goods that the system opened before the customer called, of all such cases."
    ),
    direction=Direction.HIGHER,
    source=_("Company requirement: watch list"),
    eligible=lambda rows: _real(rows) & rows["is_delay"],
    hit=_has("is_proactive"),
    order=70,
)

NOTICE_DELAY = _case(
    id="case_notice_delay",
    label=_("Until the customer knew of a delay"),
    kind=Kind.DURATION,
    definition=_(
        "Hours from the system's finding that goods are late or silent to our first words to the customer. Cases in"
        " which nobody has told them yet count as missing."
    ),
    direction=Direction.LOWER,
    source=_("Company requirement: watch list"),
    eligible=lambda rows: _real(rows) & rows["is_proactive"] & rows["is_delay"],
    known=_measured("first_response_hours"),
    value=_value("first_response_hours"),
    order=73,
)

STATUS_CALLS = _case(
    id="case_status_calls",
    label=_("Calls asking only for the state"),
    definition=_("Cases that a call opened only to ask where a parcel is, of all cases in which the customer spoke."),
    direction=Direction.LOWER,
    source=_("Company requirement: what the customer sees"),
    eligible=_brought,
    hit=lambda rows: (rows["case_category"] == "where") & (rows["case_channel"] == "call"),
    order=74,
)

WEB_SHARE = _case(
    id="case_web_share",
    label=_("Cases by the web page"),
    definition=_("Cases that began on our own web page, of all cases in which the customer spoke."),
    direction=Direction.NONE,
    source=_("Company requirement: web page"),
    eligible=_brought,
    hit=lambda rows: rows["case_origin"] == "portal",
    order=75,
)

WEB_ANSWER = _case(
    id="case_web_answer",
    label=_("Answer to web cases"),
    kind=Kind.DURATION,
    definition=_("Hours by the wall clock from a message on our web page to our first words to its author."),
    direction=Direction.LOWER,
    source=_("Company requirement: web page"),
    eligible=lambda rows: _real(rows) & (rows["case_origin"] == "portal"),
    known=_measured("first_response_hours"),
    value=_value("first_response_hours"),
    order=76,
)

TASK_WAIT = define(
    Metric(
        id="case_task_wait",
        version=1,
        label=_("Department held a task"),
        definition=_(
            "Hours of the unit's own open time from the question to its reply or refusal, of all that ended in the"
            " period."
        ),
        unit="h",
        kind=Kind.DURATION,
        direction=Direction.LOWER,
        fact="case_tasks",
        grain=TASK,
        time="ended_date",
        source=_("Company requirement: waiting hours by department"),
        eligible=_has("is_ended"),
        known=_measured("held_hours"),
        value=_value("held_hours"),
        order=71,
    )
)


def _task_decided(rows: ir.Table) -> ir.BooleanValue:
    """Ended, or open when its time has passed: by its state and the moment of the data, whoever was told of it."""
    past_due = rows["is_open"] & (rows["due_at"] <= rows[AS_OF])
    return ~rows["is_cancelled"] & (rows["is_missed"].notnull() | past_due)


TASK_KEPT = define(
    Metric(
        id="case_task_kept",
        version=1,
        label=_("Department replied in time"),
        definition=_(
            "Tasks of departments and outlets that ended in time, of all whose time was kept or has passed. Open and"
            " past due counts as broken; cancelled tasks do not count."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        fact="case_tasks",
        grain=TASK,
        time="asked_date",
        source=_("Company requirement: waiting hours by department"),
        eligible=_task_decided,
        known=_task_decided,
        hit=lambda rows: ~rows["is_missed"],
        order=72,
    )
)
