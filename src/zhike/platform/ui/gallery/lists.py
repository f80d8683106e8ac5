"""A list of the gallery."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.platform.ui.components import (
    Clock,
    Mark,
    Person,
    Severity,
    Status,
    Tone,
)
from zhike.platform.ui.gallery.parts import HOUR, LONG_NAME, clocks, people
from zhike.platform.ui.tables import BuiltInView, BulkAction, Choice, Column, Days, Flag, Kind, Search, Table


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
