"""An opening knows how many of each lane were drawn; a late term lets nobody past its rooms."""

from django.db import migrations, models
from django.db.models import F, Q

from enrolment.sql import install

# Orders that were made before: nobody was written in between, or they are told apart no more.
COUNT = """
UPDATE enrolment_opening opening SET office_in = least(people_in, (
    SELECT count(*) FROM enrolment_queueplace place
    WHERE place.opening_id = opening.id AND place.lane = 'office'
      AND place.position IS NOT NULL AND place.joined_at < opening.opens_at))
WHERE shuffled_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0017_what_the_office_does_has_a_reason")]
    operations = [
        migrations.AddField(
            model_name="opening",
            name="office_in",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=Q(office_in__lte=F("people_in")), name="of_all_who_were_shuffled"
            ),
        ),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
