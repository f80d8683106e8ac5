"""Reports, made anew from the raw answers each time: what a page shows, a sheet and a PDF hold too."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count

from zhike.insight.metrics import queries as metrics
from zhike.insight.metrics.queries import MONTH
from zhike.insight.metrics.types import WITHHELD_BELOW, Question
from zhike.insight.reports import rules
from zhike.insight.reports.policies import VIEW_REPORTS
from zhike.insight.reports.types import (
    EFFORT_COUNTERS,
    EFFORT_PAIRS,
    EFFORT_SCALES,
    LATENCIES,
    STAGE_SCORE,
    Course,
    DriverReport,
    EffortReport,
    EffortScale,
    Predictors,
    ReportRest,
    SplitLine,
    StageReport,
    StayReport,
    SurveyReport,
)
from zhike.methods.tarp import Outcome
from zhike.platform import facts
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.i18n.labels import pick
from zhike.record.organization import queries as organization
from zhike.service.cases import queries as cases
from zhike.service.cases.types import CaseKind, Ending, Handling
from zhike.voice.surveys import queries as surveys
from zhike.voice.surveys.queries import Span
from zhike.voice.surveys.types import GOODS_FACT_LABELS, CampaignResult, ScoredForm, Trigger

USUAL_SPLITS: Final = ("value_class", "industry", "region")
CONTACT_SPLITS: Final = ("staff_id", "category", "call_length", "outlet_id", *USUAL_SPLITS)
# Columns of the snapshot that figures call otherwise.
_CALLED: Final = {"staff_id": "asked_about_id", "category": "case_category"}


def survey_report(*, actor: Actor, campaign_id: int, splits: Sequence[str] = ()) -> SurveyReport:
    """The whole report of one campaign, within the reader's reach, against the wave before. Raises NotFound."""
    return replace(
        report_head(actor=actor, campaign_id=campaign_id),
        rest=report_rest(actor=actor, campaign_id=campaign_id, splits=splits),
    )


def report_head(*, actor: Actor, campaign_id: int) -> SurveyReport:
    """Base, non-response and every question: what a reader sees first. Eight queries; raises NotFound."""
    authorize(actor, VIEW_REPORTS)
    result, before = surveys.campaign_results(actor=actor, campaign_id=campaign_id)
    earlier = {(one.audience, one.form.code): one for one in before.forms} if before else {}
    names = _units(actor, result)
    return SurveyReport(
        head=result.head,
        previous=before.head if before else None,
        response=rules.response_of([one.fates for one in result.forms], None),
        forms=[rules.report_of(one, earlier.get((one.audience, one.form.code)), names) for one in result.forms],
    )


def report_rest(*, actor: Actor, campaign_id: int, splits: Sequence[str] = ()) -> ReportRest:
    """The splits, the rate by value, and the comments. Raises NotFound.

    Without `splits` those that fit what the survey asks after: of a contact also agent, reason and length of the call.
    """
    authorize(actor, VIEW_REPORTS)
    of_contact = surveys.trigger_of(actor=actor, campaign_id=campaign_id) is Trigger.CONTACT
    splits = splits or (CONTACT_SPLITS if of_contact else USUAL_SPLITS)
    scales = surveys.overall_scales(actor=actor, campaign_id=campaign_id)
    counts = surveys.comment_counts(actor=actor, campaign_id=campaign_id)
    by_split = surveys.split_counts(actor=actor, campaign_id=campaign_id, by=splits)
    return ReportRest(
        timed=rules.timed_lines(surveys.timed_answers(actor=actor, campaign_id=campaign_id)) if of_contact else (),
        splits={by: _named(by, rules.split_lines(found, scales)) for by, found in by_split.items()},
        weighted=rules.weighted(surveys.valued_answers(actor=actor, campaign_id=campaign_id), scales),
        comments=surveys.comments_of(actor=actor, campaign_id=campaign_id),
        comments_total=sum(counts.values()),
        comments_done=sum(n for deed, n in counts.items() if deed),
    )


def driver_forms(*, actor: Actor) -> list[ScoredForm]:
    """Forms whose overall answers can be explained, most answered first."""
    authorize(actor, VIEW_REPORTS)
    return surveys.scored_forms(actor=actor)


def drivers(*, actor: Actor, form: ScoredForm, by: Predictors, span: Span) -> DriverReport:
    """What the overall answers of a form go with, within the reader's reach and the days of `span`."""
    authorize(actor, VIEW_REPORTS)
    if by is Predictors.ITEMS:
        matrix = surveys.item_matrix(actor=actor, code=form.code, span=span)
        labels = {key: pick(texts) for key, texts in matrix.labels.items()}
    else:
        matrix = surveys.goods_matrix(actor=actor, code=form.code, scale=form.scale, span=span)
        labels = {str(key): str(label) for key, label in GOODS_FACT_LABELS.items()}
    return rules.driver_report(form, by, matrix, labels)


