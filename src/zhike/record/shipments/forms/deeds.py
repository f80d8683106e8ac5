"""Forms of what can be done to one shipment."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.ui.forms import CodeField, MomentField
from zhike.record.shipments.types.codes import (
    CONDITION_LABELS,
    LEG_LABELS,
    REASON_LABELS,
    STATUS_LABELS,
    Condition,
    LegKind,
)


def moment(wall: datetime, zone: str) -> datetime:
    """What a person typed as wall time of the shipment's zone."""
    return clock.instant_of(wall.replace(tzinfo=None), zone)


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos in one field; gives a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # noqa: ANN401 - Django's signature
        files = data if isinstance(data, list | tuple) else [data]
        return [super(PhotosField, self).clean(one, initial) for one in files if one]


class ReplyForm(forms.Form):
    """The delivery reply 送货回复."""

    signer = forms.CharField(label=_("Signed by"), max_length=120)
    signed_at = MomentField(label=_("Signed at"), help_text=_("In the destination's time."))
    condition = forms.ChoiceField(
        label=_("Condition on arrival"),
        choices=[(str(code), label) for code, label in CONDITION_LABELS.items()],
        initial=Condition.INTACT.value,
        widget=forms.RadioSelect,
    )
    photos = PhotosField(label=_("Photos"), required=False, help_text=_("Up to ten pictures or a PDF."))
    remark = forms.CharField(label=_("Remark"), required=False, max_length=500, widget=forms.Textarea({"rows": 3}))
    because = forms.CharField(label=_("What was wrong with the reply on record"), required=False, max_length=300)


class EventForm(forms.Form):
    """A scan that nobody sent: seen or heard of."""

    status = forms.ChoiceField(label=_("Status"), choices=[(str(code), label) for code, label in STATUS_LABELS.items()])
    occurred_at = MomentField(label=_("Time"))
    place = forms.CharField(label=_("Place"), required=False, max_length=160)
    text = forms.CharField(label=_("What happened"), required=False, max_length=500)
    incident_reason = forms.ChoiceField(
        label=_("Incident"),
        required=False,
        choices=[("", "–"), *((str(code), label) for code, label in REASON_LABELS.items())],
    )


class EstimateForm(forms.Form):
    eta = MomentField(label=_("Now expected"), help_text=_("In the destination's time; the promise stays."))
    reason = forms.CharField(label=_("Why"), max_length=300)


class PromiseForm(forms.Form):
    promised_delivery_at = MomentField(label=_("What was really promised"))
    reason = forms.CharField(label=_("What was entered wrongly"), max_length=500)


class LegForm(forms.Form):
    """Outlet and courier of a part of the way."""

    kind = forms.ChoiceField(
        label=_("Part of the way"),
        choices=[(str(code), label) for code, label in LEG_LABELS.items()],
        initial=LegKind.DELIVERY.value,
    )
    unit = forms.ChoiceField(label=_("Outlet"), required=False)
    courier = forms.ChoiceField(label=_("Courier of ours"), required=False)
    courier_name = forms.CharField(label=_("Another courier"), required=False, max_length=120)
    courier_phone = CodeField(label=_("Courier's phone"), required=False, max_length=24)

    def __init__(
        self, *args: Any, units: list[tuple[str, str]], couriers: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("unit", units), ("courier", couriers)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", "–"), *choices]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300)


class WatchForm(forms.Form):
    """Putting an entry of the watch list aside."""

    reason = forms.CharField(label=_("Why it may rest"), max_length=300)
    until = MomentField(label=_("Until"), required=False, help_text=_("Empty: for good."))


class CodeForm(forms.Form):
    """What a code means."""

    status = forms.ChoiceField(
        label=_("Means"), choices=[("", "–"), *((str(code), label) for code, label in STATUS_LABELS.items())]
    )
    incident_reason = forms.ChoiceField(
        label=_("Incident"),
        required=False,
        choices=[("", "–"), *((str(code), label) for code, label in REASON_LABELS.items())],
    )
    origin = forms.CharField(label=_("Where this is written down"), max_length=200)
