"""The nightly check names no place whose money may still come."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0053_cloud_seats_by_themselves_and_printed_packs")]

    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
