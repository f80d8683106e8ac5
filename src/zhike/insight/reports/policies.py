"""Who reads reports of surveys; which answers they count is decided by reach."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.authz import Right

VIEW_REPORTS = Right(
    "reports.view",
    _("Read reports of surveys"),
    frozenset({"supervisor", "account_manager", "department", "quality", "executive", "auditor"}),
    for_programs=True,
)
