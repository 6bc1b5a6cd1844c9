"""A correction of the books is asked for by one person and posted by another."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from accounts.policies import RowPolicy

SIGNED_BY_TWO = """
REVOKE DELETE, TRUNCATE ON enrolment_correction FROM app;

CREATE TRIGGER amounts_stay_as_written BEFORE UPDATE ON enrolment_correction
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_amounts(
        'journal_id,unit_id,reason,asked_by_id,asked_at');

CREATE FUNCTION ensure_two_correct() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM enrolment_correction c
                   WHERE c.journal_id = NEW.reverses_id AND c.agreed
                     AND c.decided_by_id = NEW.by_id AND c.asked_by_id <> NEW.by_id) THEN
        RAISE EXCEPTION 'journal % is corrected without a second person', NEW.reverses_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'two_people_correct_the_books';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER two_people_correct_the_books BEFORE INSERT ON enrolment_journal
    FOR EACH ROW WHEN (NEW.source_kind = 'by_hand') EXECUTE FUNCTION ensure_two_correct();
"""
BY_ONE = """
DROP TRIGGER two_people_correct_the_books ON enrolment_journal;
DROP FUNCTION ensure_two_correct;
DROP TRIGGER amounts_stay_as_written ON enrolment_correction;
"""
USER = settings.AUTH_USER_MODEL
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_who_died"),
        ("enrolment", "0046_money_confirms"),
        migrations.swappable_dependency(USER),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("agreed", models.BooleanField(blank=True, null=True)),
                ("asked_by", models.ForeignKey(on_delete=PROTECT, related_name="+", to=USER)),
                ("decided_by", models.ForeignKey(blank=True, null=True, on_delete=PROTECT, related_name="+", to=USER)),
                ("journal", models.ForeignKey(on_delete=PROTECT, related_name="corrections", to="enrolment.journal")),
                ("unit", models.ForeignKey(on_delete=PROTECT, related_name="+", to="accounts.unit")),
            ],
            options={
                "verbose_name": "correction by hand",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["journal"],
                        condition=Q(decided_at=None) | Q(agreed=True),
                        name="a_correction_is_asked_for_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(decided_by=None, decided_at=None, agreed=None)
                        | Q(decided_by__isnull=False, decided_at__isnull=False, agreed__isnull=False)
                        & ~Q(decided_by=F("asked_by")),
                        name="another_person_posts_a_correction",
                    ),
                    models.CheckConstraint(condition=~Q(reason=""), name="a_correction_has_a_reason"),
                ],
            },
        ),
        *RowPolicy("enrolment_correction", unit="unit_id").operations(),
        migrations.RunSQL(SIGNED_BY_TWO, BY_ONE),
    ]
