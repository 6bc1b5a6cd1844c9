"""Several classes in one claim, people who wait as one, one class for another."""

import django.db.models.deletion
from django.db import migrations, models

from enrolment.sql import install


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0010_waiting_rooms"),
    ]

    operations = [
        migrations.AddField(
            model_name="waitlistentry",
            name="gives_up",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="enrolment.enrolment",
            ),
        ),
        migrations.AddField(
            model_name="waitlistentry",
            name="together",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="claim",
            name="act",
            field=models.CharField(
                choices=[
                    ("claim", "ask for a place"),
                    ("leave_line", "leave the waiting list"),
                    ("withdraw", "withdraw"),
                    ("undo", "take the place back"),
                    ("yield", "give the place to the next person now"),
                    ("accept", "accept an offer"),
                    ("decline", "decline an offer"),
                    ("confirm", "confirm at the counter"),
                    ("basket", "ask for several places at once"),
                    ("swap", "change one class for another"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="claim",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("held", "held for you"),
                    ("confirmed", "yours"),
                    ("waitlisted", "on the waiting list"),
                    ("left_line", "off the waiting list"),
                    ("withdrawn", "withdrawn"),
                    ("restored", "yours again"),
                    ("yielded", "given to the next person"),
                    ("declined", "declined"),
                    ("answered", "answered class by class"),
                    ("refused", "not possible"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
