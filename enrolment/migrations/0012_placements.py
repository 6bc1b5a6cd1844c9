"""Which level somebody may join who has learnt a subject elsewhere."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.policies import RowPolicy
from enrolment.sql import install

RIGHTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON enrolment_placement FROM app;
GRANT SELECT ON enrolment_placement TO seat_writer;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_proofs_of_residence"),
        ("courses", "0006_names_on_the_desks"),
        ("enrolment", "0011_several_at_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="Placement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "starter class"),
                            (1, "beginners"),
                            (2, "intermediate"),
                            (3, "advanced"),
                            (9, "mixed levels"),
                        ],
                        verbose_name="level",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("note", models.CharField(max_length=200, verbose_name="what was seen")),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="placements",
                        to="accounts.learner",
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "placement",
                "verbose_name_plural": "placements",
                "indexes": [
                    models.Index(fields=["learner", "subject", "-at"], name="where_one_is_placed")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", [1, 2, 3])),
                        name="one_is_placed_in_a_level_of_a_ladder",
                    )
                ],
            },
        ),
        *RowPolicy(
            "enrolment_placement",
            learner="learner_id",
            follows=("learner_id", "accounts_learner"),
        ).operations(),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
