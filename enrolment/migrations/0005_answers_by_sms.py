"""Numbers under which a phone answers, and answers with no account behind them.

Puts the two files that changed into the database again; the new function gets its owner here.
"""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from accounts.policies import RowPolicy

SQL = Path(__file__).resolve().parent.parent / "sql"
SIGNATURE = "seat_may_answer(bigint, bigint, bigint, text, timestamptz)"

RIGHTS = f"""
ALTER FUNCTION {SIGNATURE} OWNER TO seat_writer;
REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {SIGNATURE} TO owner;
REVOKE UPDATE, DELETE, TRUNCATE ON enrolment_phonequestion FROM app;
"""


def install(apps, schema_editor):
    """Replace the functions; owner and rights of the old ones stay as they were."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")
        for name in ("rules.sql", "waitlist.sql"):
            cursor.execute((SQL / name).read_text(encoding="utf-8"))
        cursor.execute(RIGHTS)


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
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
