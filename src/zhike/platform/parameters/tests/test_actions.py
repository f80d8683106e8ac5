from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from zhike.platform import audit, parameters
from zhike.platform.actors import Actor
from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.parameters import actions, queries
from zhike.platform.parameters.models import ParameterMark, ParameterProposal, ParameterValue
from zhike.platform.parameters.tests.factories import DAY, NOW, declared_for_test, make_actor
from zhike.platform.parameters.types import Outcome

pytestmark = pytest.mark.django_db


def change(actor: Actor, value: object = "0.8", **more: object) -> Outcome:
    given = {"reason": "Warned too early", "source": "Decision 2026-11", "now": NOW, **more}
    return actions.set_parameter(actor=actor, key="parameters.trial", value=value, **given)  # type: ignore[arg-type]


@pytest.mark.req("DATA-08")
def test_set_parameter__keeps_who_when_old_new_reason_and_source() -> None:
    with declared_for_test() as parameter:
        outcome = change(make_actor("7"))

        assert outcome == Outcome(key="parameters.trial", version=2)
        newest, default = queries.history_of(actor=make_actor(), key=parameter.key)
        assert (newest.previous, newest.value) == (Decimal("0.75"), Decimal("0.8"))
        assert (newest.actor_kind, newest.actor_id, newest.at) == ("staff", "7", NOW)
        assert (newest.reason, newest.source) == ("Warned too early", "Decision 2026-11")
        assert (default.version, default.value, default.source) == (1, Decimal("0.75"), "methods §5.1")


@pytest.mark.req("CTRL-02", partial="claims")
def test_set_parameter__writes_the_audit_log() -> None:
    with declared_for_test():
        change(make_actor("7"))

    [entry] = audit.history(actor=make_actor(), subject=("parameter", "parameters.trial"))
    assert entry.type == "parameters.changed"
    assert (entry.actor_id, entry.reason) == ("7", "Warned too early")
    assert entry.before == {"value": "0.75"}
    assert entry.after == {"value": "0.8", "valid_from": None, "source": "Decision 2026-11", "version": 2}


def test_set_parameter__may_begin_in_the_future() -> None:
    with declared_for_test() as parameter:
        change(make_actor(), valid_from=NOW + DAY)

        assert parameters.value(parameter, at=NOW) == Decimal("0.75")
        assert parameters.version(parameter, at=NOW) == 1
        assert parameters.value(parameter, at=NOW + DAY) == Decimal("0.8")
        assert parameters.version(parameter, at=NOW + DAY) == 2
        row = queries.get_row(actor=make_actor(), key=parameter.key, now=NOW)
        assert row.is_default
        assert [coming.value for coming in row.coming] == [Decimal("0.8")]


def test_set_parameter__corrects_a_future_value_with_the_same_date() -> None:
    with declared_for_test() as parameter:
        change(make_actor(), "0.8", valid_from=NOW + DAY)
        change(make_actor(), "0.6", valid_from=NOW + DAY)

        assert parameters.value(parameter, at=NOW + DAY) == Decimal("0.6")
        assert parameters.version(parameter, at=NOW + 2 * DAY) == 3


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"reason": " "}, "reason", "required"),
        ({"source": ""}, "source", "required"),
        ({"value": "2"}, "value", "too_large"),
        ({"value": "much"}, "value", "not_a_number"),
        ({"value": "0.750"}, "value", "unchanged"),
        ({"valid_from": NOW - timedelta(seconds=1)}, "valid_from", "in_the_past"),
        ({"valid_from": NOW + timedelta(days=4000)}, "valid_from", "too_far"),
        ({"reason": "x" * 1001}, "reason", "too_long"),
    ],
)
def test_set_parameter__refuses(more: dict[str, object], field: str, code: str) -> None:
    with declared_for_test(), pytest.raises(Invalid) as caught:
        change(make_actor(), **more)

    assert [error.code for error in caught.value.fields[field]] == [code]
    assert not ParameterValue.objects.exists()


def test_set_parameter__unknown_key() -> None:
    with pytest.raises(NotFound):
        change(make_actor())


def test_set_parameter__needs_the_right_and_records_the_denial() -> None:
    with declared_for_test(), pytest.raises(Forbidden):
        change(make_actor("8", rights=frozenset({"parameters.view"})))

    assert not ParameterValue.objects.exists()
    [entry] = audit.history(actor=make_actor(), subject=("parameter", "parameters.trial"))
    assert (entry.type, entry.actor_id, entry.after["right"]) == ("audit.denied", "8", "parameters.change")


def test_set_parameter__only_proposes_where_approval_is_needed() -> None:
    with declared_for_test(needs_approval=True) as parameter:
        outcome = change(make_actor("7"))

        assert outcome.is_pending
        assert parameters.value(parameter, at=NOW) == Decimal("0.75")
        [pending] = queries.list_pending(actor=make_actor())
        assert (pending.id, pending.value, pending.proposed_by_id) == (outcome.proposal_id, Decimal("0.8"), "7")
        with pytest.raises(actions.ProposalOpen):
            change(make_actor("8"), "0.9")


def proposed() -> int:
    outcome = change(make_actor("7"))
    assert outcome.proposal_id is not None
    return outcome.proposal_id


@pytest.mark.req("CTRL-01", partial="re-survey and other proposals")
def test_approve_proposal__refused_to_the_proposer_and_logged() -> None:
    with declared_for_test(needs_approval=True) as parameter:
        proposal_id = proposed()

        with pytest.raises(Forbidden):
            actions.approve_proposal(actor=make_actor("7"), proposal_id=proposal_id, now=NOW)

        assert parameters.value(parameter, at=NOW) == Decimal("0.75")
        assert ParameterProposal.objects.get(pk=proposal_id).state == "pending"
        entries = audit.history(actor=make_actor(), subject=("parameter", parameter.key))
        assert [entry.type for entry in entries] == ["audit.denied", "parameters.proposed"]


