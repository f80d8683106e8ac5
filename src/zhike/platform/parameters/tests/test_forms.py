from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from zhike.platform.parameters import queries, rules
from zhike.platform.parameters.forms import ChangeForm
from zhike.platform.parameters.tests.factories import NOW, declared_for_test, make_actor

pytestmark = pytest.mark.django_db


def form_of(key: str = "parameters.trial") -> ChangeForm:
    return ChangeForm(queries.get_row(actor=make_actor(), key=key, now=NOW))


def test_change_form__begins_with_the_value_and_says_unit_and_limits() -> None:
    with declared_for_test(), translation.override("en"):
        field = form_of().fields["value"]

        assert (field.initial, str(field.help_text)) == ("0.75", "share · at least 0 · at most 1")


def test_change_form__a_duration_needs_no_unit() -> None:
    hour = timedelta(hours=1)
    with (
        declared_for_test(kind=timedelta, default=hour, minimum=hour, maximum=None, unit="hours"),
        translation.override("en"),
    ):
        field = form_of().fields["value"]

        assert (field.initial, str(field.help_text)) == ("1 h", "at least 1 h")


def test_change_form__offers_the_choices() -> None:
    options = {"day": "Calendar day", "hour": "Hour"}
    with declared_for_test(kind=str, default="day", minimum=None, maximum=None, choices=options):
        html = str(form_of()["value"])

    assert '<option value="day" selected>Calendar day</option>' in html
    assert '<option value="hour">Hour</option>' in html


def test_change_form__yes_and_no() -> None:
    with declared_for_test(kind=bool, default=True, minimum=None, maximum=None):
        assert '<option value="true" selected>' in str(form_of()["value"])


def test_display__groups_thousands_only_where_something_is_counted() -> None:
    with declared_for_test(kind=int, default=1, minimum=None, maximum=None, unit="rows") as counted:
        assert rules.display(counted, 100_000) == "100,000 rows"
    with declared_for_test(kind=int, default=1, minimum=None, maximum=None, unit="") as port:
        assert rules.display(port, 10_025) == "10025"
    with declared_for_test() as share:
        assert rules.display(share, Decimal("0.5")) == "0.5 share"
