"""Answers of another system in bulk: each with the shipment it speaks of, once, and never changed afterwards."""

from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from zhike.methods.scales import Kind, scale_of
from zhike.platform import audit, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor, system_actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import Counts, Staged
from zhike.platform.i18n.labels import in_every
from zhike.record.organization import queries as organization
from zhike.voice.surveys.actions import _loading_sql as text
from zhike.voice.surveys.events import AnswersLoaded, OutcomesEvent
from zhike.voice.surveys.models import Item, Questionnaire, Section, Version
from zhike.voice.surveys.policies import LOAD, SECONDS_CHOICE, SECONDS_TEXT
from zhike.voice.surveys.types import Audience, ItemKind, VersionState
from zhike.voice.surveys.types.imports import (
    CAMPAIGN_NAME_OPTION,
    CAMPAIGN_OPTION,
    CUSTOMER_SYSTEM_OPTION,
    FORM_OPTION,
    MEASURE_OF,
    ORDER_SOURCE_OPTION,
    SCALES_TAKEN,
    SYSTEM_OPTION,
    WAVE_OPTION,
)

ROWS: Final = text.ROWS
COMPANY: Final = system_actor("surveys.company")
MOST_IDS: Final = 1_000
_QUESTIONS: Final = {
    Kind.SATISFACTION: _("Overall, how satisfied are you?"),
    Kind.RECOMMENDATION: _("How likely are you to recommend us?"),
    Kind.EFFORT: _("How much effort did it take you?"),
}
_COMMENT: Final = _("What would you like to tell us?")
_TAKEN_OVER: Final = _("Answers of another system")


