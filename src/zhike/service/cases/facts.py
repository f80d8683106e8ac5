"""What cases publish to the lake: times, kept and broken promises, codes; no names, nothing that was written."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor, system_actor
from zhike.platform.db.ids import ids_of
from zhike.platform.facts import Column, ColumnType, Fact, Row, add_column, name_dimension, open_rows_with, publish
from zhike.platform.outbox import Mode
from zhike.record.customers.types import CHANNEL_LABELS, Channel, Label
from zhike.record.organization import queries as organization
from zhike.service.cases import queries
from zhike.service.cases.rules import EFFORT_PARTS
from zhike.service.cases.types import (
    KIND_LABELS,
    OPEN_TASKS,
    ORIGIN_LABELS,
    PARTY_LABELS,
    PROACTIVE,
    SEVERITY_LABELS,
    STATE_LABELS,
    TASK_LABELS,
    CaseKind,
    CaseState,
    Ending,
    Handling,
    Party,
    TaskState,
)
from zhike.service.cases.types.defaults import LATE, NO_SCAN

INTEGER, TEXT, FLAG, DATE, FLOAT = (
    ColumnType.INTEGER,
    ColumnType.TEXT,
    ColumnType.BOOLEAN,
    ColumnType.DATE,
    ColumnType.FLOAT,
)
_NAMES = system_actor("cases.names")


def _hours(end: str) -> str:
    """Hours by the wall clock from opening; nothing before the event."""
    return f"CASE WHEN {end} >= opened_at THEN extract(epoch FROM {end} - opened_at) / 3600.0 END"


def _word(table: str, key: str) -> str:
    """The code of a word of the company; its row never changes its code."""
    return f"(SELECT w.code FROM {table} w WHERE w.id = {key})"  # noqa: S608 - our own names


def _of_goods(column: str) -> str:
    """A column of the shipment that the case is about, as it stood when the case last changed; nothing without one."""
    return f"(SELECT h.{column} FROM shipments_shipment h WHERE h.id = shipment_id)"  # noqa: S608 - our own names


def _used(counter: str) -> str:
    return f"CASE WHEN {counter} > 0 THEN '{WITH}' ELSE '{WITHOUT}' END"


WITH, WITHOUT = "with", "without"
_CLOSED = f"state = '{CaseState.CLOSED.value}'"
_DUPLICATE = f"ending = '{Ending.DUPLICATE.value}'"
# methods §5.3: the days within which a further contact on the same matter shows that the first did not solve it.
_SAME = "interval '7 days'"
_SAID_IN_TIME = (
    "(SELECT count(*) FROM cases_casecontact k WHERE k.case_id = cases_case.id AND k.incoming"  # noqa: S608 - our own names
    f" AND k.at < cases_case.opened_at + {_SAME})"
)
_REPEATED = (
    "EXISTS (SELECT 1 FROM cases_case d WHERE d.duplicate_of_id = cases_case.id"  # noqa: S608 - our own names
    f" AND d.opened_at < cases_case.opened_at + {_SAME})"
)
_WRONG = f"party NOT IN ('', '{Party.CUSTOMER.value}', '{Party.NOBODY.value}')"


def _handed(spell: str) -> str:
    """Somebody owned the case before."""
    return f"EXISTS (SELECT 1 FROM cases_ownerspell b WHERE b.case_id = {spell}.case_id AND b.id < {spell}.id)"  # noqa: S608 - our own names


def _reply(spell: str) -> str:
    """When this owner's time first brought the customer our words."""
    return (
        f"(SELECT min(k.at) FROM cases_casecontact k WHERE k.case_id = {spell}.case_id AND NOT k.incoming"  # noqa: S608 - our own names
        f" AND k.at >= {spell}.valid_from AND k.at < coalesce({spell}.valid_until, 'infinity'))"
    )


def _blind(spell: str) -> str:
    """Methods §5.3: a hand-over after which the customer got our words before anybody had looked at the case."""
    return f"{_handed(spell)} AND {_reply(spell)} < coalesce({spell}.viewed_at, 'infinity')"