def test_approve_proposal__by_another_person_takes_effect() -> None:
    with declared_for_test(needs_approval=True) as parameter:
        outcome = actions.approve_proposal(actor=make_actor("9"), proposal_id=proposed(), now=NOW + DAY)

        assert outcome.version == 2
        assert parameters.value(parameter, at=NOW + DAY) == Decimal("0.8")
        # Never before the approval itself.
        assert parameters.value(parameter, at=NOW + DAY - timedelta(seconds=1)) == Decimal("0.75")
        newest = queries.history_of(actor=make_actor(), key=parameter.key)[0]
        assert (newest.actor_id, newest.approved_id) == ("7", "9")
        assert queries.list_pending(actor=make_actor()) == []


def test_approve_proposal__only_once() -> None:
    with declared_for_test(needs_approval=True):
        proposal_id = proposed()
        actions.approve_proposal(actor=make_actor("9"), proposal_id=proposal_id, now=NOW)

        with pytest.raises(actions.ProposalDecided):
            actions.approve_proposal(actor=make_actor("9"), proposal_id=proposal_id, now=NOW)
        assert ParameterValue.objects.count() == 1


def test_refuse_proposal__needs_a_note_and_changes_nothing() -> None:
    with declared_for_test(needs_approval=True) as parameter:
        proposal_id = proposed()
        with pytest.raises(Invalid):
            actions.refuse_proposal(actor=make_actor("9"), proposal_id=proposal_id, note=" ", now=NOW)

        actions.refuse_proposal(actor=make_actor("9"), proposal_id=proposal_id, note="Not shown", now=NOW)

        assert ParameterProposal.objects.get().state == "refused"
        assert parameters.value(parameter, at=NOW) == Decimal("0.75")


def test_withdraw_proposal__only_by_the_proposer() -> None:
    with declared_for_test(needs_approval=True):
        proposal_id = proposed()
        with pytest.raises(Forbidden):
            actions.withdraw_proposal(actor=make_actor("9"), proposal_id=proposal_id, now=NOW)

        actions.withdraw_proposal(actor=make_actor("7"), proposal_id=proposal_id, now=NOW)

        assert ParameterProposal.objects.get().state == "withdrawn"


def a_value(**more: object) -> ParameterValue:
    given = {
        "key": "parameters.trial",
        "version": 2,
        "value": "1",
        "previous": "0",
        "valid_from": NOW,
        "at": NOW,
        "actor_kind": "staff",
        "actor_id": "7",
        "reason": "r",
        "source": "s",
    }
    return ParameterValue(**{**given, **more})


@pytest.mark.parametrize(
    ("constraint", "more"),
    [
        ("parameters_value_version_after_default", {"version": 1}),
        ("parameters_value_has_reason", {"reason": ""}),
        ("parameters_value_has_source", {"source": ""}),
        ("parameters_value_not_backdated", {"valid_from": NOW - DAY}),
    ],
)
def test_value__constraints(constraint: str, more: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ParameterValue.objects.bulk_create([a_value(**more)])


def test_value__a_version_exists_once() -> None:
    with pytest.raises(IntegrityError, match="parameters_value_version_once"), transaction.atomic():
        ParameterValue.objects.bulk_create([a_value(), a_value()])


def test_value__cannot_be_changed_or_removed() -> None:
    ParameterValue.objects.bulk_create([a_value()])

    with pytest.raises(DatabaseError), transaction.atomic():
        ParameterValue.objects.update(reason="another")
    with pytest.raises(DatabaseError), transaction.atomic():
        ParameterValue.objects.all().delete()
    assert ParameterValue.objects.get().reason == "r"


def a_proposal(**more: object) -> ParameterProposal:
    given = {
        "key": "parameters.trial",
        "value": "1",
        "reason": "r",
        "source": "s",
        "proposed_at": NOW,
        "proposed_by_kind": "staff",
        "proposed_by_id": "7",
        "proposed_by_person": "staff:7",
    }
    return ParameterProposal(**{**given, **more})


DECIDED = {"decided_at": NOW, "decided_by_kind": "staff", "decided_by_id": "9", "decided_by_person": "staff:9"}


@pytest.mark.parametrize(
    ("constraint", "more"),
    [
        ("parameters_proposal_state_known", {**DECIDED, "state": "lost"}),
        ("parameters_proposal_has_reason", {"reason": ""}),
        ("parameters_proposal_has_source", {"source": ""}),
        ("parameters_proposal_decided_when_closed", {"state": "refused"}),
        ("parameters_proposal_decided_when_closed", DECIDED),
        ("parameters_proposal_approved_by_another", {**DECIDED, "state": "approved", "decided_by_person": "staff:7"}),
    ],
)
def test_proposal__constraints(constraint: str, more: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ParameterProposal.objects.bulk_create([a_proposal(**more)])


def test_proposal__one_open_for_each_parameter() -> None:
    with pytest.raises(IntegrityError, match="parameters_one_open_proposal"), transaction.atomic():
        ParameterProposal.objects.bulk_create([a_proposal(), a_proposal()])


def test_mark__single_row() -> None:
    with pytest.raises(IntegrityError, match="parameters_mark_single"), transaction.atomic():
        ParameterMark.objects.bulk_create([ParameterMark(id=2, mark="x")])
