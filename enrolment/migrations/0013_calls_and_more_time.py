"""Calls to people who wait, and places that the office keeps longer."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from accounts.policies import RowPolicy
from enrolment.sql import install

RIGHTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON enrolment_callattempt FROM app;
GRANT SELECT ON enrolment_callattempt TO seat_writer;
-- An offer that is kept longer stays the same question to a phone, under the same number.
GRANT SELECT, UPDATE (due_at) ON enrolment_phonequestion TO seat_writer;

CREATE TRIGGER rows_stay_as_written BEFORE UPDATE OR DELETE ON enrolment_callattempt
    FOR EACH ROW EXECUTE FUNCTION refuse_to_strike_out();
CREATE TRIGGER book_is_not_emptied BEFORE TRUNCATE ON enrolment_callattempt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_strike_out();
"""

NO_RIGHTS = """
DROP TRIGGER book_is_not_emptied ON enrolment_callattempt;
DROP TRIGGER rows_stay_as_written ON enrolment_callattempt;
REVOKE ALL ON enrolment_phonequestion, enrolment_callattempt FROM seat_writer;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0012_placements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "enrolment", "extended_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "waitlistentry", "extended_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AlterField(
            "claim",
            "act",
            models.CharField(
                choices=[
                    ("claim", "ask for a place"),
                    ("leave_line", "leave the waiting list"),
                    ("withdraw", "withdraw"),
                    ("undo", "take the place back"),
                    ("yield", "give the place to the next person now"),
                    ("accept", "accept an offer"),
                    ("decline", "decline an offer"),
                    ("confirm", "confirm at the counter"),
                    ("extend", "keep a place longer"),
                    ("basket", "ask for several places at once"),
                    ("swap", "change one class for another"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "claim",
            "outcome",
            models.CharField(
                choices=[
                    ("held", "held for you"),
                    ("confirmed", "yours"),
                    ("waitlisted", "on the waiting list"),
                    ("left_line", "off the waiting list"),
                    ("withdrawn", "withdrawn"),
                    ("restored", "yours again"),
                    ("yielded", "given to the next person"),
                    ("declined", "declined"),
                    ("extended", "kept longer"),
                    ("answered", "answered class by class"),
                    ("refused", "not possible"),
                ],
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint("enrolmentevent", "an_event_changes_something"),
        migrations.AddConstraint(
            "enrolmentevent",
            models.CheckConstraint(
                condition=~Q(seat_from=F("seat_to"))
                | ~Q(status_from=F("status_to"))
                | Q(due_was__isnull=False, due_at__isnull=False, due_at__gt=F("due_was")),
                name="an_event_changes_something",
            ),
        ),
        migrations.CreateModel(
            name="CallAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("turn", models.PositiveSmallIntegerField(default=0)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("reached_yes", "reached: comes to the class"),
                            ("reached_no", "reached: does not come"),
                            ("no_answer", "nobody answered"),
                            ("wrong_number", "wrong number"),
                            ("call_back", "asks to be called again"),
                        ],
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="enrolment.enrolment",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="enrolment.waitlistentry",
                    ),
                ),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="accounts.learner",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(entry__isnull=False, enrolment=None)
                        | Q(entry=None, enrolment__isnull=False),
                        name="a_call_is_about_one_thing",
                    )
                ]
            },
        ),
        *RowPolicy("enrolment_callattempt", unit="unit_id").operations(),
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