_RE_EXPLAINS = (
    "CASE WHEN transfers = 0 THEN 0 ELSE (SELECT count(*) FROM cases_ownerspell s"  # noqa: S608 - our own names
    f" WHERE s.case_id = cases_case.id AND {_blind('s')}) END"
)
_COUNTED = {
    "repeats": "repeats",
    "transfers": "transfers",
    "switches": "switches",
    "re_explains": _RE_EXPLAINS,
    "hours": "extract(epoch FROM coalesce(answered_at, closed_at) - opened_at) / 3600",
}
# methods §5.4, with the weights and caps by which each case shows its own.
_EFFORT = "100 * (" + " + ".join(
    f"{w} * least(1, ({_COUNTED[name]}) / {cap}.0)" for name, (w, cap) in EFFORT_PARTS.items()
)
_EFFORT += ")"
_BY_SYSTEM = f"origin IN ({', '.join(repr(o.value) for o in sorted(PROACTIVE))})"

CASES = publish(
    Fact(
        name="cases",
        table="cases_case",
        month="date_trunc('month', timezone('UTC', opened_at))::date",
        label=_("Cases"),
        columns=(
            Column("customer_id", INTEGER, dimension=True, label=_("Customer")),
            Column("case_category", TEXT, _word("cases_category", "category_id"), dimension=True, label=_("Category")),
            Column("case_kind", TEXT, "kind", dimension=True, label=_("Kind of case")),
            Column("case_channel", TEXT, "channel", dimension=True, label=_("Channel")),
            Column("case_origin", TEXT, "origin", dimension=True, label=_("Came by")),
            Column("case_severity", TEXT, "severity", dimension=True, label=_("Severity")),
            Column("case_owner_id", INTEGER, "owner_id", dimension=True, label=_("Owner")),
            Column("case_cause", TEXT, _word("cases_cause", "cause_id"), dimension=True, label=_("Cause")),
            Column("case_party", TEXT, "party", dimension=True, label=_("Responsible")),
            Column("party_unit_id", INTEGER, dimension=True, label=_("Responsible unit")),
            Column("service_mode", TEXT, _of_goods("service_mode"), dimension=True, label=_("Service mode")),
            Column("region", TEXT, _of_goods("region"), dimension=True, label=_("Destination region")),
            Column("outlet_id", INTEGER, _of_goods("destination_unit_id"), dimension=True, label=_("Delivery outlet")),
            Column("scope_unit_id", INTEGER),
            Column("opened_date", DATE, "timezone(zone, opened_at)::date"),
            Column("answered_date", DATE, "timezone(zone, answered_at)::date"),
            Column("closed_date", DATE, "timezone(zone, closed_at)::date"),
            Column("first_response_hours", FLOAT, _hours("first_response_at")),
            Column("answer_hours", FLOAT, _hours("answered_at")),
            Column("closed_hours", FLOAT, _hours("closed_at")),
            Column("first_response_missed", FLAG),
            Column("solution_missed", FLAG),
            # Open and past due counts as broken, from the hour on.
            Column("first_response_due_at", ColumnType.INSTANT),
            Column("solution_due_at", ColumnType.INSTANT),
            Column("is_closed", FLAG, _CLOSED),
            Column("is_duplicate", FLAG, _DUPLICATE),
            Column("is_solved", FLAG, "coalesce(solved, false)"),
            # methods §5.3: solved with the one contact that brought it, none other within the days, never reopened.
            Column(
                "at_first_contact",
                FLAG,
                f"{_CLOSED} AND coalesce(solved, false) AND reopened = 0"
                f" AND (contacts = 1 OR (contacts > 1 AND {_SAID_IN_TIME} = 1)) AND NOT {_REPEATED}",
            ),
            Column("first_contact_known_at", ColumnType.INSTANT, f"opened_at + {_SAME}"),
            Column("can_at_first", FLAG, "(SELECT w.first_contact FROM cases_category w WHERE w.id = category_id)"),
            Column("is_complaint", FLAG, f"kind = '{CaseKind.COMPLAINT.value}'"),
            Column("is_grievance", FLAG, f"kind = '{CaseKind.COMPLAINT.value}' OR (cause_id IS NOT NULL AND {_WRONG})"),
            Column("effort_index", FLOAT, _EFFORT),
            # Who looked at a case before it was taken over, nobody knows.
            Column("handed_in_history", FLAG, f"mode = '{Mode.BACKFILL.value}' AND transfers > 0"),
            Column("had_transfer", FLAG, "transfers > 0", label=_("Was handed over to somebody else")),
            Column("had_switch", FLAG, "switches > 0"),
            Column("was_reopened", FLAG, "reopened > 0"),
            Column("had_contact", FLAG, "contacts > 0"),
            Column("is_proactive", FLAG, _BY_SYSTEM),
            Column("is_coded", FLAG, "cause_id IS NOT NULL"),
            Column("is_delay", FLAG, f"{_word('cases_category', 'category_id')} IN ('{LATE}', '{NO_SCAN}')"),
            Column("used_article", TEXT, _used("articles_used"), dimension=True, label=_("Article used")),
            Column("used_phrase", TEXT, _used("phrases_used"), dimension=True, label=_("Phrase used")),
            Column("had_article", FLAG, "articles_used > 0"),
            Column("had_phrase", FLAG, "phrases_used > 0"),
            Column("is_quick", FLAG, f"handling = '{Handling.QUICK.value}'", label=_("Solved at once")),
        ),
    )
)

