"""Places in line are told in a batch as on the page; who fills a form in speaks for both.

And who renews into a class no longer waits for the draw whose number happens to be the class's.
"""

from django.db import migrations

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0033_going_on_without_a_draw")]

    operations = [migrations.RunPython(install.all_functions, migrations.RunPython.noop)]
