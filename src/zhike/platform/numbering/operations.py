"""The migration operation by which a room gets its series."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateSeries(Operation):
    """`CreateSeries("customer", "CU-", 6)` in a migration that depends on ("numbering", "0002_functions")."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, key: str, prefix: str, width: int = 6, start: int = 1) -> None:
        self.key = key
        self.prefix = prefix
        self.width = width
        self.start = start

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """A sequence is not part of the models' state."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002 - Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        schema_editor.execute(
            "SELECT zhike_create_series(%s, %s, %s, %s)", [self.key, self.prefix, self.width, self.start]
        )

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        schema_editor.execute(f"DROP SEQUENCE {schema_editor.quote_name(f'zhike_number_{self.key}')}")
        schema_editor.execute("DELETE FROM numbering_numberseries WHERE key = %s", [self.key])

    def describe(self) -> str:
        return f"Create number series {self.key} ({self.prefix})"