# Complaints know their goods; goods know nothing of cases. A duplicate repeats another complaint.
_COMPLAINT = f"c.kind = '{CaseKind.COMPLAINT.value}' AND c.{_DUPLICATE.replace('=', '<>')}"
_HAS_COMPLAINT = (
    f"EXISTS (SELECT 1 FROM cases_case c WHERE c.shipment_id = shipments_shipment.id AND {_COMPLAINT})"  # noqa: S608 - our own names
    " OR EXISTS (SELECT 1 FROM cases_casegoods g JOIN cases_case c ON c.id = g.case_id"
    f" WHERE g.shipment_id = shipments_shipment.id AND {_COMPLAINT})"
)
_CHANGED = "FROM cases_case c{join} WHERE c.changed_xid >= {{since}}"
add_column(
    "shipments",
    Column("has_complaint", FLAG, _HAS_COMPLAINT),
    follows=(
        f"SELECT c.shipment_id {_CHANGED.format(join='')} AND c.shipment_id IS NOT NULL",
        f"SELECT g.shipment_id {_CHANGED.format(join=' JOIN cases_casegoods g ON g.case_id = c.id')}",
    ),
)


def _of_case(column: str) -> str:
    """A column of the contact's case; a trigger renews the contacts of a case that changes in one of these."""
    return f"(SELECT c.{column} FROM cases_case c WHERE c.id = case_id)"  # noqa: S608 - our own names


_CASE_CATEGORY = (
    "(SELECT w.code FROM cases_case c JOIN cases_category w ON w.id = c.category_id"
    " WHERE c.id = cases_casecontact.case_id)"
)
# The case holds what was said before on the same matter; a duplicate repeats another case.
_ASKED_BEFORE = (
    "EXISTS (SELECT 1 FROM cases_casecontact b WHERE b.case_id = cases_casecontact.case_id"
    " AND b.incoming AND b.id < cases_casecontact.id)"
)
# A hand-over belongs to the contact before it.
_PASSED_ON = (
    "EXISTS (SELECT 1 FROM cases_ownerspell s WHERE s.case_id = cases_casecontact.case_id"  # noqa: S608 - our own names
    f" AND s.valid_from >= cases_casecontact.at AND {_handed('s')}"
    " AND NOT EXISTS (SELECT 1 FROM cases_casecontact n WHERE n.case_id = s.case_id AND n.incoming"
    " AND n.id > cases_casecontact.id AND n.at <= s.valid_from))"
)
CASE_CONTACTS = publish(
    Fact(
        name="case_contacts",
        table="cases_casecontact",
        month="date_trunc('month', timezone('UTC', at))::date",
        label=_("Contacts of cases"),
        columns=(
            Column("customer_id", INTEGER, _of_case("customer_id"), dimension=True, label=_("Customer")),
            Column("case_category", TEXT, _CASE_CATEGORY, dimension=True, label=_("Category")),
            Column("case_kind", TEXT, _of_case("kind"), dimension=True, label=_("Kind of case")),
            Column("case_channel", TEXT, "channel", dimension=True, label=_("Channel")),
            Column("case_owner_id", INTEGER, _of_case("owner_id"), dimension=True, label=_("Owner")),
            Column("scope_unit_id", INTEGER, _of_case("scope_unit_id")),
            Column("said_date", DATE, f"timezone({_of_case('zone')}, at)::date"),
            Column("is_incoming", FLAG, "incoming"),
            Column("is_repeat", FLAG, f"incoming AND ({_ASKED_BEFORE} OR {_of_case('duplicate_of_id')} IS NOT NULL)"),
            Column("was_passed_on", FLAG, f"incoming AND {_PASSED_ON}"),
            # Our words have followed, or the matter is closed.
            Column(
                "is_handled",
                FLAG,
                f"coalesce({_of_case('we_spoke_at')} >= at, false) OR {_of_case('state')} = 'closed'",
            ),
        ),
    )
)

