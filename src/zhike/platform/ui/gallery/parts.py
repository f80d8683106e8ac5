"""Clocks, people and forms of the gallery, with the longest names we must bear."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from zhike.platform.ui.components import (
    Clock,
    ClockState,
    Person,
)
from zhike.platform.ui.forms import CodeField, DayField, DecimalField

LONG_NAME = "中外运华夏国际供应链管理（粤港澳大湾区）股份有限公司南沙保税港区冷链仓储配送分拨中心一"
ADDRESS = "上海市浦东新区张江高科技园区祖冲之路2290弄展想广场1号楼"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


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
        Person(name="王建国", form_of_address="王经理", role=_("uses"), phone="+55 11 ****-4321", url="#person"),
        Person(name="李敏", unit=_("Customer service"), on_duty=True),
        Person(name="赵磊", role=_("courier"), unit="浦东网点", phone="139****0001", call_url="#call", on_duty=False),
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
