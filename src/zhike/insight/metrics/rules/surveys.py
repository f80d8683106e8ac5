"""What customers answered and what was done about it (SURV-07, 08, 19, 20, 31; METR-01 … 05, 24; methods §1).

Each scale has its own figures: the satisfied of four levels and of ten are not the same people, so no definition here
takes answers of two.
"""

from typing import Any, Final

import ibis
import ibis.expr.types as ir
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import AS_OF, Condition, Direction, Kind, Metric, define
from zhike.methods.scales import SCALES, Scale
from zhike.methods.scales import Kind as ScaleKind
from zhike.platform.i18n.labels import filled
from zhike.voice.surveys.types import SCALE_LABELS

SCORE: Final = _("score")
PERSON: Final = _("person asked")
COMMENT: Final = _("comment")
FOLLOW_UP: Final = _("follow-up")
SATISFACTION: Final = _("Satisfaction; Wilson 1927")
NO: Final = ibis.literal(value=False)
OVERALL, RECOMMEND, EFFORT = "overall", "recommend", "effort"


def _valid(rows: ir.Table) -> ir.BooleanValue:
    return rows["value"].notnull()


def _of(scale: Scale, measure: str = "") -> Condition:
    """Scores that were sent off on this one scale; of the question of this measure, else of every question."""

    def condition(rows: ir.Table) -> ir.BooleanValue:
        found = rows["is_sent_off"] & (rows["scale"] == scale.id)
        return found & (rows["measure"] == measure) if measure else found

    return condition


def _told(text: Promise | str, scale: Scale, levels: frozenset[int] | tuple[int, ...] = frozenset()) -> Promise:
    """A text with the scale's name, ends and the levels that count."""
    listed = ", ".join(str(level) for level in sorted(levels, reverse=True))
    return filled(text, {"scale": scale.id, "low": scale.min, "high": scale.max, "levels": listed})


def _called(text: Promise | str, scale: Scale) -> Promise:
    """A figure's name with the scale in words; definitions name its id."""
    return filled(text, {"scale": SCALE_LABELS[scale.id]})


def _score(scale: Scale, **own: Any) -> Metric:
    return define(
        Metric(version=1, fact="survey_scores", grain=SCORE, time="submitted_date", known=_valid, levels=scale, **own)
    )


