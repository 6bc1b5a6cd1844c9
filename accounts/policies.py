"""Row-level security, written the same way for every table that holds people's records.

A migration says whose a row is, and this module says the rest:

    operations = RowPolicy("enrolment_claim", learner="learner_id").operations()

The role ``app`` sees and writes rows of its scope (``accounts/scope.py``) and no others;
``seat_writer`` passes, because its functions check actor and learner themselves; the owner of
the tables (migrations, demo, factories) is not bound.
"""

from dataclasses import dataclass
from typing import Any

from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation

# Each setting is read once a statement: PostgreSQL plans a bare sub-select as an InitPlan.
UNITS = "ANY ((SELECT scope_units())::bigint[])"
LEARNERS = "ANY ((SELECT scope_learners())::bigint[])"
SYSTEM = "(SELECT scope_system())"


@dataclass(frozen=True)
class RowPolicy:
    """Whose the rows of ``table`` are. Any one of the ways that are given opens a row.

    - ``unit``: column with the office, for its staff,
    - ``learner``: column with the learner, for the learner and who acts for them,
    - ``follows``: (column, table): whoever sees that row of that table sees this one,
    - ``also``: one more SQL condition,
    - ``anyone_may_add``: rows may be written by requests that may not read them back
      (books: audit, messages). Their keys must be made by the client, because
      ``INSERT ... RETURNING`` has to pass the reading rule.
    """

    table: str
    unit: str | None = None
    learner: str | None = None
    follows: tuple[str, str] | None = None
    also: str | None = None
    anyone_may_add: bool = False

    def condition(self) -> str:
        """Return the SQL that opens a row to the role ``app``."""
        ways = [SYSTEM]
        if self.unit:
            ways.append(f"{self.table}.{self.unit} = {UNITS}")
        if self.learner:
            ways.append(f"{self.table}.{self.learner} = {LEARNERS}")
        if self.follows:
            column, parent = self.follows
            ways.append(
                f"EXISTS (SELECT FROM {parent} seen WHERE seen.id = {self.table}.{column})"
            )
        if self.also:
            ways.append(self.also)
        return "\n        OR ".join(ways)

    def operations(self) -> list[Operation]:
        """Return the migration operations, with their way back."""
        table, condition = self.table, self.condition()
        forwards: list[Any] = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY rows_in_scope ON {table} TO app\n"
            f"    USING ({condition})\n    WITH CHECK ({condition})",
            f"CREATE POLICY seat_writer_checks_itself ON {table} TO seat_writer"
            " USING (true) WITH CHECK (true)",
        ]
        backwards: list[Any] = [
            f"DROP POLICY seat_writer_checks_itself ON {table}",
            f"DROP POLICY rows_in_scope ON {table}",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]
        if self.anyone_may_add:
            forwards.append(
                f"CREATE POLICY anyone_may_add ON {table} FOR INSERT TO app WITH CHECK (true)"
            )
            backwards.insert(0, f"DROP POLICY anyone_may_add ON {table}")
        return [RunSQL(forwards, backwards)]
