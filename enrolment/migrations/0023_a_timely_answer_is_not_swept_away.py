"""An offer waits for an SMS that came in time and is still to be read.

The sweep learns from which number a message came, when, and whether it was read; what it says
stays between the person and the errand that answers it.
"""

from django.db import migrations

from enrolment.sql import install

RIGHTS = """
GRANT SELECT (sender, received_at, answered_at) ON accounts_inboundmessage TO seat_writer
"""
NO_RIGHTS = "REVOKE ALL ON accounts_inboundmessage FROM seat_writer"


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0022_only_one_lock_at_a_time"),
        ("accounts", "0006_what_people_answer"),
    ]

    operations = [
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