def _satisfaction(scale: Scale, order: int) -> None:
    """CSAT of one scale: the rate of its top, its mean, its best level alone, weighted by value, and by question."""
    _score(
        scale,
        id=scale.id,
        label=_called(_("Satisfied (CSAT), %(scale)s"), scale),
        definition=_told(
            _(
                "People who answered the question about satisfaction as a whole with %(levels)s on the scale"
                " %(scale)s (%(low)s to %(high)s), of all who chose a level; the rest is dissatisfied. Who chose none"
                " counts as missing. Answers on other scales are never counted with these."
            ),
            scale,
            scale.satisfied,
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        source=SATISFACTION,
        eligible=_of(scale, OVERALL),
        hit=lambda rows: rows["is_satisfied"],
        decimals=3,
        order=order,
    )
    _mean_and_top(scale, order)
    _weighted_and_items(scale, order)


def _mean_and_top(scale: Scale, order: int) -> None:
    _score(
        scale,
        id=f"{scale.id}_mean",
        label=_called(_("Mean satisfaction, %(scale)s"), scale),
        definition=_told(
            _(
                "Mean level of the question about satisfaction as a whole on the scale %(scale)s (%(low)s to %(high)s),"
                " of all who chose a level; beside it the same as 0 to 100 (Score100)."
            ),
            scale,
        ),
        unit="",
        kind=Kind.MEAN,
        direction=Direction.HIGHER if scale.higher_is_better else Direction.LOWER,
        source=_("Score100; Student 1908"),
        eligible=_of(scale, OVERALL),
        value=lambda rows: rows["value"],
        decimals=4,
        order=order + 1,
    )
    _score(
        scale,
        id=f"{scale.id}_top",
        label=_called(_("Fully satisfied, %(scale)s"), scale),
        definition=_told(
            _(
                "People who chose the best level, %(levels)s, for satisfaction as a whole on the scale %(scale)s, of"
                " all who chose a level. To be satisfied is not yet to be loyal: this is shown beside the rate."
            ),
            scale,
            frozenset({scale.best}),
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        source=_("The best level alone; Jones and Sasser 1995"),
        eligible=_of(scale, OVERALL),
        hit=lambda rows: rows["is_best"],
        order=order + 2,
    )


def _weighted_and_items(scale: Scale, order: int) -> None:
    define(
        Metric(
            id=f"{scale.id}_by_value",
            version=1,
            label=_called(_("Satisfied by value, %(scale)s"), scale),
            definition=_told(
                _(
                    "Annual value, when asked, of the satisfied (%(levels)s on the scale %(scale)s), of the annual"
                    " value of all who chose a level; beside it the plain rate of the same people. Whose value was not"
                    " known counts as missing. It never takes the place of the plain rate."
                ),
                scale,
                scale.satisfied,
            ),
            unit="%",
            kind=Kind.WEIGHTED,
            direction=Direction.HIGHER,
            fact="survey_scores",
            grain=SCORE,
            time="submitted_date",
            source=_("Company requirement: value class; Kish 1965"),
            eligible=_of(scale, OVERALL),
            known=lambda rows: _valid(rows) & rows["annual_value"].notnull(),
            hit=lambda rows: rows["is_satisfied"],
            weight=lambda rows: rows["annual_value"],
            levels=scale,
            order=order + 3,
        )
    )
    _score(
        scale,
        id=f"{scale.id}_items",
        label=_called(_("Satisfied by question, %(scale)s"), scale),
        definition=_told(
            _(
                "Scores of any question on the scale %(scale)s that are %(levels)s, of all scores with a level; to be"
                " split by question. “Not used” counts as missing. The mean of a section is the mean of its questions'"
                " rates."
            ),
            scale,
            scale.satisfied,
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        source=_("Company requirement: rate per item"),
        eligible=_of(scale),
        hit=lambda rows: rows["is_satisfied"],
        order=order + 4,
    )


def _recommendation(scale: Scale, order: int) -> None:
    against = ", ".join(str(level) for level in sorted(scale.dissatisfied, reverse=True))
    _score(
        scale,
        id=scale.id,
        label=_called(_("Recommendation (NPS), %(scale)s"), scale),
        definition=filled(
            _(
                "Share of promoters (%(levels)s) less share of detractors (%(against)s) among the answers whether they"
                " would recommend us, on the scale %(scale)s, −100 to +100. It states an intention and supplements"
                " satisfaction; the two forms of the question are never counted together."
            ),
            {
                "scale": scale.id,
                "levels": ", ".join(str(level) for level in sorted(scale.satisfied, reverse=True)),
                "against": against,
            },
        ),
        unit="",
        kind=Kind.NET,
        direction=Direction.HIGHER,
        source=_("Reichheld 2003; interval AW(3) after Rocks 2016"),
        eligible=_of(scale, RECOMMEND),
        hit=lambda rows: rows["is_satisfied"],
        against=lambda rows: rows["is_dissatisfied"],
        order=order,
    )


def _effort(scale: Scale, order: int) -> None:
    _score(
        scale,
        id=scale.id,
        label=_called(_("Effort (CES), %(scale)s"), scale),
        definition=_told(
            _("Mean answer to the question about effort on the scale %(scale)s (%(low)s to %(high)s): low is good.")
            if not scale.higher_is_better
            else _("Mean agreement that it was easy, on the scale %(scale)s (%(low)s to %(high)s): high is good."),
            scale,
        ),
        unit="",
        kind=Kind.MEAN,
        direction=Direction.HIGHER if scale.higher_is_better else Direction.LOWER,
        source=_("Customer effort"),
        eligible=_of(scale, EFFORT),
        value=lambda rows: rows["value"],
        order=order,
    )
    hard = scale.dissatisfied
    _score(
        scale,
        id=f"{scale.id}_hard",
        label=_called(_("Great effort, %(scale)s"), scale),
        definition=_told(
            _("People who answered %(levels)s to the question about effort on the scale %(scale)s, of all answers."),
            scale,
            hard,
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.LOWER,
        source=_("Customer effort"),
        eligible=_of(scale, EFFORT),
        hit=lambda rows: rows["is_dissatisfied"],
        order=order + 1,
    )


_MADE: Final = {
    ScaleKind.SATISFACTION: _satisfaction,
    ScaleKind.RECOMMENDATION: _recommendation,
    ScaleKind.EFFORT: _effort,
}
for _position, _scale in enumerate(scale for scale in SCALES.values() if scale.kind in _MADE):
    _MADE[_scale.kind](_scale, 200 + 5 * _position)


STAGE_SCORE = define(
    Metric(
        id="survey_stage_score",
        version=1,
        label=_("Score of the stages"),
        definition=_(
            "Mean Score100 (0 to 100, 100 the best end) of the answers to questions of a stage of the customer's"
            " journey: perceive, try, buy, use, evaluate. It is the one figure in which scales meet: each answer counts"
            " by its place between the ends of its own scale. Yes and no do not count. n counts scores; where several"
            " are of one person this interval is too narrow, and the report of stages counts each person once."
        ),
        unit="",
        kind=Kind.MEAN,
        direction=Direction.HIGHER,
        fact="survey_scores",
        grain=SCORE,
        time="submitted_date",
        source=_("Score100; Student 1908"),
        eligible=lambda rows: rows["is_sent_off"] & (rows["journey_stage"] != "") & (rows["scale"] != "yesno"),
        known=lambda rows: rows["score100"].notnull(),
        value=lambda rows: rows["score100"],
        order=189,
    )
)


def _asked(rows: ir.Table) -> ir.BooleanValue:
    """Of answers taken over nobody knows who was asked and said nothing: they say nothing about response."""
    return rows["is_asked"] & (rows["answer_way"] != "import")


def _people(**own: Any) -> Metric:
    return define(
        Metric(
            version=1,
            unit="%",
            kind=Kind.RATE,
            fact="survey_recipients",
            grain=PERSON,
            time="invited_date",
            eligible=_asked,
            known=_asked,
            **own,
        )
    )


ANSWERED = define(
    Metric(
        id="survey_answered",
        version=1,
        label=_("Answers to surveys"),
        definition=_("People who sent off an answer in the period; a second answer about one service is a second one."),
        unit="",
        kind=Kind.COUNT,
        direction=Direction.NONE,
        fact="survey_recipients",
        grain=PERSON,
        time="submitted_date",
        source=_("Company requirement: raw answers"),
        eligible=lambda rows: rows["is_answered"],
        known=lambda rows: rows["is_answered"],
        order=190,
    )
)
RESPONSE = _people(
    id="survey_response",
    label=_("Response rate"),
    definition=_(
        "People who sent off an answer, of all who were asked: those who refused, complained instead, were not reached"
        " or stayed silent are in the base. By the day of the invitation. Answers taken over from another system are"
        " left out: who else was asked there is not known."
    ),
    direction=Direction.HIGHER,
    source=_("AAPOR RR1"),
    hit=lambda rows: rows["is_answered"],
    order=191,
)
REFUSED = _people(
    id="survey_refused",
    label=_("Refused or would not score"),
    definition=_("People who refused to take part or would not give a score, of all who were asked."),
    direction=Direction.LOWER,
    source=_("Dispositions"),
    hit=lambda rows: rows["is_refused"],
    order=192,
)
COMPLAINED = _people(
    id="survey_complaint",
    label=_("Strong complaint without a score"),
    definition=_(
        "People who complained strongly instead of giving a score, of all who were asked. They are in no satisfaction"
        " rate, so they are shown beside it."
    ),
    direction=Direction.LOWER,
    source=_("Dispositions"),
    hit=lambda rows: rows["is_complaint"],
    order=193,
)


def _every(rows: ir.Table) -> ir.BooleanValue:
    return rows["id"].notnull()


def _comments(**own: Any) -> Metric:
    return define(
        Metric(
            version=1,
            unit="%",
            kind=Kind.RATE,
            fact="survey_comments",
            grain=COMMENT,
            time="written_date",
            direction=Direction.HIGHER,
            source=_("Company requirement: comments are worked through"),
            eligible=_every,
            known=_every,
            **own,
        )
    )


COMMENTS_DONE = _comments(
    id="survey_comments_done",
    label=_("Comments dealt with"),
    definition=_("Comments that were made a case or read with nothing to do, of all comments written in the period."),
    hit=lambda rows: rows["is_done"],
    order=194,
)
COMMENT_CASES = _comments(
    id="survey_comment_cases",
    label=_("Comments made a case"),
    definition=_("Comments that were made a case, of all comments written in the period."),
    hit=lambda rows: rows["is_case"],
    order=195,
)


def _follow_ups(*, eligible: Condition = _every, **own: Any) -> Metric:
    return define(
        Metric(
            version=1,
            unit="%",
            kind=Kind.RATE,
            fact="survey_follow_ups",
            grain=FOLLOW_UP,
            time="follow_date",
            direction=Direction.HIGHER,
            source=_("Company requirement: the closed loop"),
            eligible=eligible,
            **own,
        )
    )


FOLLOW_REACHED = _follow_ups(
    id="survey_follow_up_reached",
    label=_("Followed up and reached"),
    definition=_("Follow-ups that reached the person, of all that have ended; open ones count as missing."),
    known=lambda rows: rows["is_ended"],
    hit=lambda rows: rows["is_reached"],
    order=196,
)
FOLLOW_IN_TIME = _follow_ups(
    id="survey_follow_up_in_time",
    label=_("Followed up in time"),
    definition=_(
        "Follow-ups that reached the person by their due time, of all that have ended or whose time has passed."
    ),
    known=lambda rows: rows["is_ended"] | (rows["due_at"] < rows[AS_OF]).fill_null(NO),
    hit=lambda rows: rows["is_in_time"],
    order=197,
)
FOLLOW_CHANGED = _follow_ups(
    id="survey_follow_up_changed",
    label=_("Opinion changed by the follow-up"),
    definition=_("People who are satisfied now or understand what happened, of all who were reached."),
    eligible=lambda rows: rows["is_reached"],
    known=lambda rows: rows["is_reached"],
    hit=lambda rows: rows["is_changed"],
    order=198,
)
