"""What the log says of the lake."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit


class LakeRebuilt(audit.Event):
    type = "lake.rebuilt"
    label = _("Figures' store rebuilt from the database")


class FactFetched(audit.Event):
    type = "lake.fetched"
    label = _("Rows behind figures fetched as a Parquet file")
