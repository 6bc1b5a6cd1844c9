"""Closing a term waits for the claims that are on their way, so that it counts them too."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0007_lines_close")]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
