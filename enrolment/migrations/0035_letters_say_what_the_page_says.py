"""Places in line are told in a batch as on the page; who fills a form in speaks for both."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0034_seals_without_a_gap")]

    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
