"""The named constraints of the platform, the lake and the API, each violated once; rooms do the same for their own."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Model

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
Values = Mapping[str, Any]

AUDIT: Values = {"at": NOW, "type": "tests.done", "operation_id": uuid.UUID(int=1)}
EVENT: Values = {"mode": "live", "occurred_at": NOW, "received_at": NOW, "operation_id": uuid.UUID(int=1)}
JOB: Values = {"kind": "tests", "state": "running", "started_at": NOW, "changed_at": NOW}
RUN: Values = {"state": "uploaded", "mode": "live", "source": "tests", "made_at": NOW}
COUNTS: Values = {"read": 3, "created": 1, "updated": 1, "duplicate": 1, "rejected": 0}
PROFILE: Values = {"name": "Monthly file", "target": "tests", "mapping": {}, "changed_at": NOW}
KEY: Values = {"name": "Warehouse", "secret_hash": "0" * 64, "made_by": 1, "made_at": NOW}


def _make(model: str, values: Values) -> Model:
    made: Model = apps.get_model(model)._default_manager.create(**values)
    return made


def _with_parent(model: str, values: Values) -> dict[str, Any]:
    """The same values with the row that they hang from."""
    match model:
        case "outbox.OutboxFailure":
            return {**values, "event": _make("outbox.OutboxEvent", EVENT)}
        case "bulk.ImportFile" | "bulk.ImportStep":
            return {**values, "run": _make("bulk.ImportRun", RUN)}
        case _:
            return dict(values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "good", "bad", "constraint"),
    [
        ("audit.AuditEntry", AUDIT, {"type": ""}, "audit_type_named"),
        ("audit.AuditEntry", AUDIT, {"redacted_at": NOW, "personal": {"a": 1}}, "audit_redacted_has_no_personal"),
        ("outbox.OutboxEvent", EVENT, {"mode": "someday"}, "outbox_mode_known"),
        ("jobs.JobProgress", JOB, {"state": "asleep"}, "jobs_state_known"),
        ("jobs.JobProgress", JOB, {"done": 2, "total": 1}, "jobs_done_within_total"),
        ("bulk.ImportRun", RUN, {"read": 1}, "bulk_run_adds_up"),
        ("bulk.ImportRun", RUN, {"mode": "someday"}, "bulk_run_mode_known"),
        ("bulk.ImportStep", {"position": 0, **COUNTS}, {"rejected": 1}, "bulk_step_adds_up"),
        ("api.ApiKey", KEY, {"name": ""}, "api_key_named"),
    ],
)
def test_constraints__refuse_a_row_that_cannot_be(model: str, good: Values, bad: Values, constraint: str) -> None:
    values = _with_parent(model, good)
    _make(model, values)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        _make(model, {**values, **bad})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "values", "other", "constraint"),
    [
        ("outbox.OutboxReceipt", {"event_id": 1, "subscriber": "a", "at": NOW}, {"event_id": 2}, "outbox_receipt_once"),
        (
            "outbox.OutboxFailure",
            {"subscriber": "a", "last_at": NOW, "next_at": NOW},
            {"subscriber": "b"},
            "outbox_failure_once",
        ),
        ("bulk.ImportProfile", PROFILE, {"target": "others"}, "bulk_profile_once"),
        (
            "bulk.ImportFile",
            {"source": "a", "name": "a.csv", "sha256": "0" * 64, "size": 1},
            {"source": "b"},
            "bulk_file_once",
        ),
        ("bulk.ImportStep", {"position": 0, **COUNTS}, {"position": 1}, "bulk_step_once"),
        ("api.ApiKey", KEY, {"secret_hash": "1" * 64}, "api_key_secret_once"),
        ("api.SentRequest", {"actor": "a", "key": "k", "at": NOW, "status": 201}, {"actor": "b"}, "api_request_once"),
        ("lake.LakeFact", {"fact": "tests"}, {"fact": "others"}, "lake_fact_once"),
        (
            "lake.LakeGeneration",
            {"fact": "tests", "number": 1, "manifest": {}, "made_at": NOW},
            {"number": 2},
            "lake_generation_once",
        ),
    ],
)
def test_constraints__refuse_a_second_row_of_the_same_key(
    model: str, values: Values, other: Values, constraint: str
) -> None:
    first = _with_parent(model, values)
    _make(model, first)
    _make(model, {**first, **other})

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        _make(model, first)
