"""No movement of a seat by the office without a reason; couples are given more time as one."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q

from enrolment.sql import install

# The nightly check compares what happened with what was told.
RIGHTS = "GRANT SELECT ON accounts_outboxmessage TO seat_writer"
NO_RIGHTS = "REVOKE SELECT ON accounts_outboxmessage FROM seat_writer"


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0016_who_waits_may_have_the_seat")]

    operations = [
        # Not asked of rows that are there: the history is a book, and nothing in it is mended.
        AddConstraintNotValid(
            "enrolmentevent",
            models.CheckConstraint(
                condition=~Q(channel__in=["counter", "phone"]) | ~Q(reason=""),
                name="what_the_office_does_has_a_reason",
            ),
        ),
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
