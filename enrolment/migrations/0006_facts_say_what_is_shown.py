"""The facts about a class say whether the public may see it: one query less for each claim."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0005_answers_by_sms")]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
