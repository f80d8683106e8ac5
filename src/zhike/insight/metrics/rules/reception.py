"""How long those who ask us wait for a first word (CASE-27)."""

from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Direction, Kind, Metric, define

ENQUIRY = _("waiting enquiry")
SOURCE = _("Company requirement: nobody is left waiting")

FIRST_ANSWER_TIME = define(
    Metric(
        id="waiting_first_answer_time",
        version=1,
        label=_("First answer to an enquiry"),
        definition=_(
            "Hours by the wall clock from an enquiry in a chat, on the web site, at a counter or by a missed call until"
            " our first answer. Those without an answer count as missing."
        ),
        unit="h",
        kind=Kind.DURATION,
        direction=Direction.LOWER,
        source=SOURCE,
        fact="waiting",
        grain=ENQUIRY,
        time="asked_date",
        eligible=lambda rows: rows["is_real"],
        known=lambda rows: rows["first_answer_hours"].notnull(),
        value=lambda rows: rows["first_answer_hours"],
        order=58,
    )
)

UNANSWERED = define(
    Metric(
        id="waiting_unanswered",
        version=1,
        label=_("Enquiries without an answer"),
        definition=_(
            "Enquiries that have no answer, left without one or still waiting, of all that came in the period. A missed"
            " call that was answered after all does not count."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.LOWER,
        source=SOURCE,
        fact="waiting",
        grain=ENQUIRY,
        time="asked_date",
        eligible=lambda rows: rows["is_real"],
        known=lambda rows: rows["is_real"],
        hit=lambda rows: ~rows["is_answered"],
        order=59,
    )
)
