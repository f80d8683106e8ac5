"""What the search knows of files and people, and exact numbers straight from the tables."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection
from django.urls import reverse

from zhike.platform.actors import Actor
from zhike.platform.db.ids import ids_of
from zhike.platform.search.types import Document, Hit, Numbers, Sight
from zhike.record.customers.models import Contact, ContactPoint, Customer, CustomerRef
from zhike.record.customers.policies import VIEW, VIEW_ALL, scope

FILE_KIND = "customer"
PERSON_KIND = "contact"


def sight(actor: Actor) -> Sight:
    """As `policies.scope` says it."""
    if not actor.has(VIEW.code):
        return Sight()
    whole = actor.reach.everything or actor.has(VIEW_ALL.code)
    return Sight(whole=whole, reach=actor.reach, staff_id=actor.staff_id)


def file_documents(ids: Sequence[int]) -> list[Document]:
    """Files by name in both scripts, number, registration, references, place; not tombstones."""
    rows = list(Customer.objects.files().filter(pk__in=ids).select_related("owner"))
    keys: dict[int, list[str]] = {row.pk: [row.number, row.registration_no] for row in rows}
    for customer_id, ref in CustomerRef.objects.filter(customer_id__in=keys).values_list("customer_id", "ref"):
        keys[customer_id].append(ref)
    for gone, into in Customer.objects.filter(merged_into_id__in=keys).values_list("number", "merged_into_id"):
        keys[into].append(gone)
    points = ContactPoint.objects.filter(customer_id__in=keys, contact__isnull=True)
    for customer_id, value in points.values_list("customer_id", "value"):
        keys[customer_id].append(value)
    return [
        Document(
            object_id=row.pk,
            title=row.name,
            number=row.number,
            line=" ".join(part for part in (row.city, row.owner.name) if part),
            keys=[key for key in keys[row.pk] if key],
            texts=[text for text in (row.city, row.address) if text],
            sort=int((row.last_contact_at or row.known_since).timestamp()),
            scope_unit_id=row.scope_unit_id,
            own_staff_id=row.owner_id,
        )
        for row in rows
    ]


def person_documents(ids: Sequence[int]) -> list[Document]:
    """People in office or not, by name, position, numbers and addresses."""
    rows = list(Contact.objects.filter(pk__in=ids, erased_at__isnull=True).select_related("customer"))
    keys: dict[int, list[str]] = {row.pk: [] for row in rows}
    points = ContactPoint.objects.filter(contact_id__in=keys).values_list("contact_id", "e164", "value")
    for contact_id, e164, value in points:
        if contact_id is not None:
            keys[contact_id].append(e164 or value)
    return [
        Document(
            object_id=row.pk,
            title=row.name,
            # The customer's number is the customer's: typed whole, it opens the file and not one of its people.
            line=" ".join(part for part in (row.customer.number, row.customer.name, row.position) if part),
            keys=keys[row.pk],
            texts=[text for text in (row.position, row.form_of_address) if text],
            sort=int((row.last_contact_at or row.created_at).timestamp()),
            scope_unit_id=row.scope_unit_id,
            own_staff_id=row.customer.owner_id,
        )
        for row in rows
    ]


def file_ids(after: int, limit: int) -> list[int]:
    rows = Customer.objects.files().filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def person_ids(after: int, limit: int) -> list[int]:
    rows = Contact.objects.filter(pk__gt=after, erased_at__isnull=True).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


_ExactRow = tuple[str, int, str, int, str, str, str]
_EXACT = """
SELECT 'customer', coalesce(m.id, c.id), n.raw, coalesce(m.id, c.id), coalesce(m.number, c.number),
  coalesce(m.name, c.name), ''
