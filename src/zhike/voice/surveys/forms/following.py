"""The form in which a follow-up ends."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.ui.forms import WholeField
from zhike.service.cases.types import PARTY_LABELS, WITH_UNIT, Party
from zhike.voice.surveys.types import FOLLOW_RESULT_LABELS, REACHED, FollowResult, FollowUpEnd

Choices = Sequence[tuple[str, Any]]
NOTHING: Final = ("", "–")
# Marked as needed while the choice beside stands; the action decides.
_NEEDED_CAUSE: Final = {"data-zk-needed-when": " ".join(["result", *sorted(one.value for one in REACHED)])}
_NEEDED_UNIT: Final = {"data-zk-needed-when": " ".join(["party", *sorted(one.value for one in WITH_UNIT)])}


class EndForm(forms.Form):
    """Reached or not, what they think now, why they were dissatisfied; and whether the case ends with it."""

    result = forms.ChoiceField(label=pgettext_lazy("follow-up", "Result"))
    cause = forms.ChoiceField(label=_("Why they were dissatisfied"), required=False, widget=forms.Select(_NEEDED_CAUSE))
    score_after = WholeField(label=_("Score that they give now"), required=False)
    note = forms.CharField(
        label=_("What was said"), required=False, max_length=4_000, widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, *args: Any, causes: Choices, units: Choices = (), closes: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "result", [NOTHING, *((str(code), word) for code, word in FOLLOW_RESULT_LABELS.items() if code)])
        _choose(self, "cause", [NOTHING, *causes])
        if not closes:
            return
        self.fields["close"] = forms.BooleanField(label=_("Close the case with it"), required=False)
        self.fields["party"] = forms.ChoiceField(
            label=_("Who is responsible"), required=False, choices=[NOTHING, *PARTY_LABELS.items()]
        )
        self.fields["unit_id"] = forms.ChoiceField(
            label=_("Responsible unit"),
            required=False,
            choices=[NOTHING, *units],
            widget=forms.Select(_NEEDED_UNIT),
        )

    def end(self) -> FollowUpEnd:
        data = self.cleaned_data
        return FollowUpEnd(
            result=FollowResult(data["result"]),
            cause=data["cause"],
            score_after=data["score_after"],
            note=data["note"],
            close=data.get("close", False),
            party=Party(data["party"]) if data.get("party") else None,
            unit_id=int(data["unit_id"]) if data.get("unit_id") else None,
        )


def _choose(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
