"""Reading customer files."""

from zhike.record.customers.queries.contacts import (
    People,
    contact,
    contact_names,
    contact_rows,
    coverage,
    coverage_total,
    people,
)
from zhike.record.customers.queries.customers import (
    customer_file,
    customer_rows,
    department_figures,
    head,
    id_of,
    labels,
    owner_coverage,
    owners,
    references,
    standing,
    summaries,
    summary,
    units_of,
    visible_ids,
)
from zhike.record.customers.queries.enquiries import due_enquiries, enquiry, enquiry_figures, enquiry_rows
from zhike.record.customers.queries.groups import group
from zhike.record.customers.queries.lookup import Found, find_by_any_key, likely_same, look_up
from zhike.record.customers.queries.stages import stage_figures, stages_of

__all__ = [
    "Found",
    "People",
    "contact",
    "contact_names",
    "contact_rows",
    "coverage",
    "coverage_total",
    "customer_file",
    "customer_rows",
    "department_figures",
    "due_enquiries",
    "enquiry",
    "enquiry_figures",
    "enquiry_rows",
    "find_by_any_key",
    "group",
    "head",
    "id_of",
    "labels",
    "likely_same",
    "look_up",
    "owner_coverage",
    "owners",
    "people",
    "references",
    "stage_figures",
    "stages_of",
    "standing",
    "summaries",
    "summary",
    "units_of",
    "visible_ids",
]
