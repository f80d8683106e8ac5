"""What surveys publish to the lake: scores, dispositions and deeds by how things stood then; no names, no texts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.methods.scales import SCALES, Kind, Scale
from zhike.platform import clock
from zhike.platform.actors import Actor, system_actor
from zhike.platform.db.ids import ids_of
from zhike.platform.facts import Column, ColumnType, Fact, Row, name_dimension, open_rows_with, publish
from zhike.platform.i18n.labels import pick
from zhike.platform.outbox.types import Mode
from zhike.record.customers.types import CHANNEL_LABELS, INDUSTRY_LABELS
from zhike.record.organization import queries as organization
from zhike.voice.surveys import queries
from zhike.voice.surveys.models import Recipient
from zhike.voice.surveys.types import (
    ASKED,
    AUDIENCE_LABELS,
    CALL_LENGTH_ENDS,
    CALL_LENGTH_LABELS,
    CHANGED,
    COMMENT_DEED_LABELS,
    DIMENSION_LABELS,
    DISPOSITION_LABELS,
    FOLLOW_REASON_LABELS,
    FOLLOW_RESULT_LABELS,
    JOURNEY,
    JOURNEY_LABELS,
    JOURNEY_OF_STAGE,
    JUDGING,
    REACHED,
    STAGE_LABELS,
    TRIGGER_LABELS,
    WAY_LABELS,
    CallLength,
    CommentDeed,
    Disposition,
    FollowResult,
    ItemKind,
    Journey,
    Label,
    Measure,
)

INTEGER, TEXT, FLAG, DATE, FLOAT, DECIMAL = (
    ColumnType.INTEGER,
    ColumnType.TEXT,
    ColumnType.BOOLEAN,
    ColumnType.DATE,
    ColumnType.FLOAT,
    ColumnType.DECIMAL,
)
_NAMES = system_actor("surveys.names")
LATE, ON_TIME, UNDELIVERED = "late", "on_time", "undelivered"
DELIVERY_LABELS: Final[Mapping[str, Label]] = {
    ON_TIME: pgettext_lazy("delivery of the goods asked about", "on time"),
    LATE: pgettext_lazy("delivery of the goods asked about", "late"),
    UNDELIVERED: pgettext_lazy("delivery of the goods asked about", "not delivered"),
}


def _among(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code!s}'" for code in sorted(codes))


def _local(table: str, column: str) -> str:
    return f"timezone(surveys_recipient.zone, {table}.{column})::date"


# How the goods came is known from the shipment as it stands; without a promise nothing is late or on time.
_DELIVERY: Final = (
    "CASE WHEN h.id IS NULL THEN ''"
    f" WHEN h.delivered_at IS NULL THEN '{UNDELIVERED}'"
    f" WHEN h.is_late THEN '{LATE}' WHEN NOT h.is_late THEN '{ON_TIME}' ELSE '' END"
)
_JOINS: Final = (
    " JOIN surveys_campaign c ON c.id = surveys_recipient.campaign_id"
    " JOIN surveys_version v ON v.id = surveys_recipient.version_id"
    " JOIN surveys_questionnaire q ON q.id = v.questionnaire_id"
    " LEFT JOIN shipments_shipment h ON h.id = surveys_recipient.shipment_id"
)
_MONTH: Final = "date_trunc('month', timezone('UTC', surveys_recipient.planned_at))::date"


def _r(name: str) -> str:
    return f"surveys_recipient.{name}"


_LENGTH: Final = "CASE {} WHEN {} IS NOT NULL THEN '{}' ELSE '' END".format(
    " ".join(f"WHEN {_r('duration')} < {end} THEN '{band.value}'" for band, end in CALL_LENGTH_ENDS.items()),
    _r("duration"),
    CallLength.OVER_10.value,
)


# How it stood when they were asked (SURV-19, SURV-23), and by what they were asked.
_ABOUT: Final = (
    Column("customer_id", INTEGER, _r("customer_id"), dimension=True, label=_("Customer")),
    Column("campaign_id", INTEGER, _r("campaign_id"), dimension=True, label=_("Survey")),
    Column("wave", TEXT, "c.wave", dimension=True, label=pgettext_lazy("survey", "Wave")),
    Column("trigger", TEXT, "c.trigger", dimension=True, label=_("Asked after")),
    Column("survey_form", TEXT, "q.code", dimension=True, label=pgettext_lazy("survey", "Form")),
    Column("survey_audience", TEXT, _r("audience"), dimension=True, label=pgettext_lazy("survey", "Audience")),
    Column("value_class", TEXT, _r("value_class"), dimension=True, label=_("Value class")),
    Column("industry", TEXT, _r("industry"), dimension=True, label=_("Industry")),
    Column("region", TEXT, _r("region"), dimension=True, label=_("Region")),
    Column("business_line", TEXT, _r("business_line"), dimension=True, label=_("Business line")),
    Column("service_mode", TEXT, _r("service_mode"), dimension=True, label=_("Service mode")),
    Column("outlet_id", INTEGER, _r("outlet_id"), dimension=True, label=_("Outlet")),
    Column("delivery", TEXT, _DELIVERY, dimension=True, label=_("Goods came")),
    Column("asked_about_id", INTEGER, _r("staff_id"), dimension=True, label=_("Served by")),
    Column("case_category", TEXT, _r("category"), dimension=True, label=pgettext_lazy("contact", "Reason")),
    Column("call_length", TEXT, _LENGTH, dimension=True, label=_("Length of the call")),
    Column("call_minutes", FLOAT, f"{_r('duration')} / 60.0", label=_("Minutes that the call lasted")),
    Column("survey_channel", TEXT, _r("channel"), dimension=True, label=_("Channel")),
    Column("answer_way", TEXT, _r("way"), dimension=True, label=_("Answered by")),
    Column("scope_unit_id", INTEGER, _r("scope_unit_id")),
    Column("annual_value", DECIMAL, _r("annual_value"), label=_("Annual value when asked")),
    Column("planned_date", DATE, _local("surveys_recipient", "planned_at"), label=_("Planned day of asking")),
    Column("invited_date", DATE, _local("surveys_recipient", "invited_at"), label=_("Day of the invitation")),
    Column("submitted_date", DATE, _local("surveys_recipient", "submitted_at"), label=_("Day the answer was sent off")),
)


def _hours(start: str, end: str) -> str:
    """Hours by the wall clock, 0 where clocks disagree; nothing where one end is missing."""
    return (
        f"CASE WHEN {end} >= {start} THEN extract(epoch FROM {end} - {start}) / 3600.0 WHEN {end} < {start} THEN 0 END"
    )


_SAID_AT: Final = f"coalesce({_r('submitted_at')}, {_r('received_at')}, surveys_followup.opened_at)"


def _along(table: str) -> tuple[str, ...]:
    """The ids of rows whose recipient or shipment changed. What a survey is, is settled before it asks anybody."""
    own: tuple[str, ...] = ()
    if table == "surveys_recipient":
        of = "SELECT r.id FROM surveys_recipient r"
    else:
        of = f"SELECT x.id FROM surveys_recipient r JOIN {table} x ON x.recipient_id = r.id"  # noqa: S608 - our own names
        own = (f"{of} WHERE r.changed_xid >= {{since}}",)
    return (*own, f"{of} JOIN shipments_shipment h ON h.id = r.shipment_id WHERE h.changed_xid >= {{since}}")


def _is(disposition: Disposition) -> str:
    return f"{_r('disposition')} = '{disposition.value}'"


RECIPIENTS = publish(
    Fact(
        name="survey_recipients",
        table="surveys_recipient",
        month=_MONTH,
        label=_("People asked"),
        joins=_JOINS,
        follows=_along("surveys_recipient"),
        columns=(
            *_ABOUT,
            Column("disposition", TEXT, _r("disposition"), dimension=True, label=_("What became of it")),
            Column("is_asked", FLAG, f"{_r('disposition')} IN ({_among(ASKED)})"),
            Column("is_answered", FLAG, _is(Disposition.ANSWERED)),
            Column("is_refused", FLAG, f"{_r('disposition')} IN ("
                   + _among((Disposition.REFUSED, Disposition.UNSCORED)) + ")"),
            Column("is_complaint", FLAG, _is(Disposition.COMPLAINT)),
            Column("is_partial", FLAG, _is(Disposition.PARTIAL), label=_("Begun and not sent off")),
            Column("is_unreachable", FLAG, _is(Disposition.UNREACHABLE), label=_("Not reached")),
            Column("is_live", FLAG, f"{_r('mode')} = '{Mode.LIVE.value}'"),
            Column("visible_hours", FLOAT, _hours(_r("submitted_at"), _r("received_at"))),
        ),
    )
)  # fmt: skip


def _levels(flag: str) -> str:
    """A flag of a scale's levels as SQL, out of the registry: one CASE over scale and value."""
    cases = " ".join(
        f"WHEN '{scale.id}' THEN surveys_answer.value IN ({', '.join(str(one) for one in sorted(_part(scale, flag)))})"
        for scale in SCALES.values()
    )
    return f"CASE i.scale {cases} END"


