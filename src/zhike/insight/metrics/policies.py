"""Who may read figures; which rows they count is decided by reach."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.authz import Right

VIEW_FIGURES = Right(
    "figures.view",
    _("Read figures"),
    frozenset(
        {
            "agent",
            "supervisor",
            "account_manager",
            "department",
            "outlet",
            "claims",
            "quality",
            "executive",
            "admin",
            "auditor",
        }
    ),
    for_programs=True,
)
