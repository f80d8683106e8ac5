"""How long it takes to know, to see, to act and to mend (METR-26, SURV-33).

Each is dated by the day on which its last step was due to be seen: of an event the order, of an answer the answer, of a
follow-up its beginning, of a case its closing. When something was recorded here says nothing of an imported history.
"""

from typing import Any

import ibis.expr.types as ir
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Direction, Kind, Metric, define

SOURCE = _("Company requirement: latency")


def _time(*, column: str, **own: Any) -> Metric:
    """Hours held in one column; what has none yet is missing."""
    return define(
        Metric(
            version=1,
            unit="h",
            kind=Kind.DURATION,
            direction=Direction.LOWER,
            source=SOURCE,
            known=lambda rows: rows[column].notnull(),
            value=lambda rows: rows[column],
            **own,
        )
    )


def _live_answer(rows: ir.Table) -> ir.BooleanValue:
    return rows["is_answered"] & rows["is_live"]


def _every(rows: ir.Table) -> ir.BooleanValue:
    return rows["id"].notnull()


def _closed(rows: ir.Table) -> ir.BooleanValue:
    return rows["is_closed"] & ~rows["is_duplicate"]


EVENT_RECORDED = _time(
    column="recorded_hours",
    id="event_recorded_time",
    label=_("Event to record"),
    definition=_(
        "Hours from an event of the goods until we had it, on the average of the shipment's live events; mean, median"
        " and P90 are over shipments. Events of imported history and voided ones do not count; shipments without a live"
        " event that is timed count as missing."
    ),
    fact="shipments",
    grain=_("shipment"),
    time="ordered_date",
    eligible=lambda rows: rows["could_be_told"],
    order=210,
)
ANSWER_VISIBLE = _time(
    column="visible_hours",
    id="survey_visible_time",
    label=_("Answer to visible"),
    definition=_(
        "Hours from the moment at which somebody sent off an answer until it stood in the report, which reads the raw"
        " answers: 0 for links, 0 from the keying on for what is keyed in, and the delay of the file for answers that"
        " another system delivers. Figures out of the lake follow within a minute. Answers taken over as history do not"
        " count."
    ),
    fact="survey_recipients",
    grain=_("person asked"),
    time="submitted_date",
    eligible=_live_answer,
    order=211,
)
ANSWER_ACTION = _time(
    column="action_hours",
    id="survey_action_time",
    label=_("Answer to action"),
    definition=_(
        "Hours by the wall clock from an answer, or a refusal, that asks for a follow-up until somebody first tried to"
        " reach the person. Follow-ups that nobody has tried yet, or of which the first try is not known, count as"
        " missing."
    ),
    fact="survey_follow_ups",
    grain=_("follow-up"),
    time="follow_date",
    eligible=_every,
    order=212,
)
ANSWER_DONE = _time(
    column="done_hours",
    id="survey_done_time",
    label=_("Answer to end of the follow-up"),
    definition=_(
        "Hours by the wall clock from an answer, or a refusal, that asks for a follow-up until the follow-up ended,"
        " whether the person was reached or not. Open ones count as missing."
    ),
    fact="survey_follow_ups",
    grain=_("follow-up"),
    time="follow_date",
    eligible=_every,
    order=213,
)
PROBLEM_FIXED = define(
    Metric(
        id="case_fixed_time",
        version=1,
        label=_("Problem to fixed"),
        definition=_(
            "Hours by the wall clock from the opening of a case until it was closed as solved, of all cases closed in"
            " the period. Cases closed without a solution count as missing; duplicates do not count. The time to the"
            " answer is another figure."
        ),
        unit="h",
        kind=Kind.DURATION,
        direction=Direction.LOWER,
        source=SOURCE,
        fact="cases",
        grain=_("case"),
        time="closed_date",
        eligible=_closed,
        known=lambda rows: rows["is_solved"] & rows["closed_hours"].notnull(),
        value=lambda rows: rows["closed_hours"],
        order=214,
    )
)
LATENCIES = (EVENT_RECORDED, ANSWER_VISIBLE, ANSWER_ACTION, ANSWER_DONE, PROBLEM_FIXED)
