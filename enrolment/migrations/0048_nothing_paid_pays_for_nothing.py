"""A free class is changed for a held place, and what was paid stays in the books it is in."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0047_two_correct_the_books")]

    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
