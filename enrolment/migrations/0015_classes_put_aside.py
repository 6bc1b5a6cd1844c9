"""Classes put aside before the press; several are asked for in the order given."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.policies import RowPolicy
from enrolment.sql import install

# A note is made or struck out, never rewritten.
RIGHTS = "REVOKE UPDATE, TRUNCATE ON enrolment_shortlistedclass FROM app"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_proofs_of_residence"),
        ("courses", "0006_names_on_the_desks"),
        ("enrolment", "0014_facts_know_the_waiting_room"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShortlistedClass",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_at", models.DateTimeField()),
                (
                    "learner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shortlist",
                        to="accounts.learner",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="courses.classsection",
                    ),
                ),
            ],
            options={
                "verbose_name": "class on a list",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("learner", "section"), name="a_class_is_on_a_list_once"
                    )
                ],
            },
        ),
        *RowPolicy("enrolment_shortlistedclass", learner="learner_id").operations(),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
