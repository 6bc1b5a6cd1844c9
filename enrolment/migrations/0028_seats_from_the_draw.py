"""A draw gives seats and places in lines, and people answer it by any way, SMS among them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from accounts.policies import RowPolicy
from enrolment.sql import install

RIGHTS = "GRANT SELECT, INSERT ON enrolment_cloudseat TO seat_writer"
NO_RIGHTS = "REVOKE ALL ON enrolment_cloudseat FROM seat_writer"

QUESTIONS = "enrolment_phonequestion"
OF_OFFERS = RowPolicy(QUESTIONS, follows=("entry_id", "enrolment_waitlistentry"))
OF_PLACES_TOO = RowPolicy(
    QUESTIONS,
    follows=("entry_id", "enrolment_waitlistentry"),
    also="EXISTS (SELECT FROM enrolment_enrolment placed"
    f" WHERE placed.id = {QUESTIONS}.enrolment_id)",
)


def in_place_of(old: RowPolicy, new: RowPolicy) -> list[migrations.RunSQL]:
    """Change who sees the rows of a table, and back again."""
    (before,), (after,) = old.operations(), new.operations()
    return [
        migrations.RunSQL(before.reverse_sql, before.sql),
        migrations.RunSQL(after.sql, after.reverse_sql),
    ]


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0027_facts_are_read_as_text")]

    operations = [
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
                    ("come", "say that one comes"),
                    ("stay_away", "say that one does not come"),
                    ("confirm", "confirm at the counter"),
                    ("extend", "keep a place longer"),
                    ("basket", "ask for several places at once"),
                    ("swap", "change one class for another"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            "phonequestion",
            "enrolment",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questions",
                to="enrolment.enrolment",
            ),
        ),
        migrations.AlterField(
            "phonequestion",
            "entry",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questions",
                to="enrolment.waitlistentry",
            ),
        ),
        migrations.AddConstraint(
            "phonequestion",
            models.UniqueConstraint(
                fields=("enrolment", "due_at", "phone"), name="a_place_has_one_number_a_phone"
            ),
        ),
        migrations.AddConstraint(
            "phonequestion",
            models.CheckConstraint(
                condition=Q(entry__isnull=False, enrolment=None)
                | Q(entry=None, enrolment__isnull=False),
                name="a_question_is_about_one_thing",
            ),
        ),
        *in_place_of(OF_OFFERS, OF_PLACES_TOO),
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
