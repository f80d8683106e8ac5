"""What the audit log keeps of the interface: shared views and exports."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit


class ViewSaved(audit.Event):
    type = "ui.view_saved"
    label = _("View of a list saved")


class ViewDeleted(audit.Event):
    type = "ui.view_deleted"
    label = _("View of a list deleted")


class ListExported(audit.Event):
    type = "ui.list_exported"
    label = _("List exported")
    personal = frozenset({"query"})
