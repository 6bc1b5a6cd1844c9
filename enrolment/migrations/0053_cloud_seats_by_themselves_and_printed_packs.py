"""Cloud seats come by themselves to who waits or was drawn for nothing; packs are printed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.policies import RowPolicy
from enrolment.sql import install

OF_THE_LEARNER = RowPolicy(
    "enrolment_deliveryrequest", learner="learner_id", follows=("learner_id", "accounts_learner")
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_who_died"),
        ("campus", "0006_names_on_the_desks"),
        ("courses", "0008_a_code_is_plain"),
        ("enrolment", "0052_two_people_give_a_voucher"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeliveryRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("large_print", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("printed", "printed"),
                            ("sent", "handed over"),
                            ("withdrawn", "not wanted any more"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("printed_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "printed pack",
            },
        ),
        migrations.AddField(
            model_name="cloudseat",
            name="left_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="cloudseat",
            name="source",
            field=models.CharField(
                choices=[
                    ("waitlist", "while waiting"),
                    ("draw", "after the draw"),
                    ("called_off", "class called off"),
                    ("request", "asked for it"),
                    ("staff", "by staff"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="cloudseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("left_at", None), ("left_at__gte", models.F("created_at")), _connector="OR"
                ),
                name="a_cloud_seat_is_left_after_it_was_given",
            ),
        ),
        migrations.AddField(
            model_name="deliveryrequest",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="deliveryrequest",
            name="campus",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campus.campus",
            ),
        ),
        migrations.AddField(
            model_name="deliveryrequest",
            name="cloud_seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="packs",
                to="enrolment.cloudseat",
            ),
        ),
        migrations.AddField(
            model_name="deliveryrequest",
            name="learner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="packs",
                to="accounts.learner",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliveryrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "printed"])),
                fields=("cloud_seat",),
                name="one_pack_of_a_course_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliveryrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("campus", None), models.Q(("address", ""), _negated=True)),
                    models.Q(("address", ""), ("campus__isnull", False)),
                    _connector="OR",
                ),
                name="a_pack_is_fetched_or_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliveryrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "printed"), _negated=True),
                    ("printed_at__isnull", False),
                    _connector="OR",
                ),
                name="a_printed_pack_has_its_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliveryrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent"), _negated=True),
                    ("sent_at__isnull", False),
                    _connector="OR",
                ),
                name="a_pack_handed_over_has_its_moment",
            ),
        ),
        *OF_THE_LEARNER.operations(),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