CASE_HANDOVERS = publish(
    Fact(
        name="case_handovers",
        table="cases_ownerspell",
        month="date_trunc('month', timezone('UTC', valid_from))::date",
        label=_("Hand-overs of cases"),
        columns=(
            Column("customer_id", INTEGER, _of_case("customer_id"), dimension=True, label=_("Customer")),
            Column(
                "case_category",
                TEXT,
                _CASE_CATEGORY.replace("cases_casecontact", "cases_ownerspell"),
                dimension=True,
                label=_("Category"),
            ),
            Column("case_kind", TEXT, _of_case("kind"), dimension=True, label=_("Kind of case")),
            Column("case_owner_id", INTEGER, "staff_id", dimension=True, label=_("Owner")),
            Column("scope_unit_id", INTEGER, _of_case("scope_unit_id")),
            Column("handed_date", DATE, f"timezone({_of_case('zone')}, valid_from)::date"),
            Column("is_handover", FLAG, _handed("cases_ownerspell")),
            # Answered by the new owner's time, and handed over here: of a history nobody knows who looked.
            Column(
                "is_known",
                FLAG,
                f"{_reply('cases_ownerspell')} IS NOT NULL AND valid_from >= {_of_case('received_at')}",
            ),
            Column("was_blind", FLAG, _blind("cases_ownerspell")),
        ),
    )
)

_OPEN = ", ".join(repr(s.value) for s in sorted(OPEN_TASKS))
_ENDED = ", ".join(repr(s.value) for s in (TaskState.REPLIED, TaskState.DECLINED))
CASE_TASKS = publish(
    Fact(
        name="case_tasks",
        table="cases_task",
        month="date_trunc('month', timezone('UTC', asked_at))::date",
        label=_("Tasks of cases"),
        columns=(
            Column("task_unit_id", INTEGER, "unit_id", dimension=True, label=_("Department or outlet")),
            Column("task_state", TEXT, "state", dimension=True, label=_("State")),
            Column("scope_unit_id", INTEGER),
            Column("asked_date", DATE, "timezone('UTC', asked_at)::date"),
            Column("ended_date", DATE, "timezone('UTC', ended_at)::date"),
            Column("held_hours", FLOAT),
            # Open and past due counts as missed (methods §5.1): by these two, whoever was told of it.
            Column("due_at", ColumnType.INSTANT),
            Column("is_open", FLAG, f"state IN ({_OPEN})"),
            Column("is_missed", FLAG, "missed"),
            Column("is_declined", FLAG, f"state = '{TaskState.DECLINED.value}'", label=_("Declined")),
            Column("is_ended", FLAG, f"state IN ({_ENDED})"),
            Column("is_cancelled", FLAG, f"state = '{TaskState.CANCELLED.value}'"),
        ),
    )
)


class _Codes:
    """Names of fixed codes."""

    def __init__(self, known: Mapping[str, Label]) -> None:
        self._texts = {str(code): label for code, label in known.items()}

    def __call__(self, values: Sequence[str]) -> Mapping[str, str]:
        return {value: str(self._texts[value]) for value in values if value in self._texts}


def _category_names(values: Sequence[str]) -> Mapping[str, str]:
    known = queries.category_labels(actor=_NAMES, active_only=False)
    return {value: known[value] for value in values if value in known}


