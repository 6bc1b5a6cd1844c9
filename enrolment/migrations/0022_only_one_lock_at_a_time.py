"""Who finds a learner busy takes no lock along; lines move from the waiting list's phase on."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0021_a_claim_asks_for_less")]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
