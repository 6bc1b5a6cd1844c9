"""Functions that have no actor ask for a scope; classes called off are left as they are."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0003_a_term_leaves_its_records")]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
