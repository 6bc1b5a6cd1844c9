"""Of which notes and coins a drawer was counted, and what was handed over for a fee."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0041_books_stay_as_written")]

    operations = [
        migrations.AddField("drawersession", "pieces", models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            "payment", "given_fen", models.PositiveIntegerField(blank=True, null=True)
        ),
        migrations.AddConstraint(
            "payment",
            models.CheckConstraint(
                condition=Q(given_fen=None) | Q(method="cash", given_fen__gte=F("amount_fen")),
                name="change_is_given_of_cash_that_is_enough",
            ),
        ),
    ]
