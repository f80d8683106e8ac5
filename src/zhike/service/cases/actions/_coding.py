"""Why it happened and who answers for it, written into a case."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import FieldError, Invalid
from zhike.record.organization import queries as organization
from zhike.service.cases.actions import _parts
from zhike.service.cases.models import Case, Cause
from zhike.service.cases.rules import coding_errors
from zhike.service.cases.types import Coding


def write_coding(case: Case, coding: Coding) -> None:
    """Raises Invalid on `cause`, `unit_id`; the caller saves the row."""
    wrong = coding_errors(coding)
    cause = Cause.objects.filter(code=coding.cause, active=True).first()
    if cause is None:
        wrong["cause"] = [FieldError("unknown", _("Choose a cause."))]
    if wrong or cause is None:
        raise Invalid(wrong)
    if coding.unit_id is not None:
        organization.unit_by_id(actor=_parts.DESK, unit_id=coding.unit_id)
    case.cause, case.party, case.party_unit_id = cause, coding.party.value, coding.unit_id
    case.route = coding.route.strip()[:80]
