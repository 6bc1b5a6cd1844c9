"""Closing a term: one more function of ``enrolment/sql``, and what it may read and write."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

RIGHTS = """
GRANT SELECT ON courses_lesson, courses_attendance TO seat_writer;
GRANT INSERT ON courses_termrecord TO seat_writer;
ALTER FUNCTION seat_close_term(bigint, timestamptz) OWNER TO seat_writer;
REVOKE ALL ON FUNCTION seat_close_term(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seat_close_term(bigint, timestamptz) TO owner, app;
"""


def install(apps, schema_editor):
    """Put the function into the database; a new one has it from 0002 already, which is no harm."""
    schema_editor.execute((SQL / "close.sql").read_text(encoding="utf-8").replace("%", "%%"), ())
    schema_editor.execute(RIGHTS)


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0002_one_way_to_write_seats"),
        ("courses", "0005_whose_records_are_whose"),
    ]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
