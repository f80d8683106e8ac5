"""What waits for the reader: one list for the bell and for Today, so that both say the same."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.bulk import queries as imports
from zhike.platform.bulk.policies import IMPORT
from zhike.platform.bulk.states import RunState
from zhike.platform.messaging import queries as messages
from zhike.platform.messaging.policies import DECIDE
from zhike.platform.messaging.types import State
from zhike.platform.ops import queries as operations
from zhike.platform.ops.policies import REPAIR
from zhike.platform.parameters import queries as parameters
from zhike.platform.parameters.policies import APPROVE_PARAMETERS, is_proposer
from zhike.platform.parameters.types import declared
from zhike.platform.ui import formats, slots
from zhike.platform.ui.slots import BellEntry, BellGroup
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.policies import PROMISE
from zhike.record.agreements.types import MEASURE_LABELS
from zhike.record.customers import queries as customers
from zhike.record.customers.policies import VIEW as VIEW_CUSTOMERS
from zhike.record.organization import queries as organization
from zhike.record.organization.policies import APPROVE_AUTHORITY, VIEW_CONTROLS, person_of
from zhike.record.organization.types import LimitState
from zhike.record.shipments import queries as shipments
from zhike.record.shipments.policies import EXPLAIN_CODES
from zhike.service.cases import queries as cases
from zhike.service.cases.policies import ANSWER_ESCALATIONS, DO_TASKS, HANDLE
from zhike.service.knowledge import queries as knowledge
from zhike.service.knowledge.policies import PUBLISH
from zhike.service.knowledge.policies import VIEW as VIEW_ARTICLES

MOST = 20
MOST_IMPORTS = 5
IMPORT_SHOWN_FOR = timedelta(hours=24)
AT_WORK = frozenset({RunState.QUEUED.value, RunState.RUNNING.value})


def decisions(actor: Actor) -> list[BellEntry]:
    """Approvals that only somebody else than the proposer may give."""
    return [*_parameter_changes(actor), *_target_changes(actor), *_authority_limits(actor), *_articles(actor)]


def repairs(actor: Actor) -> list[BellEntry]:
    """What stands still in the machinery and in the feeds until somebody decides."""
    return [*_failures(actor), *_unknown_codes(actor), *_uncertain_messages(actor)]


def promised_contacts(actor: Actor, now: datetime) -> list[BellEntry]:
    """The reader's own enquiries whose day of contact has come."""
    if not actor.has(VIEW_CUSTOMERS.code) or actor.staff_id is None:
        return []
    rows = customers.due_enquiries(actor=actor, today=clock.local_date(now, actor.zone))
    return [
        BellEntry(
            group=BellGroup.NEEDS_ME,
            text=gettext("Contact %(name)s: %(subject)s") % {"name": row.customer.name, "subject": row.subject},
            url=reverse("customers:enquiry", args=[row.pk]),
        )
        for row in rows.filter(customer__owner_id=actor.staff_id)[:MOST]
    ]


def jobs(actor: Actor, now: datetime) -> list[BellEntry]:
    """Imports at work, and those that ended within a day."""
    if not actor.has(IMPORT.code):
        return []
    return [
        BellEntry(
            group=BellGroup.JOBS,
            text=_import_text(run),
            url=reverse("bulk:run", args=[run.id]),
            at=run.finished_at or run.made_at,
        )
        for run in imports.list_runs(actor=actor, limit=MOST_IMPORTS)
        if not run.is_dry and (run.state in AT_WORK or (run.finished_at and now - run.finished_at < IMPORT_SHOWN_FOR))
    ]


def _import_text(run: imports.RunView) -> str:
    named = {"source": run.source, "rows": formats.number(run.created + run.updated)}
    if run.state in AT_WORK:
        return gettext("Import %(source)s is at work") % named
    if run.error:
        return gettext("Import %(source)s failed; nothing was kept") % named
    return gettext("Import %(source)s: %(rows)s rows are in") % named


def needs_me(actor: Actor, now: datetime) -> list[BellEntry]:
    return [
        *cases_and_tasks(actor, now),
        *promises(actor, now),
        *promised_contacts(actor, now),
        *outdated_articles(actor),
        *slots.waiting(actor),
        *decisions(actor),
        *repairs(actor),
    ]


def cases_and_tasks(actor: Actor, now: datetime) -> list[BellEntry]:
    """The reader's own cases that are new or late, tasks in their hands, and what they are asked to decide."""
    found: list[BellEntry] = []
    if actor.has(HANDLE.code):
        found += [
            _entry(f"{row.number} {row.subject}", reverse("desk:case", args=[row.pk]), row.next_due_at or row.opened_at)
            for row in cases.needing_rows(actor=actor, now=now)[:MOST]
        ]
    if actor.has(DO_TASKS.code):
        found += [
            _entry(f"{row.unit.name}: {row.title}", reverse("cases:task", args=[row.pk]), row.due_at)
            for row in cases.my_task_rows(actor=actor)[:MOST]
        ]
    if actor.has(ANSWER_ESCALATIONS.code):
        asked = cases.escalation_rows(actor=actor).filter(to_staff_id=actor.staff_id or 0, answered_at=None)
        found += [
            _entry(
                gettext("Answer the escalation of %(number)s") % {"number": row.case.number},
                reverse("desk:case", args=[row.case_id]),
                row.due_at,
            )
            for row in asked[:MOST]
        ]
    return found