def _cause_names(values: Sequence[str]) -> Mapping[str, str]:
    known = queries.cause_labels(actor=_NAMES, active_only=False)
    return {value: known[value] for value in values if value in known}


def _unit_names(values: Sequence[str]) -> Mapping[str, str]:
    """A unit's name is no secret within the company."""
    found = organization.unit_labels(actor=_NAMES, unit_ids=ids_of(values))
    return {str(pk): name for pk, name in found.items()}


def _staff_names(values: Sequence[str]) -> Mapping[str, str]:
    rows = organization.staff_rows(actor=_NAMES).filter(pk__in=ids_of(values))
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def _cases_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The cases behind a figure, in the order of their ids."""
    headings = [gettext("No."), gettext("Customer"), gettext("Category"), gettext("State"), gettext("Opened")]
    rows = queries.case_rows(actor=actor).filter(pk__in=ids).order_by("pk")
    return headings, [
        Row(
            one.pk,
            one.number,
            reverse("desk:case", args=[one.pk]),
            (
                one.customer.name,
                queries.category_word(one.category),
                str(STATE_LABELS[one.state]),
                clock.local_date(one.opened_at, one.zone).isoformat(),
            ),
        )
        for one in rows
    ]


def _tasks_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The tasks behind a figure, in the order of their ids."""
    headings = [gettext("What is needed"), gettext("Case"), gettext("Department or outlet"), gettext("State")]
    rows = queries.task_rows(actor=actor).filter(pk__in=ids).order_by("pk")
    return headings, [
        Row(
            one.pk,
            one.title,
            reverse("cases:task", args=[one.pk]),
            (one.case.number, one.unit.name, str(TASK_LABELS[one.state])),
        )
        for one in rows
    ]


def _contacts_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The customers' contacts behind a figure, in the order of their ids: where and when, never what was said."""
    headings = [gettext("Case"), gettext("Customer"), gettext("Channel"), gettext("Category"), gettext("When")]
    return headings, [
        Row(
            one.pk,
            one.case.number,
            reverse("desk:case", args=[one.case_id]),
            (
                one.case.customer.name,
                str(CHANNEL_LABELS[Channel(one.channel)]),
                queries.category_word(one.case.category),
                clock.local_date(one.at, one.case.zone).isoformat(),
            ),
        )
        for one in queries.contact_rows(actor=actor).filter(pk__in=ids).order_by("pk")
    ]


def _handovers_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The hand-overs behind a figure, in the order of their ids: whose case, to whom, when."""
    headings = [gettext("Case"), gettext("Customer"), gettext("Owner"), gettext("Category"), gettext("When")]
    return headings, [
        Row(
            one.pk,
            one.case.number,
            reverse("desk:case", args=[one.case_id]),
            (
                one.case.customer.name,
                one.staff.name,
                queries.category_word(one.case.category),
                clock.local_date(one.valid_from, one.case.zone).isoformat(),
            ),
        )
        for one in queries.handover_rows(actor=actor).filter(pk__in=ids).order_by("pk")
    ]


name_dimension("case_category", _category_names)
name_dimension("case_cause", _cause_names)
name_dimension("case_kind", _Codes(KIND_LABELS))
name_dimension("case_channel", _Codes(CHANNEL_LABELS))
name_dimension("case_origin", _Codes(ORIGIN_LABELS))
name_dimension("case_severity", _Codes(SEVERITY_LABELS))
name_dimension("case_party", _Codes(PARTY_LABELS))
name_dimension("used_article", _Codes({WITH: pgettext_lazy("use", "with"), WITHOUT: pgettext_lazy("use", "without")}))
name_dimension("used_phrase", _Codes({WITH: pgettext_lazy("use", "with"), WITHOUT: pgettext_lazy("use", "without")}))
name_dimension("task_state", _Codes(TASK_LABELS))
name_dimension("case_owner_id", _staff_names)
name_dimension("party_unit_id", _unit_names)
name_dimension("task_unit_id", _unit_names)
open_rows_with("cases", _cases_behind)
open_rows_with("case_tasks", _tasks_behind)
open_rows_with("case_contacts", _contacts_behind)
open_rows_with("case_handovers", _handovers_behind)
