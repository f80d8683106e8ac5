"""Who may work on the lake itself; what a figure shows is decided by the reader's reach."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.authz import Right

REFRESH_LAKE = Right("lake.refresh", _("Refresh and rebuild the figures' store"), frozenset({"admin"}))
# Whole facts, row by row: for those who see every room's rows anyway, and for programs that an administrator lets in.
FETCH_FACTS = Right(
    "lake.fetch",
    _("Fetch the rows behind figures as Parquet files"),
    frozenset({"supervisor", "quality", "executive", "auditor"}),
    for_programs=True,
)
