"""A form that came on paper is keyed in once, however often it is sent."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.policies import RowPolicy
from enrolment.sql import install

# What was keyed in is corrected by another sheet, never rewritten.
RIGHTS = "REVOKE UPDATE, DELETE, TRUNCATE ON enrolment_paperform FROM app"


def to(model: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=model, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_proofs_of_residence"),
        ("courses", "0006_names_on_the_desks"),
        ("enrolment", "0030_figures_of_a_term"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperForm",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("content_hash", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("keyed_at", models.DateTimeField()),
                ("application", to("enrolment.application", related_name="paper_forms")),
                ("keyed_by", to(settings.AUTH_USER_MODEL, related_name="+")),
                ("learner", to("accounts.learner", related_name="paper_forms")),
                ("term", to("courses.term", related_name="paper_forms")),
                ("unit", to("accounts.unit", related_name="+")),
            ],
            options={
                "verbose_name": "form on paper",
                "verbose_name_plural": "forms on paper",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("keyed_at__gte", models.F("received_at"))),
                        name="a_paper_is_keyed_in_after_it_came",
                    )
                ],
            },
        ),
        *RowPolicy("enrolment_paperform", unit="unit_id", learner="learner_id").operations(),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        # The office asks about any class for people it knows (facts.sql).
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
