"""Authority limits: proposed, approved by another, used within, refused and logged beyond."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from zhike.platform.actors import Actor, ActorKind, system_actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Conflict, Forbidden, Invalid
from zhike.record.organization import actions, queries
from zhike.record.organization.models import AuthorityLimit, AuthorityUse
from zhike.record.organization.policies import APPROVE_AUTHORITY, PROPOSE_AUTHORITY
from zhike.record.organization.tests import factories as make
from zhike.record.organization.tests.factories import NOW, PAY, SETUP


def use(actor: Actor, amount: str, *, reason: str = "late", days: int = 0, subject: int = 1) -> None:
    actions.use_authority(
        actor=actor,
        action=PAY,
        reason=reason,
        amount=Decimal(amount),
        currency="CNY",
        subject=("claim", subject),
        now=NOW + timedelta(days=days),
    )


@pytest.mark.django_db
@pytest.mark.req("CTRL-05", partial="claims")
def test_use_authority__approvals_beyond_authority_are_none_and_every_attempt_is_logged() -> None:
    make.limit()
    handler = make.actor(roles=("claims",))
    use(handler, "400")
    use(handler, "500")
    for amount in ("500.01", "100.01", "-1"):
        with pytest.raises(Forbidden):
            use(handler, amount)
    use(handler, "100")
    use(handler, "500", days=1)
    denied = AuditEntry.objects.filter(type="audit.denied", actor_id=handler.id)
    assert [d.changes["after"]["right"] for d in denied] == [f"authority:{PAY}"] * 3
    assert sum(AuthorityUse.objects.values_list("amount", flat=True)) == Decimal(1500)
    check = queries.authority_check(actor=SETUP)
    assert (check.approvals, check.beyond) == (4, 0)


@pytest.mark.django_db
def test_check_authority__says_why_and_what_is_left() -> None:
    make.limit()
    handler = make.actor(roles=("claims",))
    use(handler, "400")
    fits = queries.check_authority(
        actor=handler, action=PAY, reason="late", amount=Decimal(300), currency="CNY", now=NOW
    )
    assert (fits.allowed, fits.used_amount, fits.left_amount) == (True, Decimal(400), Decimal(600))
    foreign = queries.check_authority(
        actor=handler, action=PAY, reason="late", amount=Decimal(3), currency="USD", now=NOW
    )
    stranger = queries.check_authority(
        actor=make.actor(), action=PAY, reason="late", amount=Decimal(1), currency="CNY", now=NOW
    )
    machine = queries.check_authority(
        actor=system_actor("x"), action=PAY, reason="late", amount=Decimal(1), currency="CNY", now=NOW
    )
    assert [v.allowed for v in (foreign, stranger, machine)] == [False, False, False]
    assert all(v.why for v in (foreign, stranger, machine))


@pytest.mark.django_db
def test_check_authority__the_row_for_the_very_reason_comes_first() -> None:
    make.limit(max_amount=Decimal(500))
    make.limit(reason="goodwill", max_amount=Decimal(50), max_total=Decimal(50))
    handler = make.actor(roles=("claims",))
    use(handler, "200", reason="damage")
    with pytest.raises(Forbidden):
        use(handler, "51", reason="goodwill")
    use(handler, "50", reason="goodwill")


@pytest.mark.django_db
def test_use_authority__count_per_period() -> None:
    make.limit(max_amount=None, currency="", max_total=None, max_count=2)
    handler = make.actor(roles=("claims",))
    use(handler, "10")
    use(handler, "10")
    with pytest.raises(Forbidden):
        use(handler, "10")
    use(handler, "10", days=1)


@pytest.mark.django_db
def test_use_authority__nothing_remains_when_the_approval_itself_fails() -> None:
    make.limit()
    handler = make.actor(roles=("claims",))
    with transaction.atomic():
        use(handler, "400")
        transaction.set_rollback(True)
    assert AuthorityUse.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.req("CTRL-01", "CTRL-05", partial="claims")
def test_authority_limit__who_proposes_cannot_approve() -> None:
    admin, executive = make.actor(roles=("admin",)), make.actor(roles=("executive",))
    proposed = actions.propose_authority_limit(actor=admin, terms=make.terms(), now=NOW)
    handler = make.actor(roles=("claims",))
    with pytest.raises(Forbidden):
        use(handler, "1")
    with pytest.raises(Forbidden):
        actions.decide_authority_limit(actor=admin, limit_id=proposed, approve=True, now=NOW)
    both = system_actor("both")
    own = actions.propose_authority_limit(actor=both, terms=make.terms(), now=NOW)
    with pytest.raises(Forbidden):
        actions.decide_authority_limit(actor=both, limit_id=own, approve=True, now=NOW)
    actions.decide_authority_limit(actor=executive, limit_id=proposed, approve=True, now=NOW)
    use(handler, "1")
    assert AuthorityLimit.objects.get(pk=own).state == "proposed"
    assert AuditEntry.objects.filter(type="audit.denied").count() == 3


@pytest.mark.django_db
def test_authority_limit__a_new_row_ends_the_one_it_replaces() -> None:
    first = make.limit()
    later = make.limit(max_amount=Decimal(800), valid_from=NOW + timedelta(days=10))
    row = AuthorityLimit.objects.get(pk=first)
    assert row.valid_until == NOW + timedelta(days=10)
    handler = make.actor(roles=("claims",))
    with pytest.raises(Forbidden):
        use(handler, "800", days=9)
    use(handler, "800", days=10)
    with pytest.raises(Conflict):
        make.limit(valid_from=NOW + timedelta(days=5))
    assert AuthorityUse.objects.get().limit_id == later


@pytest.mark.django_db
def test_end_authority_limit__no_more_authority_from_then_on() -> None:
    limit = make.limit()
    actions.end_authority_limit(actor=make.actor(roles=("admin",)), limit_id=limit, reason="收回", now=NOW)
    with pytest.raises(Forbidden):
        use(make.actor(roles=("claims",)), "1")


@pytest.mark.django_db
def test_propose_authority_limit__names_every_wrong_field() -> None:
    admin = make.actor(roles=("admin",))
    wrong = make.terms(
        "nobody",
        action="fly",
        source=" ",
        max_amount=Decimal("1.00001"),
        currency="",
        period=None,
        valid_until=NOW,
    )
    with pytest.raises(Invalid) as refused:
        actions.propose_authority_limit(actor=admin, terms=wrong, now=NOW)
    assert set(refused.value.fields) == {
        "role",
        "action",
        "source",
        "max_amount",
        "currency",
        "period",
        "valid_until",
    }


@pytest.mark.django_db
def test_authority_check__finds_a_row_written_past_the_actions() -> None:
    limit = AuthorityLimit.objects.get(pk=make.limit())
    AuthorityUse.objects.create(
        staff=make.staff(),
        limit=limit,
        action=PAY,
        amount=Decimal(900),
        currency="CNY",
        subject_kind="claim",
        subject_id="1",
        at=NOW,
        used_count=0,
        used_total=Decimal(0),
    )
    check = queries.authority_check(actor=SETUP)
    assert (check.approvals, check.beyond) == (1, 1)


@pytest.mark.concurrency
@pytest.mark.req("CTRL-05", partial="claims")
def test_use_authority__simultaneous_approvals_never_pass_the_cap(fresh_db: str) -> None:
    make.limit(max_amount=Decimal(100), max_total=Decimal(550))
    handler = make.actor(roles=("claims",))

    def approve(subject: int) -> bool:
        try:
            use(handler, "100", subject=subject)
        except Forbidden:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(max_workers=8) as pool:
        done = list(pool.map(approve, range(24)))
    assert done.count(True) == 5
    assert sum(AuthorityUse.objects.values_list("amount", flat=True)) == Decimal(500)
    assert sorted(AuthorityUse.objects.values_list("used_count", flat=True)) == [0, 1, 2, 3, 4]
    assert AuditEntry.objects.filter(type="audit.denied").count() == 19
    assert queries.authority_check(actor=SETUP).beyond == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("proposing", "deciding"), [("key", "session"), ("session", "key"), ("key", "other_key")])
def test_decide_authority_limit__refused_to_the_proposer_behind_a_key(proposing: str, deciding: str) -> None:
    """The person who made a key is who proposes and approves with it."""
    rights = frozenset({PROPOSE_AUTHORITY.code, APPROVE_AUTHORITY.code})
    means = {
        "session": Actor(kind=ActorKind.STAFF, id="71", staff_id=71, rights=rights),
        "key": Actor(kind=ActorKind.API_KEY, id="5", answering_id=71, rights=rights),
        "other_key": Actor(kind=ActorKind.API_KEY, id="6", answering_id=71, rights=rights),
    }
    actions.ensure_default_roles(actor=SETUP, now=NOW)
    limit_id = actions.propose_authority_limit(actor=means[proposing], terms=make.terms(), now=NOW)

    with pytest.raises(Forbidden):
        actions.decide_authority_limit(actor=means[deciding], limit_id=limit_id, approve=True, now=NOW)

    # Person 5 has nothing to do with key 5.
    other = Actor(kind=ActorKind.STAFF, id="5", staff_id=5, rights=rights)
    actions.decide_authority_limit(actor=other, limit_id=limit_id, approve=True, now=NOW)
    row = AuthorityLimit.objects.get(pk=limit_id)
    assert (row.state, row.proposed_by, row.decided_by) == ("approved", "staff:71", "staff:5")
