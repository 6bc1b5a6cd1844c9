"""Functions that have no actor ask for a scope; classes called off are left as they are.

Puts all of ``enrolment/sql`` into the database again: most files of it have changed. Owner and
rights of the functions stay as they were; the two new ones get theirs here.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

RIGHTS = """
ALTER FUNCTION seat_sees_all() OWNER TO seat_writer;
ALTER FUNCTION seat_ensure_for_all() OWNER TO seat_writer;
REVOKE ALL ON FUNCTION seat_sees_all(), seat_ensure_for_all() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seat_sees_all(), seat_ensure_for_all() TO owner;
"""


def install(apps, schema_editor):
    """Replace the functions, in an order in which each finds the others."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")
        for path in sorted(SQL.glob("*.sql")):
            cursor.execute(path.read_text(encoding="utf-8"))
        cursor.execute(RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0003_a_term_leaves_its_records")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
