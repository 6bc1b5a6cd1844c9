"""Closing a term waits for the claims that are on their way, so that it counts them too."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def install(apps, schema_editor):
    """Replace the function of one file; owner and rights of the old one stay as they were."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")
        cursor.execute((SQL / "close.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0007_lines_close")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
