"""Only a learner's first row of a term takes the lock that closing waits for."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0018_who_was_drawn")]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