@action
def load_answers(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Import target `surveys.answers`: one row is one person's answer on one scale, with what they wrote.

    An answer that was taken over before is a duplicate and stays as it is; two answers about one shipment are two.
    """
    authorize(actor, LOAD)
    values = _values(staged, now)
    _refuse_senseless(staged, now)
    shipments = _within(actor, "h.scope_unit_id")
    _run(text.ROWS_OF.format(staged=staged.table, shipments=shipments), values)
    _run(f"CREATE INDEX ON {ROWS} (line); ANALYZE {ROWS}")
    _refuse_unknown(actor, staged)
    _run(text.KNOWN, values)
    _refuse_repeated(staged)
    _forms(staged, values, now)
    counts = _write(values)
    audit.record(
        actor,
        AnswersLoaded(
            subject=("import", staged.run_id or 0),
            after={"source": staged.source, "created": counts.created, "duplicate": counts.duplicate},
        ),
        now=now,
    )
    new = _new_ids()
    _run(f"DROP TABLE {ROWS}")
    outbox.emit_many(
        (OutcomesEvent(recipient_ids=new[at : at + MOST_IDS]) for at in range(0, len(new), MOST_IDS)),
        now=now,
        mode=staged.mode,
    )
    return counts


def _values(staged: Staged, now: datetime) -> dict[str, Any]:
    system = staged.options.get(SYSTEM_OPTION, staged.source)[:80]
    # What belongs to no unit belongs to the company; whether the actor reaches that is asked of each row.
    root = organization.unit_rows(actor=COMPANY).filter(parent__isnull=True).values_list("tree_no", flat=True).first()
    return {
        "source": system,
        "system": staged.options.get(CUSTOMER_SYSTEM_OPTION, system),
        "orders": staged.options.get(ORDER_SOURCE_OPTION, staged.source),
        "campaign": staged.options.get(CAMPAIGN_OPTION, system),
        "campaign_name": staged.options.get(CAMPAIGN_NAME_OPTION, ""),
        "wave": staged.options.get(WAVE_OPTION, "")[:20],
        "form": staged.options.get(FORM_OPTION, ""),
        "root": root,
        "zone": staged.zone,
        "mode": staged.mode.value,
        "received": staged.received_at,
        "now": now,
    }


def _within(actor: Actor, column: str) -> str:
    """The actor's reach as SQL over a column of unit numbers."""
    if actor.reach.everything:
        return "true"
    spans = " OR ".join(f"{column} BETWEEN {low:d} AND {high:d}" for low, high in actor.reach.intervals)
    return f"({spans or 'false'})"


def _run(sql: str, values: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _refuse_senseless(staged: Staged, now: datetime) -> None:
    """Refuse what is wrong by itself: scores that the scale has not, answers before they were asked for."""
    for scale in SCALES_TAKEN:
        staged.reject(
            f"s.scale = '{scale.id}' AND s.score NOT BETWEEN {scale.min:d} AND {scale.max:d}",
            field_name="score",
            code="outside_scale",
            params=f"jsonb_build_object('minimum', {scale.min:d}, 'maximum', {scale.max:d})",
        )
    staged.reject(
        "s.score IS NULL AND s.title IS NULL AND s.text IS NULL", field_name="score", code="says_nothing", value="''"
    )
    staged.reject("s.answered_at < s.asked_at", field_name="answered_at", code="before_asked")
    staged.reject(f"s.answered_at > '{now.isoformat()}'::timestamptz", field_name="answered_at", code="in_future")


def _refuse_unknown(actor: Actor, staged: Staged) -> None:
    beside = f"{ROWS} r"
    of = "r.line = s.line AND "
    for column, kind in (("waybill", "waybill"), ("order_id", "order")):
        given = "s.waybill IS NOT NULL" if kind == "waybill" else "s.waybill IS NULL AND s.order_id IS NOT NULL"
        staged.reject(f"{of}{given} AND r.found IS NULL", field_name=column, code=f"unknown_{kind}", beside=beside)
        staged.reject(f"{of}{given} AND r.found > 1", field_name=column, code=f"ambiguous_{kind}", beside=beside)
    staged.reject(
        f"{of}s.customer IS NOT NULL AND r.customer_id IS NULL",
        field_name="customer",
        code="unknown_customer",
        beside=beside,
    )
    staged.reject(
        f"{of}({_within(actor, 'r.scope_no')} AND r.scope_no IS NOT NULL) IS NOT TRUE",
        field_name="reference",
        code="outside_reach",
        beside=beside,
    )
    _follow(staged)


def _refuse_repeated(staged: Staged) -> None:
    """One key is one answer: the first line of it is kept, and one that came before stays as it was."""
    first = f"(SELECT line, min(line) OVER (PARTITION BY campaign_ref, ref) AS first_line FROM {ROWS}) r"  # noqa: S608
    staged.reject(
        "r.line = s.line AND r.first_line < r.line",
        field_name="reference",
        code="repeated_answer",
        params="jsonb_build_object('first', r.first_line)",
        beside=first,
    )
    staged.reject(
        "r.line = s.line AND r.is_known AND r.known_score IS DISTINCT FROM r.score",
        field_name="score",
        code="stands",
        beside=f"{ROWS} r",
    )
    _follow(staged)


def _forms(staged: Staged, values: dict[str, Any], now: datetime) -> None:
    """The form of each row: the one it names, else one of its own system with the one question of its scale."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT scale FROM {ROWS} WHERE form = '' AND NOT is_known ORDER BY scale")  # noqa: S608
        unnamed = [row[0] for row in cursor.fetchall()]
    for scale_id in unnamed:
        code = f"{slugify(values['source'])[:24] or 'other'}-{scale_id.replace('_', '-')}"
        if not Questionnaire.objects.filter(code=code).exists():
            _make_form(code, scale_id, now)
        _run(f"UPDATE {ROWS} SET form = %(code)s WHERE form = '' AND scale = %(scale)s",  # noqa: S608
             {"code": code, "scale": scale_id})  # fmt: skip
    _run(text.FORMS)
    beside = f"{ROWS} r"
    staged.reject(
        "r.line = s.line AND NOT r.is_known AND r.version_id IS NULL",
        field_name="form",
        code="unknown_form",
        value="r.form",
        beside=beside,
    )
    staged.reject(
        "r.line = s.line AND NOT r.is_known AND r.said IS NOT NULL AND r.text_item_id IS NULL",
        field_name="text",
        code="no_text_item",
        beside=beside,
    )
    _follow(staged)


def _make_form(code: str, scale_id: str, now: datetime) -> None:
    """A published form with one question of this scale and one for a text."""
    scale = scale_of(scale_id)
    seconds = parameters.value(SECONDS_CHOICE, at=now) + parameters.value(SECONDS_TEXT, at=now)
    form = Questionnaire.objects.create(
        code=code,
        audience=Audience.CONTACT.value,
        names={language: f"{name} · {scale_id}" for language, name in in_every(_TAKEN_OVER).items()},
        made_at=now,
        changed_at=now,
    )
    version = Version.objects.create(questionnaire=form, number=1, seconds=seconds, made_at=now)
    section = Section.objects.create(version=version, key="answer", order=1)
    Item.objects.bulk_create(
        [
            Item(
                version=version,
                section=section,
                key=MEASURE_OF[scale.kind].value,
                order=1,
                kind=ItemKind.SCALE.value,
                scale=scale_id,
                texts=in_every(_QUESTIONS[scale.kind]),
                measure=MEASURE_OF[scale.kind].value,
                na_allowed=True,
            ),
            Item(
                version=version,
                section=section,
                key="comment",
                order=2,
                kind=ItemKind.TEXT.value,
                texts=in_every(_COMMENT),
                required=False,
            ),
        ]
    )
    Version.objects.filter(pk=version.pk).update(state=VersionState.PUBLISHED.value, published_at=now)
    Questionnaire.objects.filter(pk=form.pk).update(published_version=1)


def _write(values: dict[str, Any]) -> Counts:
    _run(text.NEW_CAMPAIGNS.format(), values)
    _run(text.LINK_CAMPAIGNS, values)
    _run(text.CAMPAIGN_FORMS, values)
    created = _run(text.NEW_RECIPIENTS, values)
    _run(text.LINK_RECIPIENTS, values)
    _run(f"ANALYZE {ROWS}")
    _run(text.NEW_SCORES.format())
    _run(text.NEW_TEXTS.format())
    _run(text.SENT_OFF)
    _run(text.SPANS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {ROWS} WHERE is_known")  # noqa: S608
        (known,) = cursor.fetchone() or (0,)
    return Counts(created=created, duplicate=int(known))


def _new_ids() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT recipient_id FROM {ROWS} WHERE NOT is_known ORDER BY recipient_id")  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


def _follow(staged: Staged) -> None:
    """What was refused is not written."""
    _run(f"DELETE FROM {ROWS} r WHERE NOT EXISTS (SELECT 1 FROM {staged.table} s WHERE s.line = r.line)")  # noqa: S608
