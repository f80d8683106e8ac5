"""How old an event may be and still open work."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhike.platform import parameters

ACT_WITHIN = parameters.Parameter(
    key="outbox.act_within",
    label=_("Events open work only when younger than"),
    kind=timedelta,
    default=timedelta(hours=24),
    unit=_("hours"),
    source=gettext_noop("chosen by the makers of Zhike"),
    minimum=timedelta(hours=1),
)
