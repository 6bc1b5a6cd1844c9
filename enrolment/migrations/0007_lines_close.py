"""After the weeks of joining late the lines of a term close: one more piece of clock work."""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0006_facts_say_what_is_shown")]
    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