def complaints_stay(*, actor: Actor, span: Span) -> StayReport:
    """Own complaints of these days by outcome, and those dissatisfied in surveys who said nothing to us.

    Every complaint counts once; duplicates with the case that they repeat. Open ones have no outcome yet.
    """
    authorize(actor, VIEW_REPORTS)
    since = datetime.combine(span.since, time.min, ZoneInfo(span.zone)) if span.since else None
    rows = cases.case_rows(actor=actor).filter(kind=CaseKind.COMPLAINT.value).exclude(ending=Ending.DUPLICATE.value)
    if since is not None:
        rows = rows.filter(opened_at__gte=since)
    counts = {
        row["handling"]: row["n"]
        for row in rows.filter(closed_at__isnull=False).order_by().values("handling").annotate(n=Count("pk"))
    }
    still_open = rows.filter(closed_at__isnull=True).count()
    complained = set(rows.order_by().values_list("customer_id", flat=True).distinct())
    silent = surveys.dissatisfied_customers(actor=actor, span=span) - complained
    people = {
        Outcome.SILENT: len(silent),
        Outcome.UNRESOLVED: counts.get(Handling.NOT.value, 0),
        Outcome.RESOLVED: counts.get(Handling.SOLVED.value, 0),
        Outcome.QUICK: counts.get(Handling.QUICK.value, 0),
    }
    return rules.stay_report(people, still_open=still_open)


def latencies(*, actor: Actor, since: str = "") -> list[Course]:
    """How long it takes to know, to see, to act and to mend, each by month, from the month `since` on (YYYY-MM)."""
    authorize(actor, VIEW_REPORTS)
    return [course_of(actor=actor, question=Question(one, since=since)) for one in LATENCIES]


def effort(*, actor: Actor, since: str = "") -> EffortReport:
    """Effort as customers say it beside how often they ask again, are passed on and change the channel.

    From the month `since` on (YYYY-MM). A scale without any answer is left out, but not the first.
    """
    authorize(actor, VIEW_REPORTS)
    felt = [course_of(actor=actor, question=Question(one, since=since)) for one in EFFORT_SCALES]
    felt = [one for place, one in enumerate(felt) if place == 0 or one.total.n]
    counted = [course_of(actor=actor, question=Question(one, since=since)) for one in EFFORT_COUNTERS]
    links = []
    for one in felt:
        for other in counted:
            for by in EFFORT_PAIRS:
                # A month with a handful of answers says little; a customer rarely has more.
                least = WITHHELD_BELOW if by == MONTH else 1
                pairs = metrics.paired(
                    actor=actor, one=one.answer.question, other=other.answer.question, by=by, least=least
                )
                links.append(rules.link_of(one.metric, other.metric, by, [(pair.one, pair.other) for pair in pairs]))
    return EffortReport(
        scales=[
            EffortScale(
                course=one,
                levels=rules.level_lines(
                    one.metric.levels, metrics.level_counts(actor=actor, question=one.answer.question)
                ),
            )
            for one in felt
        ],
        counters=counted,
        links=links,
    )


def stages(*, actor: Actor, since: str = "") -> StageReport:
    """Which stages of the customer's journey the forms in use ask about, and how each is judged.

    Scores from the month `since` on (YYYY-MM), also those of forms that are no longer in use.
    """
    authorize(actor, VIEW_REPORTS)
    question = Question(STAGE_SCORE, since=since)
    answer = metrics.compute(actor=actor, question=question)
    scores = metrics.clustered_means(actor=actor, question=question, by="journey_stage")
    return StageReport(
        lines=rules.stage_lines(
            surveys.stage_measures(actor=actor),
            {key: (one.mean, one.interval, one.n, one.people) for key, one in scores.items()},
        ),
        state=answer.state(),
        as_of=answer.as_of,
    )


def course_of(*, actor: Actor, question: Question) -> Course:
    """A figure within the actor's reach with its months; raises what `metrics.queries.compute` raises."""
    authorize(actor, VIEW_REPORTS)
    answer = metrics.compute(actor=actor, question=replace(question, split=(MONTH,)))
    return Course(answer=answer, months=[figure for figure in answer.figures if figure.at[MONTH]])


def _units(actor: Actor, result: CampaignResult) -> dict[int, str]:
    wanted = {one.item.unit_id for form in result.forms for one in form.items if one.item.unit_id is not None}
    if not wanted:
        return {}
    return dict(organization.unit_rows(actor=actor).filter(pk__in=wanted).values_list("pk", "name"))


def _named(by: str, lines: Sequence[SplitLine]) -> list[SplitLine]:
    """With the names of the values: columns of the snapshot are called as the dimensions of figures are."""
    names = facts.names_of(_CALLED.get(by, by), sorted({line.value for line in lines if line.value}))
    return [replace(line, name=names.get(line.value, line.value)) for line in lines]
