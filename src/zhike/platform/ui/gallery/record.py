"""Figures and a timeline of the gallery."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from zhike.platform.ui import formats
from zhike.platform.ui.components import (
    Audience,
    Channel,
    Definition,
    FigureCard,
    SparkPoint,
    Status,
    TimelineEntry,
    Tone,
    Trend,
)
from zhike.platform.ui.gallery.parts import HOUR, MINUTE


def _definition() -> Definition:
    return Definition(
        id="csat",
        version=3,
        label=_("Satisfaction, top two of five"),
        formula=_("very satisfied and satisfied answers, of all answers"),
        source="methods §1.2",
        url="#dictionary",
    )


def figures(now: datetime) -> list[FigureCard]:
    return [*full_figures(now), *thin_figures(now)]


def full_figures(now: datetime) -> list[FigureCard]:
    definition = _definition()
    spark = [SparkPoint(v, v - 1.5, v + 1.5) for v in (74.2, 75.0, 74.8, 76.1, 75.7, 77.0, 76.2, 76.6)]
    gap = [SparkPoint(6.1), SparkPoint(5.8), SparkPoint(None), SparkPoint(7.2), SparkPoint(8.9)]
    quarter, against = "2026 Q3", "Q2"
    return [
        FigureCard(
            label=_("Satisfaction"),
            value=Decimal("76.61"),
            unit="%",
            interval=(75.1, 78.1),
            n=2993,
            missing=21,
            trend=Trend.of(-1, 2, higher_is_better=True, against=against),
            spark=spark,
            as_of=now,
            period=quarter,
            definition=definition,
            rows_url="#rows",
        ),
        FigureCard(
            label=_("Delivered late"),
            value=Decimal("6.577"),
            unit="%",
            interval=(5.7, 7.5),
            n=2904,
            missing=96,
            missing_label=_("without both dates"),
            trend=Trend.of(0.4, 2.1, higher_is_better=False, against=against, difference="+1.2"),
            spark=gap,
            as_of=now,
            definition=definition,
            rows_url="#rows",
        ),
        FigureCard(
            label=_("On time"),
            value=Decimal("93.42"),
            unit="%",
            interval=(92.5, 94.3),
            n=2904,
            trend=Trend.of(0.3, 1.9, higher_is_better=True, against=against, difference="+1.1"),
            as_of=now,
            definition=definition,
            rows_url="#rows",
        ),
    ]


def thin_figures(now: datetime) -> list[FigureCard]:
    """Small bases, none, and figures that have no base."""
    definition, against = _definition(), "Q2"
    return [
        FigureCard(
            label=_("Satisfaction"),
            value=Decimal("83.33"),
            unit="%",
            interval=(64.1, 93.3),
            n=24,
            as_of=now,
            definition=definition,
            rows_url="#rows",
        ),
        FigureCard(label=_("Satisfaction"), value=Decimal(80), unit="%", n=5, as_of=now, definition=definition),
        FigureCard(label=_("Satisfaction"), value=None, n=0, as_of=now, definition=definition),
        FigureCard(
            label=_("Revenue"),
            value=Decimal(0),
            text=formats.short_money(12_345_000, "CNY"),
            base_matters=False,
            as_of=now,
            rows_url="#rows",
        ),
        FigureCard(
            label=_("Net promoter score"),
            value=Decimal("-4.2"),
            unit="",
            interval=(-7.9, -0.5),
            n=1881,
            trend=Trend.of(None, None, higher_is_better=True, against=against),
            as_of=now,
            rows_url="#rows",
        ),
    ]


def entries(now: datetime) -> list[TimelineEntry]:
    return [*said(now), *scans(now), *noted(now)]


def said(now: datetime) -> list[TimelineEntry]:
    long_text = "客户说纸箱左下角破损，里面两件瓷器有裂纹，要求今天下午四点前给答复。" * 9
    return [
        TimelineEntry(
            key="call-1",
            at=now - 4 * MINUTE,
            channel=Channel.CALL,
            who="陈静",
            to="李敏",
            body=long_text,
            source_url="#recording",
            source_label=_("Recording, 3 min"),
            lang="zh-Hans",
        ),
        TimelineEntry(
            key="mail-1",
            at=now - 50 * MINUTE,
            channel=Channel.MAIL,
            who="李敏",
            to="陈静",
            title="Re: Damaged carton 7304 1182 9921",
            body="Dear Ms Chen, we have asked the hub for photos and answer by 16:00.",
            lang="en",
            status=Status(_("sent"), Tone.OK),
        ),
        TimelineEntry(
            key="task-1",
            at=now - 2 * HOUR,
            channel=Channel.TASK,
            who="李敏",
            to="华东仓",
            audience=Audience.DEPARTMENT,
            department="华东仓",
            body="请拍照并确认外包装状况。",
        ),
    ]


def scans(now: datetime) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            key=f"scan-{n}",
            at=now - 20 * MINUTE * n - 3 * HOUR,
            channel=Channel.GOODS,
            who="华东分拨中心",
            title=_("Arrived at the hub"),
            audience=Audience.SYSTEM,
        )
        for n in range(6)
    ]


def noted(now: datetime) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            key="note-1",
            at=now - 31 * HOUR,
            channel=Channel.NOTE,
            who="赵磊",
            audience=Audience.INTERNAL,
            body="收件人下午不在，改约明早。",
            struck=True,
        ),
        TimelineEntry(
            key="note-2",
            at=now - 30 * HOUR,
            channel=Channel.NOTE,
            who="赵磊",
            audience=Audience.INTERNAL,
            body="收件人下午在，门禁密码已补。",
            corrects=_("the note of 09:05"),
        ),
        TimelineEntry(
            key="scan-br",
            at=now - timedelta(days=12),
            zone="America/Sao_Paulo",
            channel=Channel.GOODS,
            who="São Paulo",
            title=_("Handed to the carrier"),
            audience=Audience.SYSTEM,
        ),
    ]
