"""A place with a fee is confirmed by money or a waiver: the second way is gone."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0045_who_signed_has_signed")]

    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
