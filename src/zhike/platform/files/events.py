"""What the audit log says about files."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit


class FileStored(audit.Event):
    type = "files.stored"
    label = _("File stored")
    personal = frozenset({"name"})


class FilesErased(audit.Event):
    type = "files.erased"
    label = _("Contents of files erased")


class UnusedFilesRemoved(audit.Event):
    type = "files.unused_removed"
    label = _("Unused files removed")


class NamesForgotten(audit.Event):
    type = "files.names_forgotten"
    label = _("Names of files forgotten")