def _part(scale: Scale, flag: str) -> frozenset[int]:
    return {
        "satisfied": scale.satisfied,
        "dissatisfied": scale.dissatisfied,
        "best": frozenset({scale.best}),
    }[flag]


def _case_of(column: str, texts: Mapping[str, str], otherwise: str) -> str:
    cases = " ".join(f"WHEN '{code!s}' THEN {text}" for code, text in texts.items())
    return f"CASE {column} {cases} ELSE {otherwise} END"


def _journey() -> str:
    """Where on the customer's way the question stands, as `rules.forms.journey_of` says it."""
    judged = f"CASE WHEN i.measure IN ({_among(JUDGING)}) THEN '{Journey.EVALUATE.value}' ELSE '' END"
    by_stage = {str(stage): f"'{one.value}'" for stage, one in JOURNEY_OF_STAGE.items()}
    return f"CASE WHEN s.journey <> '' THEN s.journey ELSE {_case_of('s.stage', by_stage, judged)} END"


def _score100() -> str:
    """The level as 0 … 100 with 100 the best end (methods §1.1); yes and no are no judgement."""
    given = "surveys_answer.value"
    own = {
        scale.id: f"100.0 * ({given} - {scale.min}) / {scale.max - scale.min}"
        if scale.higher_is_better
        else f"100.0 * ({scale.max} - {given}) / {scale.max - scale.min}"
        for scale in SCALES.values()
        if scale.kind is not Kind.YES_NO
    }
    return _case_of("i.scale", own, "NULL")


