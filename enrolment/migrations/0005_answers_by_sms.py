"""Numbers under which a phone answers, and answers with no account behind them."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.policies import RowPolicy
from enrolment.sql import install

RIGHTS = "REVOKE UPDATE, DELETE, TRUNCATE ON enrolment_phonequestion FROM app"


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0004_clock_work_says_its_name"),
        ("accounts", "0006_what_people_answer"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("phone", models.CharField(max_length=20)),
                ("number", models.PositiveSmallIntegerField()),
                ("asked_at", models.DateTimeField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="enrolment.waitlistentry",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["phone", "asked_at"], name="questions_to_a_phone")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["entry", "due_at", "phone"],
                        name="an_offer_has_one_number_a_phone",
                    )
                ],
            },
        ),
        *RowPolicy(
            "enrolment_phonequestion", follows=("entry_id", "enrolment_waitlistentry")
        ).operations(),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
