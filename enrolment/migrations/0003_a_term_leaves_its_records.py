"""Closing a term: one more function of ``enrolment/sql``, and what it may read and write."""

from django.db import migrations

from enrolment.sql import install

RIGHTS = """
GRANT SELECT ON courses_lesson, courses_attendance TO seat_writer;
GRANT INSERT ON courses_termrecord TO seat_writer;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0002_one_way_to_write_seats"),
        ("courses", "0005_whose_records_are_whose"),
    ]
    operations = [
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
