"""The facts a claim is judged by come as plain json, a timetable as one text."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0026_forms_on_paper")]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
