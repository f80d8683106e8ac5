"""What the log says about targets, standards, agreements and promises, and what rooms above are told."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import audit, outbox
from zhike.record.agreements.types.agreements import AGREEMENT_LABELS
from zhike.record.agreements.types.promises import PROMISE_LABELS
from zhike.record.agreements.types.standards import BOUND_LABELS, UNIT_LABELS, VAGUE_LABELS
from zhike.record.agreements.types.targets import MEASURE_LABELS, TargetDeed

audit.tell(
    "agreements",
    state=(AGREEMENT_LABELS, PROMISE_LABELS),
    measure=MEASURE_LABELS,
    kind=VAGUE_LABELS,
    bound=BOUND_LABELS,
    unit=UNIT_LABELS,
    clock=MEASURE_LABELS,
    deed={
        TargetDeed.SET.value: pgettext_lazy("change of a target", "a target is set"),
        TargetDeed.END.value: pgettext_lazy("change of a target", "a target ends"),
    },
    file=audit.Of("file"),
    by=audit.Of("staff"),
    category=audit.Of("case_category"),
    reminded=audit.Of("promise"),
    overdue=audit.Of("promise"),
)


class TargetSet(audit.Event):
    type = "agreements.target_set"
    label = _("Service target set")


class TargetEnded(audit.Event):
    type = "agreements.target_ended"
    label = _("Service target ended")


class TargetProposed(audit.Event):
    type = "agreements.target_proposed"
    label = _("Change of a service target proposed")


class TargetApproved(audit.Event):
    type = "agreements.target_approved"
    label = _("Change of a service target approved")


class TargetRefused(audit.Event):
    type = "agreements.target_refused"
    label = _("Change of a service target refused")


class TargetWithdrawn(audit.Event):
    type = "agreements.target_withdrawn"
    label = _("Change of a service target withdrawn")


class TargetFollowed(audit.Event):
    type = "agreements.target_followed"
    label = _("Open clocks have followed a change of targets")


class StandardWritten(audit.Event):
    type = "agreements.standard_written"
    label = _("Service standard written")


class StandardEnded(audit.Event):
    type = "agreements.standard_ended"
    label = _("Service standard ended")


class VagueWordSet(audit.Event):
    type = "agreements.vague_word_set"
    label = _("List of vague words changed")


class AgreementOpened(audit.Event):
    type = "agreements.opened"
    label = _("Agreement drafted")


class AgreementChanged(audit.Event):
    type = "agreements.changed"
    label = _("Agreement changed")


class AgreementStarted(audit.Event):
    type = "agreements.started"
    label = _("Agreement put in force")


class AgreementSigned(audit.Event):
    type = "agreements.signed"
    label = _("Signed agreement added")


class AgreementEnded(audit.Event):
    type = "agreements.ended"
    label = _("Agreement ended")


class AgreementsExpired(audit.Event):
    type = "agreements.expired"
    label = _("Agreements expired")


class AgreementsImported(audit.Event):
    type = "agreements.imported"
    label = _("Agreements imported")


class AgreementsPassed(audit.Event):
    type = "agreements.passed"
    label = _("Agreements handed over")


class PromiseMade(audit.Event):
    type = "agreements.promise_made"
    label = _("Promise given to a customer")
    personal = frozenset({"text", "contact"})


class PromiseSettled(audit.Event):
    type = "agreements.promise_settled"
    label = _("What became of a promise")
    personal = frozenset({"note"})


class PromiseReopened(audit.Event):
    type = "agreements.promise_reopened"
    label = _("Word on a promise taken back")
    personal = frozenset({"note", "text"})


class PromisesDue(audit.Event):
    type = "agreements.promises_due"
    label = _("Promises near their time or past it")


class PromisesPassed(audit.Event):
    type = "agreements.promises_passed"
    label = _("Promises handed over")


class PromisesLoaded(audit.Event):
    type = "agreements.promises_loaded"
    label = _("Promises taken over")


class PromisesForgotten(audit.Event):
    type = "agreements.promises_forgotten"
    label = _("Texts of promises erased")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsChangedEvent(outbox.Event):
    """A change of the table of targets was approved; it holds from its day on."""

    type: ClassVar[str] = "agreements.targets_changed"
    change_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMovedEvent(outbox.Event):
    """An agreement began to hold, changed, ended or expired."""

    type: ClassVar[str] = "agreements.moved"
    agreement_id: int
    customer_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseSettledEvent(outbox.Event):
    """What became of a promise; OPEN where one was given."""

    type: ClassVar[str] = "agreements.promise"
    promise_id: int
    customer_id: int
    state: str
