"""The facts about a class say before which door people stand in line for it."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0013_calls_and_more_time")]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
