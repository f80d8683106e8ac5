"""The customer base in figures, each share with its base (CUST-01, 02, 06, 11)."""

from zhike.platform.actors import Actor
from zhike.record.customers.queries.contacts import coverage_total
from zhike.record.customers.queries.customers import department_figures, owner_coverage
from zhike.record.customers.queries.enquiries import enquiry_figures
from zhike.record.customers.types import BaseFigure

OWNED, FILED, CONVERTED, REASONED, KNOWN, COVERED = (
    "owned",
    "enquiries_filed",
    "enquiries_won",
    "losses_with_reason",
    "known_to_two_units",
    "chain_covered",
)


def base_figures(*, actor: Actor) -> tuple[BaseFigure, ...]:
    """Shares of all files within reach. Four queries."""
    owners, asked = owner_coverage(actor=actor), enquiry_figures(actor=actor)
    units, chain = department_figures(actor=actor), coverage_total(actor=actor)
    return (
        BaseFigure(OWNED, owners.with_active_owner, owners.active),
        BaseFigure(FILED, asked.filed, asked.enquiries),
        BaseFigure(CONVERTED, asked.won, asked.enquiries),
        BaseFigure(REASONED, asked.lost_with_reason, asked.lost),
        BaseFigure(KNOWN, units.known_to_two, units.customers),
        BaseFigure(COVERED, chain.covered, chain.identified),
    )
