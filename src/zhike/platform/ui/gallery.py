"""Invented content for the gallery: every component in every state, with the longest names we must bear."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from zhike.platform.ui import plots
from zhike.platform.ui.components import (
    Audience,
    Button,
    Channel,
    ChipFilter,
    Clash,
    Clock,
    ClockState,
    Crumb,
    Definition,
    Empty,
    EmptyKind,
    Fact,
    FigureCard,
    JobProgress,
    Mark,
    Person,
    Severity,
    SparkPoint,
    Status,
    Tab,
    TimelineEntry,
    Tone,
    Trend,
    Verdict,
)
from zhike.platform.ui.forms import CodeField, DayField, DecimalField
from zhike.platform.ui.tables import BuiltInView, BulkAction, Choice, Column, Days, Flag, Kind, Search, Table

LONG_NAME = "中外运华夏国际供应链管理（粤港澳大湾区）股份有限公司南沙保税港区冷链仓储配送分拨中心一"
ADDRESS = "上海市浦东新区张江高科技园区祖冲之路2290弄展想广场1号楼"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ODD_ONE = 33


def clocks(now: datetime) -> list[Clock]:
    running, paused = ClockState.RUNNING, ClockState.PAUSED
    solve, first = pgettext("clock", "solve"), pgettext("clock", "first answer")
    return [
        Clock(state=running, label=solve, due=now + 5 * HOUR, near_at=now + 3 * HOUR, ledger_url="#clock"),
        Clock(state=running, label=solve, due=now + 38 * MINUTE, near_at=now - MINUTE, ledger_url="#clock"),
        Clock(state=running, label=solve, due=now - 72 * MINUTE, ledger_url="#clock"),
        Clock(state=paused, label=solve, due=now + HOUR, holder=_("customer"), since=now - 26 * HOUR),
        Clock(state=ClockState.MET, label=first, took=12 * MINUTE),
        Clock(state=ClockState.MISSED, label=first, over_by=3 * HOUR),
        Clock(state=running, label=_("Claim"), due=now + timedelta(days=9), statutory=True, ledger_url="#clock"),
        Clock(state=running, label=solve, due=now + 7 * HOUR, zone="America/Sao_Paulo"),
    ]


def people(now: datetime) -> list[Person]:
    return [
        Person(
            name="陈静",
            role=_("decides"),
            phone="138****5678",
            call_url="#call",
            reveal_url="#reveal",
            last_contact=now - 3 * HOUR,
            url="#person",
        ),
        Person(name="王", form_of_address="王经理", role=_("uses"), phone="+55 11 ****-4321", url="#person"),
        Person(name="李敏", unit=_("Customer service"), on_duty=True),
        Person(name="赵磊", role=_("courier"), unit="浦东网点", phone="139****0001", call_url="#call", on_duty=False),
    ]


def figures(now: datetime) -> list[FigureCard]:
    definition = Definition(
        id="csat",
        version=3,
        label=_("Satisfaction, top two of five"),
        formula=_("very satisfied and satisfied answers, of all answers"),
        source="methods §1.2",
        url="#dictionary",
    )
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
            text="¥1,234.5" + ("万" if _("yes") != "yes" else "k"),
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
    long_text = "客户说纸箱左下角破损，里面两件瓷器有裂纹，要求今天下午四点前给答复。" * 9
    scans = [
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
        *scans,
        TimelineEntry(
            key="note-1",
            at=now - 30 * HOUR,
            channel=Channel.NOTE,
            who="赵磊",
            audience=Audience.INTERNAL,
            body="收件人下午不在，改约明早。",
            struck=True,
        ),
        TimelineEntry(
            key="note-2",
            at=now - 29 * HOUR,
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


class SampleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    phone = CodeField(label=gettext_lazy("Phone"), help_text=gettext_lazy("With the country code when it is not 86."))
    amount = DecimalField(label=gettext_lazy("Amount"), max_digits=10, decimal_places=2, required=False)
    day = DayField(label=gettext_lazy("Day"), required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), choices=[("call", gettext_lazy("Call")), ("mail", gettext_lazy("Mail"))]
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("damage", gettext_lazy("Damage")), ("loss", gettext_lazy("Loss"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    urgent = forms.BooleanField(label=gettext_lazy("Urgent"), required=False)


@dataclass(frozen=True, slots=True)
class SampleRow:
    id: int
    number: str
    customer: str
    letter: str
    status: Status
    clock: Clock
    amount: Decimal
    updated: datetime
    weight: Decimal
    owner: Person
    marks: tuple[Mark, ...]
    severity: Severity


def sample_rows(now: datetime) -> list[SampleRow]:
    words = [
        Status(_("delivered"), Tone.OK),
        Status(_("in transit")),
        Status(_("exception"), Tone.BREACH),
        Status(_("late"), Tone.WARN),
        Status(_("on hold"), Tone.PAUSE),
    ]
    names = [LONG_NAME, "华夏电子", "周航", "Companhia Brasileira de Distribuição e Logística Integrada Ltda.", "陈静"]
    bars = [Severity.NONE, Severity.NONE, Severity.BREACH, Severity.NOTICE, Severity.NONE]
    found = clocks(now)
    return [
        SampleRow(
            id=n,
            number=f"73041182{9921 + n}",
            customer=names[n % 5],
            letter="ABC"[n % 3] if n % 4 else "",
            status=words[n % 5],
            clock=found[n % len(found)],
            amount=Decimal(n * 137) - 500,
            updated=now - n * 7 * HOUR,
            weight=Decimal(n) / 3,
            owner=people(now)[2],
            marks=(Mark(_("key customer")),) if n % 3 == 0 else (),
            severity=bars[n % 5],
        )
        for n in range(1, 61)
    ]


SAMPLE_TABLE = Table(
    key="ui.gallery",
    title=gettext_lazy("Shipments"),
    sort="-id",
    size=18,
    columns=(
        Column("number", gettext_lazy("Waybill"), Kind.WAYBILL, url=lambda _row: "#row"),
        Column("customer", gettext_lazy("Customer"), lines=2, width="wide"),
        Column("letter", gettext_lazy("Class"), Kind.CLASS),
        Column("status", gettext_lazy("Status"), Kind.STATUS),
        Column("clock", gettext_lazy("Clock"), Kind.CLOCK),
        Column("amount", gettext_lazy("Value"), Kind.MONEY, sort="amount"),
        Column("weight", gettext_lazy("Weight, kg"), Kind.NUMBER, decimals=1),
        Column("updated", gettext_lazy("Updated"), Kind.TIME, sort="updated"),
        Column("marks", gettext_lazy("Marks"), Kind.MARKS),
        Column("owner", gettext_lazy("Owner"), Kind.PERSON, shown=False),
    ),
    filters=(
        Search(key="q", label=gettext_lazy("Search"), apply=lambda rows, _text: rows),
        Choice(
            key="status",
            label=gettext_lazy("Status"),
            options=[("late", gettext_lazy("late")), ("exception", gettext_lazy("exception"))],
        ),
        Days(key="promised", label=gettext_lazy("Promised")),
        Flag(key="open", label=gettext_lazy("Open only")),
    ),
    views=(BuiltInView(label=gettext_lazy("Late"), query="status=late"),),
    bulk=(
        BulkAction(label=gettext_lazy("Watch"), url_name="ui:gallery", icon="eye"),
        BulkAction(label=gettext_lazy("Assign"), url_name="ui:gallery"),
    ),
    row_url=lambda _row: "#row",
    row_severity=lambda row: row.severity,
    exportable=False,
)


def plot_samples() -> list[plots.Plot]:
    months = [f"{n:02}" for n in range(1, 13)]
    values = [88.1, 89.4, 90.2, 89.9, 91.5, 92.0, 91.8, 92.6, 93.4, 93.1, 93.8, 94.1]
    other = [91.0, 90.1, 90.8, 88.9, 87.5, 88.0, 86.8, 87.6, 86.4, 86.1, None, 85.1]
    outlets = ["浦东", "虹桥", "南沙保税港区冷链仓储配送分拨中心", "São Paulo Centro", "北四环", "天河"]
    off = plots.Unit
    verdicts = [Verdict.WORSE, Verdict.NO_CLEAR_CHANGE, Verdict.NO_CLEAR_CHANGE, Verdict.BETTER]
    rows = [
        off(name=name, value=93 - 2.1 * n, low=91 - 2.4 * n, high=94.5 - 1.7 * n, n=214 - 38 * n, url="#unit")
        for n, name in enumerate(outlets)
    ]
    many = [
        off(
            name=f"{outlets[n % 6][:4]}{n}",
            value=7 + ((n * 37) % 11 - 5) * (160 / (40 + n * 12)) + (6 if n == ODD_ONE else 0),
            n=20 + n * 12,
            verdict=Verdict.WORSE if n == ODD_ONE else Verdict.NO_CLEAR_CHANGE,
            url="#unit",
        )
        for n in range(40)
    ]
    limits = [
        plots.Limit(n, 7 - 50 / n**0.5, 7 + 50 / n**0.5, 7 - 79 / n**0.5, 7 + 79 / n**0.5) for n in range(20, 520, 10)
    ]
    levels = [_("very dissatisfied"), _("dissatisfied"), _("neutral"), _("satisfied"), _("very satisfied")]
    return [
        plots.LinePlot(
            title=_("Delivered on time, by month"),
            note=_("2026, all lines; bands are 95 % intervals"),
            unit="%",
            name="on-time",
            x=months,
            series=[
                plots.Series(
                    name="华东", values=values, low=[v - 1.2 for v in values], high=[v + 1.1 for v in values], n=2904
                ),
                plots.Series(
                    name="São Paulo",
                    values=other,
                    low=[v and v - 3 for v in other],
                    high=[v and v + 2.8 for v in other],
                    n=191,
                ),
            ],
            previous=[v - 2.5 for v in values],
            previous_label="2025",
            target=95.0,
            target_label=_("target"),
            marks=[("07", "v2")],
        ),
        plots.DotPlot(title=_("On time, by outlet"), unit="%", rows=rows, reference=90.2, reference_label=_("all")),
        plots.FunnelPlot(
            title=_("Damaged per 1,000, by outlet"), rows=many, reference=7.0, reference_label=_("all"), limits=limits
        ),
        plots.DivergingPlot(
            title=_("What was answered"),
            unit="%",
            decimals=0,
            levels=levels,
            rows=[
                plots.Counts(_("Pick-up on time"), (3, 7, 21, 80, 45)),
                plots.Counts(_("Information"), (12, 20, 30, 25, 13)),
                plots.Counts(_("Manner of the courier"), (0, 1, 3, 9, 11)),
            ],
        ),
        plots.DumbbellPlot(
            title=_("Hours from pick-up to delivery"),
            unit="h",
            start_label="P50",
            end_label="P90",
            rows=[plots.Pair(name, 20 + 3 * n, 41 + 9 * n, n=500 - 95 * n) for n, name in enumerate(outlets)],
        ),
        plots.BarPlot(
            title=_("Where they dropped out"),
            decimals=0,
            rows=[off(name=_("sent"), value=56), off(name=_("opened"), value=51), off(name=_("answered"), value=43)],
        ),
        plots.PlacePlot(
            title=_("Late, by place"),
            unit="%",
            places=[
                plots.Place(
                    name=name,
                    longitude=113 + n * 1.7,
                    latitude=23 + (n * 5) % 9,
                    value=4 + n,
                    n=300 - 50 * n,
                    verdict=verdicts[n % 4],
                )
                for n, name in enumerate(outlets)
            ],
        ),
    ]


def content(now: datetime) -> dict[str, Any]:
    """Everything but the table and the plots, which the page builds for its request."""
    wrong = SampleForm({"name": "", "phone": "１３８ｘ", "channel": "fax", "amount": "12.345"})
    return {
        "title": LONG_NAME,
        "crumbs": [Crumb(_("Settings"), "#"), Crumb(_("Gallery"))],
        "primary": Button(label=_("Log contact"), url="#log", icon="plus", key="n"),
        "actions": [
            Button(label=_("Assign"), url="#assign", key="a"),
            Button(label=_("Close the case"), url="#close", disabled_because=_("The cause is not coded yet.")),
            Button(label=_("Erase"), url="#erase", danger=True),
        ],
        "clocks": clocks(now),
        "people": people(now),
        "statuses": [Status(str(tone), tone) for tone in Tone],
        "marks": [Mark(_("key customer")), Mark(_("watch out"), alert=True)],
        "moments": [now - MINUTE, now - 3 * HOUR, now - timedelta(days=40), now - timedelta(days=400)],
        "cards": figures(now),
        "entries": entries(now),
        "form": SampleForm(initial={"name": LONG_NAME}),
        "wrong": wrong,
        "clashes": [
            Clash(name="phone", label=_("Phone"), mine="138****5678", theirs="138****9999"),
            Clash(name="address", label=_("Address"), mine=ADDRESS, theirs=""),
        ],
        "facts": [
            Fact(label=_("Number"), value="CU-008812", copy="CU-008812"),
            Fact(label=_("Address"), value=ADDRESS),
            Fact(label=_("Tax number"), missing=_("missing")),
            Fact(label=_("Since"), value=date(2019, 5, 4)),
        ],
        "tabs": [
            Tab(label=_("All"), url="#", current=True, count=312),
            Tab(label=_("Outside"), url="#", count=9),
            Tab(label=_("Goods"), url="#"),
        ],
        "chips": [
            ChipFilter(label=_("Status"), value=_("late"), remove_url="#"),
            ChipFilter(label=_("Unit"), value=LONG_NAME, remove_url="#"),
        ],
        "empties": [
            Empty(
                kind=EmptyKind.NOTHING_YET,
                title=_("No shipments yet"),
                text=_("They come by import or through the interface."),
                button=Button(label=_("Import a file"), url="#import"),
            ),
            Empty(kind=EmptyKind.NO_MATCH, title=_("Nothing matches"), text=_("Remove a filter:")),
            Empty(kind=EmptyKind.NOTHING_DUE, title=_("Nothing is due"), text=_("The next item is due at 16:00.")),
        ],
        "jobs": [
            JobProgress(
                label=_("Import of orders.csv"), done=1240, total=3000, state="waiting", note=_("line 1,240 of 3,000")
            ),
            JobProgress(
                label=_("Import of orders.csv"),
                done=3000,
                total=3000,
                state="done",
                note=_("2,988 kept, 12 rejected"),
                result_url="#rejects",
                result_label=_("Rejected rows"),
            ),
            JobProgress(
                label=_("Import of orders.csv"),
                done=812,
                total=3000,
                state="failed",
                note=_("Stopped: the file ends in the middle of line 813. Nothing was changed."),
            ),
        ],
        "audiences": list(Audience),
    }
