"""Groups: a customer with several units is seen and served as one whole (CUST-20)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import connection
from django.db.models import Count

from zhike.platform.actors import Actor
from zhike.record.customers.models import Contact, Customer, Enquiry
from zhike.record.customers.policies import VIEW, scope
from zhike.record.customers.queries.customers import one
from zhike.record.customers.types import GroupMeasure, GroupMember, GroupView, Label, Named, group_measures

_TREE = """
WITH RECURSIVE above AS (
  SELECT id, parent_id, 0 AS up FROM customers_customer WHERE id = %s
  UNION ALL SELECT c.id, c.parent_id, a.up + 1 FROM customers_customer c JOIN above a ON c.id = a.parent_id
), tree AS (
  SELECT id, NULL::bigint AS parent_id, 0 AS depth, ARRAY[name_pinyin::text] AS path FROM customers_customer
  WHERE id = (SELECT id FROM above ORDER BY up DESC LIMIT 1)
  UNION ALL
  SELECT c.id, c.parent_id, t.depth + 1, t.path || c.name_pinyin::text
  FROM customers_customer c JOIN tree t ON c.parent_id = t.id
)
SELECT id, parent_id, depth FROM tree ORDER BY path, id
"""


def contact_counts(*, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
    """People still in office, by customer."""
    rows = Contact.objects.live().filter(scope(actor, "customer__"), customer_id__in=customer_ids)
    return dict(rows.values_list("customer_id").annotate(n=Count("pk")))


def enquiry_counts(*, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
    rows = Enquiry.objects.filter(scope(actor, "customer__"), customer_id__in=customer_ids)
    return dict(rows.values_list("customer_id").annotate(n=Count("pk")))


def tree_of(customer_id: int) -> list[tuple[int, int | None, int]]:
    """(customer, parent, depth) of the whole group, the head first. Not scoped: callers show what is within reach."""
    with connection.cursor() as cursor:
        cursor.execute(_TREE, [customer_id])
        return [(pk, parent, depth) for pk, parent, depth in cursor.fetchall()]


def group(*, actor: Actor, customer_id: int) -> GroupView:
    """The group that a customer belongs to, with the figures of each member and their sums.

    Three queries and one a measure. Members outside reach are counted, not shown and not added.
    """
    asked = one(actor, customer_id)
    tree = tree_of(asked.pk)
    rows = {
        row.pk: row
        for row in Customer.objects.filter(scope(actor), pk__in=[pk for pk, _parent, _depth in tree]).select_related(
            "owner"
        )
    }
    measures = [m for m in group_measures() if actor.has(m.right)] if actor.has(VIEW.code) else []
    values = {m.code: m.values(actor=actor, customer_ids=list(rows)) for m in measures}
    members = [
        _member(rows[pk], parent, depth, {code: found.get(pk, 0) for code, found in values.items()})
        for pk, parent, depth in tree
        if pk in rows
    ]
    head = members[0].customer
    return GroupView(
        head=head,
        members=members,
        measures=_labels(measures),
        totals={m.code: sum((member.values[m.code] for member in members), 0) for m in measures},
        hidden=len(tree) - len(members),
    )


def _member(row: Customer, parent: int | None, depth: int, values: Mapping[str, int | Decimal]) -> GroupMember:
    return GroupMember(
        customer=Named(row.pk, row.number, row.name),
        depth=depth,
        parent_id=parent,
        stage=row.stage,
        active=row.active,
        owner_name=row.owner.name,
        values=values,
    )


def _labels(measures: Sequence[GroupMeasure]) -> list[tuple[str, Label]]:
    return [(m.code, m.label) for m in measures]
