"""Which transaction last touched a row: the honest watermark of the lake (an `updated_at` loses rows)."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class PgCurrentXact(models.Func):
    function = "pg_current_xact_id"
    template = "%(function)s()"


class ChangedXidField(models.Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """`changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id()`; read as text, never written from Python."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        kwargs.setdefault("db_default", PgCurrentXact())
        super().__init__(**kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002 - Django's signature
        return "xid8"

    def get_internal_type(self) -> str:
        return "ChangedXidField"


FUNCTIONS_SQL = """
CREATE OR REPLACE FUNCTION zhike_touch_xid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.changed_xid := pg_current_xact_id(); RETURN NEW; END $$;
CREATE OR REPLACE FUNCTION zhike_leave_tombstone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox_tombstone (table_name, row_id, changed_xid)
  SELECT TG_TABLE_NAME, gone.id, pg_current_xact_id() FROM gone;
  RETURN NULL;
END $$;
"""


class TrackChanges(Operation):
    """Migration operation: renew `changed_xid` on update, leave a tombstone on delete, index the column."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers and the index are not part of the models' state."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002 - Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        table = self.table
        schema_editor.execute(
            f"CREATE INDEX IF NOT EXISTS {table}_xid ON {table} (changed_xid);"
            f"CREATE TRIGGER {table}_touch BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION zhike_touch_xid();"
            f"CREATE TRIGGER {table}_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone"
            " FOR EACH STATEMENT EXECUTE FUNCTION zhike_leave_tombstone();"
        )

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        table = self.table
        schema_editor.execute(
            f"DROP TRIGGER IF EXISTS {table}_gone ON {table}; DROP TRIGGER IF EXISTS {table}_touch ON {table};"
            f"DROP INDEX IF EXISTS {table}_xid;"
        )

    def describe(self) -> str:
        return f"Track changes of {self.table} for the lake"
