"""Who may do what with units, people, roles and authority."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.authz import Right, authorize
from zhike.platform.errors import Forbidden
from zhike.record.organization.types import Authority, declare_right_conflict, declare_role_conflict

EVERYBODY = frozenset(
    {
        "agent",
        "supervisor",
        "account_manager",
        "department",
        "outlet",
        "claims",
        "quality",
        "executive",
        "admin",
        "auditor",
    }
)

VIEW_UNITS = Right("organization.view_units", _("See units and service points"), EVERYBODY, for_programs=True)
EDIT_UNITS = Right("organization.edit_units", _("Open, change, move and close units"), frozenset({"admin"}))
PUBLISH_DISRUPTION = Right(
    "organization.publish_disruption",
    _("Publish a disruption of a unit"),
    frozenset({"supervisor", "department", "outlet", "admin"}),
)
VIEW_STAFF = Right("organization.view_staff", _("See colleagues and their work phones"), EVERYBODY, for_programs=True)
EDIT_STAFF = Right("organization.edit_staff", _("Add and change staff"), frozenset({"admin"}))
EDIT_COURIERS = Right(
    "organization.edit_couriers",
    _("Keep couriers' phones and duty up to date"),
    frozenset({"supervisor", "outlet", "admin"}),
)
HAND_OVER = Right("organization.hand_over", _("Hand over what a colleague holds"), frozenset({"supervisor", "admin"}))
DEACTIVATE_STAFF = Right("organization.deactivate_staff", _("Deactivate leavers"), frozenset({"admin"}))
ASSIGN_ROLES = Right("organization.assign_roles", _("Give and take roles"), frozenset({"admin"}))
EDIT_ROLES = Right("organization.edit_roles", _("Change the rights of roles"), frozenset({"admin"}))
PROPOSE_AUTHORITY = Right("organization.propose_authority", _("Propose authority limits"), frozenset({"admin"}))
APPROVE_AUTHORITY = Right("organization.approve_authority", _("Approve authority limits"), frozenset({"executive"}))
VIEW_CONTROLS = Right(
    "organization.view_controls",
    _("See roles, authority and conflicts of duty"),
    frozenset({"supervisor", "executive", "admin", "auditor"}),
)

# 决策、执行、监督三权制衡: who decides, who carries out and who supervises are different people (CTRL-01).
declare_role_conflict("auditor", "admin", _("Who sets up the system does not supervise its use."))
declare_role_conflict("auditor", "executive", _("Who decides does not supervise."))
for _executing in ("agent", "supervisor", "account_manager", "department", "outlet", "claims"):
    declare_role_conflict("auditor", _executing, _("Who handles cases does not supervise their handling."))
declare_role_conflict("claims", "quality", _("Who handled a claim does not survey it again."))
declare_role_conflict("admin", "executive", _("Who proposes limits of authority does not approve them."))
declare_right_conflict(
    PROPOSE_AUTHORITY.code, APPROVE_AUTHORITY.code, _("Who proposes limits of authority does not approve them.")
)

NOBODY = Q(pk__in=[])


def unit_scope(actor: Actor) -> Q:
    """Units are the company's directory: whoever may see one sees all."""
    return Q() if actor.has(VIEW_UNITS.code) else NOBODY


def staff_scope(actor: Actor, prefix: str = "") -> Q:
    """Colleagues of the units within reach, and oneself."""
    own = Q(**{f"{prefix}pk": actor.staff_id}) if actor.staff_id is not None else NOBODY
    if not actor.has(VIEW_STAFF.code):
        return own
    if actor.reach.everything:
        return Q()
    return actor.reach.q(f"{prefix}unit__tree_no") | own


def scope(actor: Actor, prefix: str = "") -> Q:
    """Rows that carry a unit: those of the units within reach."""
    return actor.reach.q(f"{prefix}tree_no")


def authorize_duty(actor: Actor, staff_id: int, unit_no: int) -> None:
    """Everybody goes on and off duty by themselves; others are set by who may edit staff."""
    if actor.staff_id != staff_id:
        authorize(actor, EDIT_STAFF, subject=("staff", staff_id), unit_no=unit_no)


def authorize_within(authority: Authority, subject: tuple[str, int | str]) -> None:
    """Raise `Forbidden`, logged as a denial, for an approval beyond authority."""
    if not authority.allowed:
        raise Forbidden(
            _("This is beyond your authority. %(why)s"),
            right=f"authority:{authority.action}",
            subject=(subject[0], str(subject[1])),
            next_step=_("Pass it to somebody with more authority."),
            why=authority.why,
        )


def person_of(actor: Actor) -> str:
    """How a proposal remembers who made it: the person, also behind an API key, with the kind (`staff:5`)."""
    return actor.person


def refuse_same_person(actor: Actor, *, person: str) -> None:
    """Who proposes cannot approve, who handled cannot survey again; the attempt is logged as a denial.

    `person` is an `Actor.person` or a `person_of_staff(id)`, so that it is the same person also behind a key.
    """
    if person == actor.person:
        raise Forbidden(
            _("Somebody else must decide this: you proposed or handled it yourself."),
            right="separation_of_duties",
            next_step=_("Ask a colleague with the same authority."),
        )