SCORES = publish(
    Fact(
        name="survey_scores",
        table="surveys_answer",
        # An answer's own time moves while somebody is still answering.
        month=_MONTH,
        label=_("Scores"),
        joins=(
            f" JOIN surveys_item i ON i.id = surveys_answer.item_id AND i.kind = '{ItemKind.SCALE.value}'"
            " JOIN surveys_section s ON s.id = i.section_id"
            f" JOIN surveys_recipient ON surveys_recipient.id = surveys_answer.recipient_id{_JOINS}"
        ),
        follows=_along("surveys_answer"),
        columns=(
            Column("question", TEXT, "i.key", dimension=True, label=pgettext_lazy("survey", "Question")),
            Column("scale", TEXT, "i.scale"),
            Column("measure", TEXT, "i.measure"),
            Column("section", TEXT, "s.key", dimension=True, label=pgettext_lazy("survey", "Section")),
            Column("service_stage", TEXT, "s.stage", dimension=True, label=_("Stage of the service")),
            Column("journey_stage", TEXT, _journey(), dimension=True, label=_("Stage of the customer's journey")),
            Column("driver", TEXT, "i.driver", dimension=True, label=_("Driver")),
            Column("quality", TEXT, "i.dimension", dimension=True, label=_("Dimension of service quality")),
            Column("item_unit_id", INTEGER, "i.unit_id", dimension=True, label=_("Department asked about")),
            *_ABOUT,
            Column("recipient_id", INTEGER, "surveys_answer.recipient_id", label=_("Person asked, by number")),
            Column("value", INTEGER, "surveys_answer.value"),
            Column("score100", FLOAT, _score100()),
            Column("is_sent_off", FLAG, f"{_r('submitted_at')} IS NOT NULL AND {_is(Disposition.ANSWERED)}"),
            Column(
                "is_overall",
                FLAG,
                f"i.measure = '{Measure.OVERALL.value}'",
                label=_("Question about satisfaction as a whole"),
            ),
            Column("is_satisfied", FLAG, _levels("satisfied")),
            Column("is_dissatisfied", FLAG, _levels("dissatisfied")),
            Column("is_best", FLAG, _levels("best")),
        ),
    )
)

