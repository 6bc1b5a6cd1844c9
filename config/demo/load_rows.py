"""How rows reach the database: by COPY, with keys given in the order of the plan."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Jsonb

# Rows that migrations made and Django needs to know its own tables by.
KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})


def copy_in(
    into: type[models.Model] | str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Write rows into a table as they are; the database checks every constraint."""
    count = 0
    table = into if isinstance(into, str) else into._meta.db_table
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([Jsonb(value) if isinstance(value, dict) else value for value in row])
            count += 1
    return count


def copy_in_full(
    into: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Write rows of which the columns named are given; all others have their model's default."""
    others = [
        field
        for field in into._meta.concrete_fields
        if field.attname not in columns and not isinstance(field, models.AutoField)
    ]
    rest = [field.get_default() for field in others]
    names = [*columns, *(field.attname for field in others)]
    return copy_in(into, names, ([*row, *rest] for row in rows))


def free_key(model: type[models.Model]) -> int:
    """The first key from which on nobody stands."""
    newest = model._default_manager.aggregate(newest=models.Max("pk"))["newest"]
    return int(newest or 0) + 1


def settle_sequences(*found: type[models.Model]) -> None:
    """Let the tables' own keys go on after those we gave."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), found):
            cursor.execute(statement)


def look_again() -> None:
    """Let the planner see what the tables hold now."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def empty_everything() -> None:
    """Take every row of every table away, those excepted by which Django knows itself."""
    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t not in KEPT]
        cursor.execute("SET LOCAL app.books_may_be_emptied = 'on'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # checks still due would hold the tables
        cursor.execute(
            sql.SQL("TRUNCATE {} RESTART IDENTITY").format(
                sql.SQL(", ").join(map(sql.Identifier, sorted(tables)))
            )
        )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
