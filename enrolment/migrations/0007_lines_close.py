"""After the weeks of joining late the lines of a term close: one more piece of clock work."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

RIGHTS = """
ALTER FUNCTION seat_close_lines(timestamptz) OWNER TO seat_writer;
REVOKE ALL ON FUNCTION seat_close_lines(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seat_close_lines(timestamptz) TO owner, app;
"""


def install(apps, schema_editor):
    """Replace the functions of one file; owner and rights of the old ones stay as they were."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")
        cursor.execute((SQL / "sweep.sql").read_text(encoding="utf-8"))
        cursor.execute(RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0006_facts_say_what_is_shown")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
