"""Openings by department, and the rooms in which people wait before them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.policies import RowPolicy

RIGHTS = """
GRANT SELECT ON enrolment_opening, courses_subject TO seat_writer;

-- Nobody can have chosen the seed after seeing who came: what is shown is what was promised.
ALTER TABLE enrolment_opening ADD CONSTRAINT the_seed_is_the_one_promised
    CHECK (seed = '' OR encode(sha256(decode(seed, 'hex')), 'hex') = seed_digest);

CREATE FUNCTION refuse_another_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what people were told about their turn stays as it is'
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$;
CREATE TRIGGER turns_only_come_nearer BEFORE UPDATE ON enrolment_opening FOR EACH ROW
    WHEN (NEW.serving < OLD.serving OR NEW.serving_office < OLD.serving_office
          OR NEW.seed_digest <> OLD.seed_digest AND OLD.shuffled_at IS NOT NULL
          OR NEW.opens_at <> OLD.opens_at AND OLD.shuffled_at IS NOT NULL
          OR NEW.seed <> OLD.seed AND OLD.seed <> '')
    EXECUTE FUNCTION refuse_another_order();
CREATE TRIGGER a_position_is_given_once BEFORE UPDATE ON enrolment_queueplace FOR EACH ROW
    WHEN (OLD.position IS NOT NULL AND NEW.position IS DISTINCT FROM OLD.position
          OR NEW.lane <> OLD.lane OR NEW.number <> OLD.number
          OR NEW.learner_id <> OLD.learner_id OR NEW.opening_id <> OLD.opening_id)
    EXECUTE FUNCTION refuse_another_order();

-- People and staff come and stand at the end; who comes when, only the system's work says.
REVOKE DELETE, TRUNCATE ON enrolment_queueplace FROM app;
CREATE POLICY comes_without_a_position ON enrolment_queueplace AS RESTRICTIVE FOR INSERT TO app
    WITH CHECK (position IS NULL AND entered_at IS NULL OR (SELECT scope_system()));
CREATE POLICY system_gives_positions ON enrolment_queueplace AS RESTRICTIVE FOR UPDATE TO app
    USING ((SELECT scope_system()));
"""

NO_RIGHTS = """
DROP POLICY system_gives_positions ON enrolment_queueplace;
DROP POLICY comes_without_a_position ON enrolment_queueplace;
DROP TRIGGER a_position_is_given_once ON enrolment_queueplace;
DROP TRIGGER turns_only_come_nearer ON enrolment_opening;
DROP FUNCTION refuse_another_order();
ALTER TABLE enrolment_opening DROP CONSTRAINT the_seed_is_the_one_promised;
REVOKE SELECT ON enrolment_opening, courses_subject FROM seat_writer;
"""

POLICIES = [
    RowPolicy("enrolment_openingsecret"),
    RowPolicy(
        "enrolment_queueplace", learner="learner_id", follows=("learner_id", "accounts_learner")
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_what_people_answer"),
        ("courses", "0006_names_on_the_desks"),
        ("enrolment", "0009_order_kept_when_offers_run_out"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opens_at", models.DateTimeField(verbose_name="opens")),
                ("closes_at", models.DateTimeField(blank=True, null=True, verbose_name="closes")),
                ("seed_digest", models.CharField(max_length=64)),
                ("seed", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("shuffled_at", models.DateTimeField(blank=True, null=True)),
                ("people_in", models.PositiveIntegerField(db_default=0, default=0)),
                ("serving", models.PositiveIntegerField(db_default=0, default=0)),
                ("serving_office", models.PositiveIntegerField(db_default=0, default=0)),
                ("rate", models.FloatField(db_default=0, default=0)),
                ("p99_ms", models.PositiveIntegerField(blank=True, null=True)),
                ("paced_at", models.DateTimeField(blank=True, null=True)),
                ("held_back", models.BooleanField(db_default=False, default=False)),
                ("most_per_second", models.PositiveIntegerField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="courses.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="courses.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "verbose_name": "opening",
            },
        ),
        migrations.CreateModel(
            name="OpeningSecret",
            fields=[
                (
                    "opening",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="secret",
                        serialize=False,
                        to="enrolment.opening",
                    ),
                ),
                ("seed", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="QueuePlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "lane",
                    models.CharField(
                        choices=[("people", "by themselves"), ("office", "through the office")],
                        default="people",
                        max_length=6,
                    ),
                ),
                ("number", models.CharField(max_length=8)),
                ("position", models.PositiveIntegerField(blank=True, null=True)),
                ("joined_at", models.DateTimeField()),
                ("entered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("web", "website"),
                            ("counter", "counter"),
                            ("phone", "telephone"),
                            ("sms", "SMS"),
                            ("system", "by rule"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="queue_places",
                        to="accounts.learner",
                    ),
                ),
                (
                    "opening",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="enrolment.opening",
                    ),
                ),
            ],
            options={
                "verbose_name": "place in the waiting room",
            },
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.UniqueConstraint(
                fields=("term", "department"), name="a_department_opens_once_a_term"
            ),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closes_at", None), ("closes_at__gt", models.F("opens_at")), _connector="OR"
                ),
                name="an_opening_closes_after_it_opens",
            ),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("seed", ""), ("shuffled_at", None)),
                    models.Q(
                        ("shuffled_at__isnull", False), models.Q(("seed", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="the_seed_is_shown_with_the_order",
            ),
        ),
        migrations.AddIndex(
            model_name="queueplace",
            index=models.Index(
                condition=models.Q(("position", None)),
                fields=["opening", "lane"],
                name="places_without_position",
            ),
        ),
        migrations.AddConstraint(
            model_name="queueplace",
            constraint=models.UniqueConstraint(
                fields=("opening", "learner"), name="a_learner_stands_once_before_a_door"
            ),
        ),
        migrations.AddConstraint(
            model_name="queueplace",
            constraint=models.UniqueConstraint(
                fields=("opening", "number"), name="a_number_is_given_once_a_door"
            ),
        ),
        migrations.AddConstraint(
            model_name="queueplace",
            constraint=models.UniqueConstraint(
                fields=("opening", "lane", "position"), name="nobody_stands_where_another_stands"
            ),
        ),
        migrations.AddConstraint(
            model_name="queueplace",
            constraint=models.CheckConstraint(
                condition=models.Q(("position", None), ("position__gte", 1), _connector="OR"),
                name="positions_count_from_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="queueplace",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("entered_at", None), ("position__isnull", False), _connector="OR"
                ),
                name="nobody_comes_in_without_a_position",
            ),
        ),
        *(operation for policy in POLICIES for operation in policy.operations()),
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
    ]
