"""Whether what people promise is done (AGRE-06)."""

from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Direction, Kind, Metric, define

PROMISE = _("promise")
SOURCE = _("Company requirement: promise register")

PROMISE_KEPT = define(
    Metric(
        id="promise_kept",
        version=2,
        label=_("Promises kept"),
        definition=_(
            "Promises to customers that were done at their time at the latest, of all that were kept, broken, or whose"
            " time has passed without an answer. One renegotiated before its time does not count; the promise in its"
            " place does. By the day on which they were due; none counts before it. Version 1 did not wait."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        fact="promises",
        grain=PROMISE,
        time="due_date",
        source=SOURCE,
        eligible=lambda rows: rows["is_answered"] & ~rows["is_renegotiated"],
        known=lambda rows: rows["is_answered"] & ~rows["is_renegotiated"],
        hit=lambda rows: rows["is_kept"],
        order=75,
    )
)

PROMISE_RENEGOTIATED = define(
    Metric(
        id="promise_renegotiated",
        version=2,
        label=_("Promises renegotiated"),
        definition=_(
            "Promises that were given a new time with the customer before the old one had passed, of all that were"
            " kept, broken, renegotiated, or whose time has passed without an answer. No promise counts before the"
            " day on which it was due. Version 1 did not wait."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.LOWER,
        fact="promises",
        grain=PROMISE,
        time="due_date",
        source=SOURCE,
        eligible=lambda rows: rows["is_answered"],
        known=lambda rows: rows["is_answered"],
        hit=lambda rows: rows["is_renegotiated"],
        order=76,
    )
)
