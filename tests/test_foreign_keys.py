"""Whoever points at a person, a customer or a unit's number answers what happens when these leave, merge or move."""

from collections.abc import Collection, Iterator

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model

from zhike.record.customers.models import Contact, Customer
from zhike.record.customers.types import answered_contact_keys, answered_customer_keys
from zhike.record.organization.models import Staff
from zhike.record.organization.types import ScopeColumn, answered_keys, unit_moves

SCOPE_COLUMN = "scope_unit_id"
CASES = [
    pytest.param(Staff, answered_keys(), "register_holdings or keep_as_history", id="staff: Holdings"),
    pytest.param(Customer, answered_customer_keys(), "register_customer_move", id="customer: CustomerMove"),
    pytest.param(Contact, answered_contact_keys(), "register_personal_data", id="contact: PersonalData"),
]


def _keys_to(target: type[Model]) -> Iterator[str]:
    """`app.Model.field` of every foreign key, one-to-one ones included."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model is target:
                yield f"{model._meta.label}.{field.name}"


@pytest.mark.parametrize(("target", "answered", "how"), CASES)
def test_foreign_keys__each_is_answered_by_its_room(target: type[Model], answered: Collection[str], how: str) -> None:
    unanswered = sorted(set(_keys_to(target)) - set(answered))

    assert unanswered == [], f"{how} in the room's providers.py"


@pytest.mark.parametrize(("target", "answered", "how"), CASES)
def test_foreign_keys__no_answer_outlives_its_key(target: type[Model], answered: Collection[str], how: str) -> None:
    stale = sorted(key for key in set(answered) - set(_keys_to(target)) if not key.startswith("tests."))

    assert stale == [], f"{how} names a key that is gone"


def test_scope_columns__follow_when_units_are_numbered_anew() -> None:
    registered = {(move.table, move.column) for move in unit_moves() if isinstance(move, ScopeColumn)}
    columns = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.column == SCOPE_COLUMN
    }

    assert sorted(columns - registered) == [], "register_unit_move(ScopeColumn(table)) in the room's providers.py"