COMMENTS = publish(
    Fact(
        name="survey_comments",
        table="surveys_comment",
        month="date_trunc('month', timezone('UTC', surveys_comment.written_at))::date",
        label=_("Comments of surveys"),
        joins=f" JOIN surveys_recipient ON surveys_recipient.id = surveys_comment.recipient_id{_JOINS}",
        follows=_along("surveys_comment"),
        columns=(
            *(column for column in _ABOUT if column.name != "scope_unit_id"),
            Column("scope_unit_id", INTEGER, "surveys_comment.scope_unit_id"),
            Column("comment_deed", TEXT, "surveys_comment.deed", dimension=True, label=_("What was done")),
            Column("written_date", DATE, _local("surveys_comment", "written_at")),
            Column("is_strong", FLAG, "surveys_comment.strong", label=_("Strong complaint")),
            Column("is_done", FLAG, "surveys_comment.deed <> ''"),
            Column("is_case", FLAG, f"surveys_comment.deed = '{CommentDeed.CASE.value}'"),
        ),
    )
)

FOLLOW_UPS = publish(
    Fact(
        name="survey_follow_ups",
        table="surveys_followup",
        month="date_trunc('month', timezone('UTC', surveys_followup.opened_at))::date",
        label=_("Follow-ups"),
        joins=f" JOIN surveys_recipient ON surveys_recipient.id = surveys_followup.recipient_id{_JOINS}",
        follows=_along("surveys_followup"),
        columns=(
            *(column for column in _ABOUT if column.name != "scope_unit_id"),
            Column("scope_unit_id", INTEGER, "surveys_followup.scope_unit_id"),
            Column("follow_reason", TEXT, "surveys_followup.reason", dimension=True, label=_("Why followed up")),
            Column("follow_result", TEXT, "surveys_followup.result", dimension=True, label=_("How it ended")),
            Column("follow_owner_id", INTEGER, "surveys_followup.owner_id", dimension=True, label=_("Owner")),
            Column("follow_date", DATE, "timezone(surveys_followup.zone, surveys_followup.opened_at)::date"),
            Column("due_at", ColumnType.INSTANT, "surveys_followup.due_at"),
            Column("is_ended", FLAG, f"surveys_followup.result <> '{FollowResult.OPEN.value}'"),
            Column("is_reached", FLAG, f"surveys_followup.result IN ({_among(REACHED)})"),
            Column("is_changed", FLAG, f"surveys_followup.result IN ({_among(CHANGED)})"),
            Column("is_in_time", FLAG, f"surveys_followup.result IN ({_among(REACHED)})"
                   " AND surveys_followup.done_at <= surveys_followup.due_at"),
            Column("action_hours", FLOAT, _hours(_SAID_AT, "surveys_followup.acted_at")),
            Column("done_hours", FLOAT, _hours(_SAID_AT, "surveys_followup.done_at")),
        ),
    )
)  # fmt: skip


class _Codes:
    """Names of fixed codes."""

    def __init__(self, known: Mapping[str, Label]) -> None:
        self._texts = {str(code): label for code, label in known.items()}

    def __call__(self, values: Sequence[str]) -> Mapping[str, str]:
        return {value: str(self._texts[value]) for value in values if value in self._texts}


def _staff_names(values: Sequence[str]) -> Mapping[str, str]:
    rows = organization.staff_rows(actor=_NAMES).filter(pk__in=ids_of(values))
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def _unit_names(values: Sequence[str]) -> Mapping[str, str]:
    found = organization.unit_labels(actor=_NAMES, unit_ids=ids_of(values))
    return {str(pk): name for pk, name in found.items()}


def _campaign_names(values: Sequence[str]) -> Mapping[str, str]:
    return queries.campaign_names(actor=_NAMES, campaign_ids=ids_of(values))


def _form_names(values: Sequence[str]) -> Mapping[str, str]:
    return {code: pick(names) for code, names in queries.form_names(actor=_NAMES, codes=values).items()}


def _item_names(values: Sequence[str]) -> Mapping[str, str]:
    return {key: pick(texts) for key, texts in queries.item_texts(actor=_NAMES, keys=values).items()}