def promises(actor: Actor, now: datetime) -> list[BellEntry]:
    """The reader's own promises whose time is near or has passed: the reminder."""
    if not actor.has(PROMISE.code) or actor.staff_id is None:
        return []
    return [
        _entry(
            gettext("Promise to %(name)s: %(text)s") % {"name": row.customer.name, "text": row.text},
            reverse("agreements:promise", args=[row.pk]),
            row.due_at,
        )
        for row in agreements.needing(actor=actor, now=now)[:MOST]
    ]


def _entry(text: str, url: str, at: datetime | None = None) -> BellEntry:
    return BellEntry(group=BellGroup.NEEDS_ME, text=text, url=url, at=at)


def _parameter_changes(actor: Actor) -> Iterator[BellEntry]:
    if not actor.has(APPROVE_PARAMETERS.code):
        return
    for proposal in parameters.list_pending(actor=actor)[:MOST]:
        if is_proposer(actor, proposal.proposed_by_person):
            continue
        parameter = declared(proposal.key)
        text = gettext("Approve the change of “%(parameter)s”") % {"parameter": parameter.label if parameter else ""}
        yield _entry(text, reverse("parameters:list"), proposal.proposed_at)


def _target_changes(actor: Actor) -> Iterator[BellEntry]:
    for row in agreements.changes_to_decide(actor=actor).order_by("proposed_at")[:MOST]:
        text = gettext("Approve the change of the target “%(target)s”") % {"target": MEASURE_LABELS[row.measure]}
        yield _entry(text, reverse("cases:target_change", args=[row.pk]), row.proposed_at)


def _authority_limits(actor: Actor) -> Iterator[BellEntry]:
    if not (actor.has(APPROVE_AUTHORITY.code) and actor.has(VIEW_CONTROLS.code)):
        return
    rows = organization.authority_rows(actor=actor).filter(state=LimitState.PROPOSED.value)
    count = rows.exclude(proposed_by=person_of(actor)).count()
    if count:
        text = ngettext("%(count)s limit of authority to decide", "%(count)s limits of authority to decide", count)
        yield _entry(text % {"count": count}, f"{reverse('organization:authority')}?state=proposed")


def _articles(actor: Actor) -> Iterator[BellEntry]:
    """Versions of articles that somebody else has written."""
    if actor.has(PUBLISH.code) and (count := knowledge.to_decide(actor=actor).count()):
        text = ngettext("%(count)s article to publish", "%(count)s articles to publish", count)
        yield _entry(text % {"count": count}, f"{reverse('knowledge:list')}?pending=1")


def outdated_articles(actor: Actor) -> list[BellEntry]:
    """The reader's own articles that are out of date or whose review is overdue."""
    if not actor.has(VIEW_ARTICLES.code) or actor.staff_id is None:
        return []
    return [
        _entry(
            gettext("Bring “%(title)s” up to date") % {"title": knowledge.title_of(row)},
            reverse("knowledge:article", args=[row.pk]),
            row.outdated_since,
        )
        for row in knowledge.outdated_rows(actor=actor)[:MOST]
    ]


def _failures(actor: Actor) -> Iterator[BellEntry]:
    """What the operations page marks as trouble: failed jobs, parked events, a backup that is missing."""
    if not actor.has(REPAIR.code):
        return
    page = reverse("ops:operations")
    if failed := len(operations.list_failed_jobs(actor=actor)):
        text = ngettext("%(count)s failed job", "%(count)s failed jobs", failed)
        yield _entry(text % {"count": failed}, page)
    if parked := len(operations.list_parked(actor=actor)):
        text = ngettext("%(count)s parked event", "%(count)s parked events", parked)
        yield _entry(text % {"count": parked}, page)
    if operations.last_backup() is None:
        yield _entry(gettext("Arrange backups: there is none yet"), page)


def _unknown_codes(actor: Actor) -> Iterator[BellEntry]:
    if actor.has(EXPLAIN_CODES.code) and (count := shipments.unknown_code_count(actor=actor)):
        text = ngettext("%(count)s status code to explain", "%(count)s status codes to explain", count)
        yield _entry(text % {"count": count}, reverse("shipments:gaps"))


def _uncertain_messages(actor: Actor) -> Iterator[BellEntry]:
    if not actor.has(DECIDE.code):
        return
    count = messages.open_counts(actor=actor).get(State.UNCERTAIN, 0)
    if count:
        text = ngettext(
            "%(count)s message may or may not have arrived", "%(count)s messages may or may not have arrived", count
        )
        yield _entry(text % {"count": count}, f"{reverse('messaging:list')}?state=uncertain")