FROM unnest(%(raws)s::text[], %(upper)s::text[]) AS n (raw, upper)
JOIN customers_customer c ON c.number = n.upper LEFT JOIN customers_customer m ON m.id = c.merged_into_id
UNION ALL
SELECT 'customer', c.id, n.raw, c.id, c.number, c.name, '' FROM unnest(%(raws)s::text[]) AS n (raw)
JOIN customers_customerref r ON r.ref = n.raw JOIN customers_customer c ON c.id = r.customer_id
UNION ALL
SELECT CASE WHEN k.id IS NULL THEN 'customer' ELSE 'contact' END, c.id, n.raw, coalesce(k.id, c.id), c.number,
  c.name, coalesce(k.name, '')
FROM unnest(%(dialled)s::text[], %(of)s::text[]) AS n (e164, raw)
JOIN customers_contactpoint p ON p.value = n.e164 JOIN customers_customer c ON c.id = p.customer_id
LEFT JOIN customers_contact k ON k.id = p.contact_id
"""


def exact_numbers(*, actor: Actor, numbers: Sequence[Numbers], limit: int) -> Mapping[str, Sequence[Hit]]:
    """Customer numbers, references and phones; a merged file stands for the one it went into. Two queries.

    Where several people of one file share a phone, the file stands for them.
    """
    given = {
        "raws": [found.raw for found in numbers],
        "upper": [found.raw.upper() for found in numbers],
        "dialled": [phone for found in numbers for phone in found.phones],
        "of": [found.raw for found in numbers for _phone in found.phones],
    }
    with connection.cursor() as cursor:
        cursor.execute(_EXACT, given)
        rows: list[_ExactRow] = cursor.fetchall()
    seen = set(Customer.objects.filter(scope(actor), pk__in={row[1] for row in rows}).values_list("pk", flat=True))
    hits: dict[str, list[Hit]] = {}
    for raw, found in _by_file([row for row in rows if row[1] in seen]).items():
        for customer_id, (number, name, people) in found.items():
            alone = len(people) == 1
            if not alone:
                file = Hit(kind=FILE_KIND, object_id=customer_id, title=name, number=number, exact=True)
                hits.setdefault(raw, []).append(file)
            hits.setdefault(raw, []).extend(
                Hit(kind=PERSON_KIND, object_id=pk, title=title, number=number, line=name, exact=alone)
                for pk, title in people.items()
            )
    return {raw: found[: max(limit, 1)] for raw, found in hits.items()}


def _by_file(rows: Sequence[_ExactRow]) -> dict[str, dict[int, tuple[str, str, dict[int, str]]]]:
    """Files by what was typed, each with the people who carry it; nobody where the file itself carries it."""
    found: dict[str, dict[int, tuple[str, str, dict[int, str]]]] = {}
    itself = {(row[2], row[1]) for row in rows if row[0] != PERSON_KIND}
    for kind, customer_id, raw, object_id, number, name, person in rows:
        _number, _name, people = found.setdefault(raw, {}).setdefault(customer_id, (number, name, {}))
        if kind == PERSON_KIND and (raw, customer_id) not in itself:
            people[object_id] = person
    return found


def names(ids: Sequence[int]) -> Mapping[str, str]:
    """Names by id as text, for the figures that an actor's reach has cut already."""
    return {str(pk): name for pk, name in Customer.objects.filter(pk__in=ids).values_list("pk", "name")}


def people_of(customer_ids: Iterable[int]) -> list[int]:
    """Everybody at these customers, for the index."""
    return list(Contact.objects.filter(customer_id__in=set(customer_ids)).values_list("pk", flat=True))


def customers_by_id(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and page of the files within reach, by id as text."""
    rows = Customer.objects.filter(scope(actor), pk__in=ids_of(keys))
    found = rows.values_list("pk", "name", "number")
    return {str(pk): (name, reverse("desk:customer", args=[number])) for pk, name, number in found}


def contacts_by_id(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and page of the people within reach; who was erased has none."""
    rows = Contact.objects.filter(scope(actor, "customer__"), pk__in=ids_of(keys))
    found = rows.exclude(name="").values_list("pk", "name")
    return {str(pk): (name, reverse("customers:open_person", args=[pk])) for pk, name in found}