def _place(one: Recipient) -> str:
    """Where the service asked about is to be seen; nothing where only a wave asked."""
    if one.shipment_id is not None:
        return reverse("desk:shipment", args=[one.shipment_id])
    if one.case_id is not None:
        return reverse("desk:case", args=[one.case_id])
    return ""


def _asked(one: Recipient) -> tuple[str, ...]:
    return (
        one.campaign.name,
        one.customer.name if one.customer else "",
        str(DISPOSITION_LABELS[one.disposition]),
        clock.local_date(one.submitted_at or one.invited_at or one.planned_at, one.zone).isoformat(),
    )


def _title(one: Recipient) -> str:
    return f"{one.campaign.number}/{one.pk}"


def _headings() -> list[str]:
    return [
        pgettext("rows of surveys", "Person asked"),
        gettext("Survey"),
        gettext("Customer"),
        gettext("State"),
        gettext("When"),
    ]


def _recipients_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The people behind a figure, by number, in the order of their ids."""
    rows = queries.recipients_behind(actor=actor).filter(pk__in=ids).order_by("pk")
    return _headings(), [Row(one.pk, _title(one), _place(one), _asked(one)) for one in rows]


def _scores_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The scores behind a figure, in the order of their ids: question and level, never what was written."""
    rows = queries.score_rows(actor=actor).filter(pk__in=ids).order_by("pk")
    return [*_headings(), pgettext("survey", "Question"), pgettext("survey", "Score")], [
        Row(
            one.pk,
            _title(one.recipient),
            _place(one.recipient),
            (*_asked(one.recipient), pick(one.item.texts) or one.item.key, "" if one.value is None else str(one.value)),
        )
        for one in rows
    ]


def _comments_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The comments behind a figure, in the order of their ids: what was done, never what was written."""
    rows = queries.comments_behind(actor=actor).filter(pk__in=ids).order_by("pk")
    return [*_headings(), gettext("What was done")], [
        Row(
            one.pk,
            _title(one.recipient),
            _place(one.recipient),
            (*_asked(one.recipient), str(COMMENT_DEED_LABELS[one.deed]) if one.deed else ""),
        )
        for one in rows
    ]


def _follow_ups_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The follow-ups behind a figure, in the order of their ids: why, and how they ended."""
    rows = queries.follow_up_rows(actor=actor).filter(pk__in=ids).order_by("pk")
    return [*_headings(), gettext("Why followed up"), gettext("How it ended")], [
        Row(
            one.pk,
            _title(one.recipient),
            reverse("desk:case", args=[one.case_id]) if one.case_id is not None else _place(one.recipient),
            (
                *_asked(one.recipient),
                str(FOLLOW_REASON_LABELS[one.reason]),
                str(FOLLOW_RESULT_LABELS[one.result]),
            ),
        )
        for one in rows
    ]


for _dimension, _labels in {
    "trigger": TRIGGER_LABELS,
    "survey_audience": AUDIENCE_LABELS,
    "industry": {str(code): label for code, label in INDUSTRY_LABELS.items()},
    "delivery": DELIVERY_LABELS,
    "survey_channel": {str(code): label for code, label in CHANNEL_LABELS.items()},
    "answer_way": WAY_LABELS,
    "call_length": {str(code): label for code, label in CALL_LENGTH_LABELS.items()},
    "disposition": DISPOSITION_LABELS,
    "service_stage": STAGE_LABELS,
    "journey_stage": {str(code): JOURNEY_LABELS[code] for code in JOURNEY},
    "quality": DIMENSION_LABELS,
    "comment_deed": COMMENT_DEED_LABELS,
    "follow_reason": FOLLOW_REASON_LABELS,
    "follow_result": FOLLOW_RESULT_LABELS,
}.items():
    name_dimension(_dimension, _Codes(_labels))
name_dimension("campaign_id", _campaign_names)
name_dimension("survey_form", _form_names)
name_dimension("question", _item_names)
name_dimension("asked_about_id", _staff_names)
name_dimension("follow_owner_id", _staff_names)
name_dimension("item_unit_id", _unit_names)
open_rows_with("survey_recipients", _recipients_behind)
open_rows_with("survey_scores", _scores_behind)
open_rows_with("survey_comments", _comments_behind)
open_rows_with("survey_follow_ups", _follow_ups_behind)
