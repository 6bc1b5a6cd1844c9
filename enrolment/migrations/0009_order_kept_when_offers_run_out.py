"""Offers of one day fall due in one moment: who stood before in the line keeps standing before."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0008_closing_waits_for_claims")]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
