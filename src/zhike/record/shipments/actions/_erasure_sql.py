"""The statements that take a consignor's or consignee's data off the shipments; the goods' own facts stay."""

from typing import Final

from zhike.record.customers.types import number_mark_sql

NOTHING: Final = "–"
FOUND: Final = "shipments_erased"

# By index where the endings are known; after a restore only marks are, and every number is marked to be compared.
FIND: Final = f"""
CREATE TEMP TABLE {FOUND} ON COMMIT DROP AS
SELECT id, shipment_id, role, name, phone_key FROM shipments_party
WHERE phone <> '' AND (%(endings)s::text[] IS NULL OR (phone_key <> '' AND phone_key = ANY(%(endings)s::text[])))
  AND ({number_mark_sql("phone")} = ANY(%(marks)s) OR {number_mark_sql("phone", "name")} = ANY(%(marks)s))
ORDER BY id FOR UPDATE
"""  # noqa: S608 - constants


def _names(text: str) -> str:
    """Whether a text says the name or the number of a found person `f`."""
    return (
        f"((length(f.name) > 1 AND position(f.name in {text}) > 0)"
        f" OR position(f.phone_key in regexp_replace({text}, '[^0-9]', '', 'g')) > 0)"
    )


_OF = f"FROM {FOUND} f WHERE t.shipment_id = f.shipment_id"
# Whoever signed at the consignee's door did it for this person.
_REPLY = f"""
UPDATE shipments_proofofdelivery t SET signer = '{NOTHING}', remark = '' {_OF} AND f.role = 'consignee'
  AND (t.signer, t.remark) IS DISTINCT FROM ('{NOTHING}', '')
"""  # noqa: S608 - constants
_PARTY = f"""
UPDATE shipments_party t SET name = '', phone = '', phone_key = '', address = '', postcode = '', lat = NULL, lon = NULL
FROM {FOUND} f WHERE t.id = f.id
"""  # noqa: S608 - constants
GRANT: Final = f"GRANT SELECT ON {FOUND} TO zhike_redactor"
# What carriers wrote may say who signed; what colleagues wrote may say it too. Nobody but the redactor changes these.
HISTORIES: Final = (
    f"UPDATE shipments_trackingevent t SET raw_text = '' {_OF} AND t.raw_text <> '' AND {_names('t.raw_text')}",  # noqa: S608
    f"UPDATE shipments_estimatechange t SET reason = '{NOTHING}' {_OF} AND t.reason <> '' AND {_names('t.reason')}",  # noqa: S608
)
PARTS: Final = (
    f"UPDATE shipments_watchack t SET reason = '{NOTHING}' {_OF} AND {_names('t.reason')}",  # noqa: S608
    _REPLY,
    _PARTY,
)
FILES: Final = (
    f"SELECT DISTINCT unnest(p.files) FROM shipments_proofofdelivery p JOIN {FOUND} f"  # noqa: S608
    " ON f.shipment_id = p.shipment_id AND f.role = 'consignee' ORDER BY 1"
)
SHIPMENTS: Final = f"SELECT DISTINCT shipment_id FROM {FOUND} ORDER BY 1"  # noqa: S608
FORGET: Final = f"DROP TABLE {FOUND}"
