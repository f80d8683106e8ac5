"""What the log says of imports; rooms record what was loaded, this records who asked for it."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit


class ImportChecked(audit.Event):
    type = "bulk.checked"
    label = _("Import tried without keeping anything")


class ImportStarted(audit.Event):
    type = "bulk.started"
    label = _("Import started")


class ImportFinished(audit.Event):
    type = "bulk.finished"
    label = _("Import finished")


class ImportFailed(audit.Event):
    type = "bulk.failed"
    label = _("Import failed; nothing was kept")


class ImportsForgotten(audit.Event):
    type = "bulk.forgotten"
    label = _("Refused rows and files of imports emptied")


class ProfileSaved(audit.Event):
    type = "bulk.profile_saved"
    label = _("Mapping kept for the next import")
