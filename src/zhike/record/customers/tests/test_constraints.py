"""Each named constraint, violated once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from zhike.record.customers import actions
from zhike.record.customers.models import (
    ChainSeat,
    Contact,
    ContactPoint,
    Customer,
    CustomerMerge,
    CustomerRef,
    CustomerStanding,
    CustomerUnit,
    Enquiry,
    OwnerHistory,
    StageChange,
    StandingChange,
)
from zhike.record.customers.tests.factories import NOW, contact, customer, enquiry
from zhike.record.customers.types import Stage
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def _at_once(write: Callable[[], Any]) -> None:
    """Write, and let deferred constraints speak now."""
    with transaction.atomic():
        write()
        connection.check_constraints()


def _refused(constraint: str, write: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError) as refused:
        _at_once(write)
    assert refused.value.__cause__.diag.constraint_name in constraint.split("|")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("customer_number_form", {"number": "12"}),
        ("customer_name_given", {"name": ""}),
        ("customer_kind_known", {"kind": "friend"}),
        ("customer_legal_form_known", {"legal_form": "guild"}),
        ("customer_industry_known", {"industry": "magic"}),
        ("customer_source_known", {"source": "dream"}),
        ("customer_stage_known", {"stage": "gone"}),
        ("customer_language_known", {"language": "fr"}),
        ("customer_version_counts", {"version": 0}),
        ("customer_orders_in_order", {"first_order_at": NOW, "last_order_at": NOW - HOUR}),
    ],
)
def test_customer__constraint(constraint: str, values: dict[str, Any]) -> None:
    row = customer()
    _refused(constraint, lambda: Customer.objects.filter(pk=row.pk).update(**values))


def test_customer__number_is_given_once() -> None:
    first, second = customer(), customer()
    _refused("customer_number_once", lambda: Customer.objects.filter(pk=second.pk).update(number=first.number))


def test_customer__stands_not_above_itself() -> None:
    row = customer()
    _refused("customer_not_own_parent", lambda: Customer.objects.filter(pk=row.pk).update(parent_id=row.pk))


def test_customer__groups_are_trees() -> None:
    head, middle, leaf = customer(), customer(), customer()
    Customer.objects.filter(pk=leaf.pk).update(parent_id=middle.pk)
    Customer.objects.filter(pk=middle.pk).update(parent_id=head.pk)
    _refused("customer_group_no_ring", lambda: Customer.objects.filter(pk=head.pk).update(parent_id=leaf.pk))


def test_customer__tombstone_is_inactive() -> None:
    first, second = customer(), customer()
    rows = Customer.objects.filter(pk=first.pk)
    _refused("customer_tombstone_is_inactive", lambda: rows.update(merged_into_id=second.pk))


def test_customer__without_owner_is_refused_by_the_database() -> None:
    row = customer()
    with pytest.raises(IntegrityError, match="owner_id"), transaction.atomic():
        Customer.objects.filter(pk=row.pk).update(owner_id=None)


def test_customer__owner_is_on_record() -> None:
    row, other = customer(), organization.staff()
    _refused("customer_owner_on_record", lambda: Customer.objects.filter(pk=row.pk).update(owner_id=other.pk))
    rows = OwnerHistory.objects.filter(customer=row)
    _refused("customer_owner_on_record", lambda: rows.update(valid_until=NOW + HOUR))


def test_owner_history__does_not_overlap() -> None:
    row, other = customer(), organization.staff()

    def add(**values: Any) -> None:
        OwnerHistory.objects.create(customer=row, staff=other, **values)

    _refused("owner_history_no_overlap", lambda: add(valid_from=NOW - HOUR, valid_until=NOW + HOUR))
    _refused(
        "owner_history_span_right|range lower bound", lambda: add(valid_from=NOW - HOUR, valid_until=NOW - 2 * HOUR)
    )
    _refused("owner_history_one_open|owner_history_no_overlap", lambda: add(valid_from=NOW + HOUR))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("stage_change_to_known", {"to_stage": "gone"}),
        ("stage_change_from_known", {"from_stage": "gone"}),
        ("stage_change_changes", {"to_stage": "before"}),
        ("stage_change_cause_known", {"cause": "whim"}),
        ("stage_change_stay_right", {"from_since": NOW + HOUR}),
    ],
)
def test_stage_change__constraint(constraint: str, values: dict[str, Any]) -> None:
    good = {"at": NOW, "from_stage": "before", "from_since": NOW, "to_stage": "during", "cause": "order"}
    row = {"customer": customer(), "scope_unit_id": 1, **good}
    StageChange.objects.create(**row)
    _refused(constraint, lambda: StageChange.objects.create(**{**row, **values}))


def test_stage_change__begins_once() -> None:
    row = customer()
    start = {"customer": row, "at": NOW, "to_stage": "during", "cause": "order", "scope_unit_id": 1}
    _refused("stage_change_one_beginning", lambda: StageChange.objects.create(**start))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM customers_ownerhistory",
        "UPDATE customers_ownerhistory SET staff_id = staff_id",
        "UPDATE customers_ownerhistory SET valid_from = valid_from - interval '1 day'",
        "UPDATE customers_ownerhistory SET reason = 'another'",
        "UPDATE customers_ownerhistory SET valid_until = valid_until + interval '1 day' WHERE valid_until IS NOT NULL",
        "UPDATE customers_ownerhistory SET valid_until = NULL WHERE valid_until IS NOT NULL",
        "DELETE FROM customers_stagechange",
        "UPDATE customers_stagechange SET at = at - interval '1 day'",
        "UPDATE customers_stagechange SET to_stage = 'lost', cause = 'manual'",
    ],
)
def test_histories__are_append_only(statement: str) -> None:
    row, other = customer(), organization.staff()
    actor = organization.actor(roles=("admin",))
    actions.change_owner(actor=actor, customer_ids=[row.pk], to_staff_id=other.pk, reason="", now=NOW + HOUR)
    before = _histories()
    with pytest.raises(DatabaseError, match=r"permission denied|is closed once"):
        _at_once(lambda: _run(statement))
    assert _histories() == before


def test_histories__moves_are_replaced_by_whole_chains_only() -> None:
    row = customer()
    actions.set_stage(
        actor=organization.actor(roles=("admin",)), customer_id=row.pk, stage=Stage.LOST, reason="x", now=NOW + HOUR
    )
    before = _histories()
    move = "SELECT customer_id, at, from_stage, from_since, to_stage, cause, staff_id FROM customers_stagechange"
    for chain in (
        f"{move} WHERE false",
        # What was set by hand is left out; a chain begins nowhere; a stay is longer than it was.
        f"{move} WHERE cause <> 'manual'",
        f"{move} WHERE cause = 'manual'",
        move.replace("from_since,", "from_since - interval '1 day' AS from_since,"),
    ):
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            _replace(chain, row.pk)
        assert refused.value.__cause__.diag.constraint_name == "stage_change_append_only"  # type: ignore[union-attr]
    _replace(move, row.pk)
    assert _histories() == before


def _replace(chain: str, customer_id: int) -> None:
    _run(f"CREATE TEMP TABLE customers_derived ON COMMIT DROP AS {chain}")
    _run("GRANT SELECT ON customers_derived TO zhike_owner")
    _run(f"SELECT customers_replace_moves(ARRAY[{customer_id}::bigint])")
    _run("DROP TABLE customers_derived")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _histories() -> list[list[Any]]:
    return [list(model.objects.order_by("pk").values()) for model in (OwnerHistory, StageChange)]


def test_reference__belongs_to_one_file() -> None:
    first, second = customer(references=(("erp", "K1"),)), customer()
    _refused("customer_ref_once", lambda: CustomerRef.objects.create(customer=second, system="erp", ref="K1"))
    _refused("customer_ref_given", lambda: CustomerRef.objects.create(customer=first, system="erp", ref=""))


def test_unit__deals_once_and_forward() -> None:
    row, unit = customer(), organization.unit()
    CustomerUnit.objects.create(customer=row, unit=unit, first_at=NOW, last_at=NOW)
    _refused(
        "customer_unit_once",
        lambda: CustomerUnit.objects.create(customer=row, unit=unit, first_at=NOW, last_at=NOW),
    )
    _refused("customer_unit_span_right", lambda: CustomerUnit.objects.filter(customer=row).update(last_at=NOW - HOUR))


def test_merge__is_of_two_and_once() -> None:
    first, second = customer(), customer()

    def merge(into: Customer) -> None:
        CustomerMerge.objects.create(from_customer=first, into_customer=into, at=NOW)

    _refused("merge_of_two", lambda: merge(first))
    merge(second)
    _refused("merge_once", lambda: merge(second))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("contact_name_given", {"name": ""}),
        ("contact_strength_known", {"strength": 6}),
        ("contact_language_known", {"language": "fr"}),
        ("contact_preference_known", {"prefers_channel": "pigeon"}),
        ("contact_channel_known", {"last_channel": "pigeon"}),
        ("contact_left_or_active", {"active": False}),
        ("contact_version_counts", {"version": 0}),
    ],
)
def test_contact__constraint(constraint: str, values: dict[str, Any]) -> None:
    person = contact(customer())
    _refused(constraint, lambda: Contact.objects.filter(pk=person.pk).update(**values))


def test_contact__is_the_target_of_keys_of_two_columns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = 'contact_with_customer' AND contype = 'u'")
        assert cursor.fetchone() == (1,)


def _point(of: Customer, person: Contact | None = None, **changes: Any) -> ContactPoint:
    values = {"kind": "phone", "raw": "13812345678", "value": "+8613812345678", "e164": "+8613812345678", **changes}
    return ContactPoint.objects.create(customer=of, contact=person, **values)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("point_kind_known", {"kind": "smoke"}),
        ("point_value_given", {"raw": ""}),
        ("point_e164_form", {"e164": "138"}),
        ("point_certain_or_doubted", {"doubt": "several"}),
    ],
)
def test_point__constraint(constraint: str, values: dict[str, Any]) -> None:
    row = customer()
    _refused(constraint, lambda: _point(row, **values))


def test_point__stands_once_and_has_one_primary() -> None:
    row = customer()
    _point(row, primary=True)
    _refused("point_once", lambda: _point(row))
    _refused("point_one_primary", lambda: _point(row, value="+8613912345678", e164="", primary=True))


def test_point__seat_and_enquiry_are_of_the_persons_customer() -> None:
    person, elsewhere = contact(customer()), customer()
    asked = enquiry(elsewhere)
    _refused("point_of_same_customer", lambda: _point(elsewhere, person))
    _refused("seat_of_same_customer", lambda: ChainSeat.objects.create(customer=elsewhere, role="user", contact=person))
    _refused("enquiry_of_same_customer", lambda: Enquiry.objects.filter(pk=asked.pk).update(contact_id=person.pk))


def test_seat__constraint() -> None:
    row = customer()
    person = contact(row)

    def seat(**values: Any) -> None:
        ChainSeat.objects.create(**{"customer": row, "role": "user", **values})

    _refused("seat_role_known", lambda: seat(role="king"))
    seat(contact=person)
    _refused("seat_once_a_person", lambda: seat(contact=person))
    seat(title="财务")
    _refused("seat_vacant_once", lambda: seat(title="财务"))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("enquiry_subject_given", {"subject": ""}),
        ("enquiry_channel_known", {"channel": "pigeon"}),
        ("enquiry_state_known", {"state": "maybe", "closed_at": NOW}),
        ("enquiry_reason_known", {"loss_reason": "fate", "state": "lost", "closed_at": NOW}),
        ("enquiry_reason_of_lost", {"loss_reason": "price"}),
        ("enquiry_closed_or_open", {"state": "won"}),
        ("enquiry_closed_after_opening", {"state": "won", "closed_at": NOW - HOUR}),
    ],
)
def test_enquiry__constraint(constraint: str, values: dict[str, Any]) -> None:
    asked = enquiry(customer())
    _refused(constraint, lambda: Enquiry.objects.filter(pk=asked.pk).update(**values))


def test_enquiry__number_is_given_once() -> None:
    first, second = enquiry(customer()), enquiry(customer())
    _refused("enquiry_number_once", lambda: Enquiry.objects.filter(pk=second.pk).update(number=first.number))


def test_standing__constraint() -> None:
    row = customer()

    def stand(**values: Any) -> None:
        CustomerStanding.objects.create(
            **{"customer": row, "kind": "class", "text": "A", "as_of": NOW, "source": "tests", **values}
        )

    _refused("standing_source_given", lambda: stand(source=""))
    _refused("standing_value_given", lambda: stand(text=""))
    stand()
    _refused("standing_once", lambda: stand(text="B"))


def test_standing_change__constraint() -> None:
    row = {"customer": customer(), "kind": "class", "text": "A", "as_of": NOW, "source": "tests"}
    StandingChange.objects.create(**row)
    _refused("standing_change_source_given", lambda: StandingChange.objects.create(**{**row, "source": ""}))


@pytest.mark.parametrize(
    "statement", ["DELETE FROM customers_standingchange", "UPDATE customers_standingchange SET text = 'B'"]
)
def test_standing_change__is_append_only(statement: str) -> None:
    StandingChange.objects.create(customer=customer(), kind="class", text="A", as_of=NOW, source="tests")
    with pytest.raises(DatabaseError, match="permission denied"):
        _at_once(lambda: _run(statement))
