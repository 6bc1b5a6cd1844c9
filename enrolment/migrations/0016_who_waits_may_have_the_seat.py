"""Seats are the line's only while somebody in it may have them; closing waits for first claims.

The arguments of some functions have changed: all of them are made anew.
"""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0015_classes_put_aside")]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
