"""A waiver is read by its office, and by its learner, whose fees it makes smaller."""

from django.db import migrations

from accounts.policies import RowPolicy

OF_THE_OFFICE = RowPolicy("enrolment_waiver", unit="unit_id").condition()
THEIR_OWN_TOO = RowPolicy("enrolment_waiver", unit="unit_id", learner="learner_id").condition()


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0050_what_is_taken_back_does_not_go_back")]

    operations = [
        # Written by the office alone.
        migrations.RunSQL(
            f"ALTER POLICY rows_in_scope ON enrolment_waiver USING ({THEIR_OWN_TOO})"
            f" WITH CHECK ({OF_THE_OFFICE})",
            f"ALTER POLICY rows_in_scope ON enrolment_waiver USING ({OF_THE_OFFICE})"
            f" WITH CHECK ({OF_THE_OFFICE})",
        ),
    ]
