"""A form remembers which questions were answered, who took its last step, and whom it is for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from enrolment.sql import install

RIGHTS = "GRANT SELECT ON enrolment_application TO seat_writer"


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('enrolment', '0028_seats_from_the_draw'),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='last_step_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='applicationversion',
            name='better_asked',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='applicationversion',
            name='wanted_asked',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
