"""The places of who has died, and their waiting, end by one function."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_who_died"),
        ("enrolment", "0035_struck_through_not_taken_off"),
    ]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
