"""The migration operation that creates a partitioned table."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from storage import partitions


class CreatePartitionedModel(migrations.CreateModel):
    """CreateModel, with PARTITION BY RANGE, a default partition and the first ones ahead.

    Indexes are added by operations of their own, as makemigrations writes them.
    """

    def __init__(self, *args: Any, column: str, step: partitions.Step, **kwargs: Any) -> None:
        """Take what CreateModel takes, the id column to cut by and the width of a partition."""
        super().__init__(*args, **kwargs)
        self.column = column
        self.step = step

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """Name the operation and its arguments, as migrations are written."""
        name, args, kwargs = super().deconstruct()
        return name, args, kwargs | {"column": self.column, "step": self.step}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002  # Django passes it
        to_state: ProjectState,
    ) -> None:
        """Create the parent, its partitions, and the indexes of all of them."""
        model = to_state.apps.get_model(app_label, self.name)
        sql, params = schema_editor.table_sql(model)
        schema_editor.execute(f"{sql} PARTITION BY RANGE ({self.column})", params or None)
        table = partitions.PartitionedTable(
            name=model._meta.db_table, column=self.column, step=self.step, family=""
        )
        schema_editor.execute(
            f"CREATE TABLE {table.name}_default PARTITION OF {table.name} DEFAULT"
        )
        for partition in partitions.wanted(table, at=datetime.now(UTC), ahead=3):
            schema_editor.execute(
                f"CREATE TABLE {partition.name} PARTITION OF {table.name} "
                f"FOR VALUES FROM ({partition.low}) TO ({partition.high})"
            )
        # Those that stand in the model's options; the partitions get theirs with the parent's.
        for index in model._meta.indexes:
            schema_editor.add_index(model, index)
