"""Forms by which contacts and notes are written down."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import clock
from zhike.platform.ui.forms import MomentField
from zhike.record.agreements.types import PromiseEntry
from zhike.record.contacting.types import PURPOSE_LABELS, Purpose
from zhike.record.customers.types import CHANNEL_LABELS, Channel
from zhike.record.interactions.types import (
    CONTACT_CHANNELS,
    DIRECTION_LABELS,
    NOTE_LABELS,
    ContactLog,
    Direction,
)

People = Sequence[tuple[str, str]]


class ContactLogForm(forms.Form):
    contact_id = forms.ChoiceField(label=_("With whom"), required=False)
    channel = forms.ChoiceField(label=_("How"), choices=[(c.value, CHANNEL_LABELS[c]) for c in CONTACT_CHANNELS])
    direction = forms.ChoiceField(
        label=_("Who reached whom"),
        choices=[(d.value, DIRECTION_LABELS[d]) for d in (Direction.IN, Direction.OUT)],
        widget=forms.RadioSelect,
        initial=Direction.IN.value,
    )
    # Where most of the writing is: the cursor waits here.
    body = forms.CharField(
        label=_("What was said"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
    )
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    occurred_at = MomentField(label=_("When"), required=False, help_text=_("Empty: now."))
    purpose = forms.ChoiceField(
        label=_("Why, if we reached them"),
        choices=[(p.value, PURPOSE_LABELS[p]) for p in Purpose],
        required=False,
        help_text=_("What is not about goods or an answer counts in the person's contact budget."),
    )

    promised = forms.CharField(
        label=_("What was promised"), max_length=300, required=False, help_text=_("Empty: nothing was promised.")
    )
    promised_until = MomentField(label=_("Until when"), required=False)

    def __init__(self, *args: Any, people: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", pgettext_lazy("choice", "Nobody in particular")), *people]
        # The only person there is is meant until somebody says otherwise.
        alone = people[0][0] if len(people) == 1 else ""
        self.fields["contact_id"] = forms.ChoiceField(
            label=_("With whom"), choices=offered, required=False, initial=alone
        )

    def clean(self) -> dict[str, Any]:
        """A promise has words and a time, or there is none."""
        data = super().clean() or {}
        said, until = data.get("promised"), data.get("promised_until")
        if said and not until and "promised_until" not in self.errors:
            self.add_error("promised_until", _("Say until when it was promised."))
        if until and not said and "promised" not in self.errors:
            self.add_error("promised", _("Write what was promised, in the words the customer heard."))
        return data

    def promise(self, customer_id: int, zone: str) -> PromiseEntry | None:
        """The promise given in this contact, if any."""
        data = self.cleaned_data
        if not data["promised"]:
            return None
        return PromiseEntry(
            customer_id=customer_id,
            text=data["promised"],
            due_at=clock.instant_of(data["promised_until"].replace(tzinfo=None), zone),
            contact_id=int(data["contact_id"]) if data["contact_id"] else None,
        )

    def log(self, zone: str) -> ContactLog:
        """The entry; its wall time is that of the person who wrote it, in `zone`."""
        data = self.cleaned_data
        wall = data["occurred_at"]
        return ContactLog(
            channel=Channel(data["channel"]),
            direction=Direction(data["direction"]),
            subject=data["subject"],
            body=data["body"],
            contact_id=int(data["contact_id"]) if data["contact_id"] else None,
            occurred_at=clock.instant_of(wall.replace(tzinfo=None), zone) if wall else None,
            purpose=Purpose(data["purpose"] or Purpose.TRANSACTIONAL.value),
        )


class NoteForm(forms.Form):
    """A quick note (随手记录), seen inside only."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("note", "About"), choices=[(str(code), label) for code, label in NOTE_LABELS.items()]
    )
    contact_id = forms.ChoiceField(label=_("From whom"), required=False)
    body = forms.CharField(
        label=_("What the customer said"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "autofocus": True}),
    )

    def __init__(self, *args: Any, people: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", pgettext_lazy("choice", "Nobody in particular")), *people]
        self.fields["contact_id"] = forms.ChoiceField(label=_("From whom"), choices=offered, required=False)


class CorrectionForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    body = forms.CharField(label=_("What was said"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
