"""A voucher rests on a paper, and counts once a second person has agreed to it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

TWO = """
CREATE FUNCTION ensure_voucher_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'voucher % is put on an order, and nobody agreed to it', NEW.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'two_people_give_a_voucher';
END;
$$;
-- What was put on an order before there was a second person stays on it.
CREATE TRIGGER two_people_give_a_voucher BEFORE UPDATE OF order_id ON enrolment_voucher
    FOR EACH ROW WHEN (NEW.order_id IS NOT NULL AND NEW.approved_at IS NULL
                       AND NEW.order_id IS DISTINCT FROM OLD.order_id)
    EXECUTE FUNCTION ensure_voucher_counts();
CREATE TRIGGER two_people_give_a_used_voucher BEFORE INSERT ON enrolment_voucher
    FOR EACH ROW WHEN (NEW.order_id IS NOT NULL AND NEW.approved_at IS NULL)
    EXECUTE FUNCTION ensure_voucher_counts();
CREATE TRIGGER amounts_stay_as_written BEFORE UPDATE ON enrolment_voucher
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_amounts(
        'code,unit_id,amount_fen,reason,proof,given_by_id,given_at');
"""
ONE = """
DROP TRIGGER amounts_stay_as_written ON enrolment_voucher;
DROP TRIGGER two_people_give_a_used_voucher ON enrolment_voucher;
DROP TRIGGER two_people_give_a_voucher ON enrolment_voucher;
DROP FUNCTION ensure_voucher_counts;
"""
USER = settings.AUTH_USER_MODEL


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0051_a_waiver_is_its_learners_to_read"),
        migrations.swappable_dependency(USER),
    ]

    operations = [
        migrations.AddField(
            "voucher",
            "proof",
            models.CharField(blank=True, default="", max_length=200, verbose_name="proof that was seen"),
        ),
        migrations.AddField(
            "voucher",
            "approved_by",
            models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=USER),
        ),
        migrations.AddField("voucher", "approved_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "voucher",
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False)
                & ~Q(approved_by=F("given_by")),
                name="a_second_person_decides_a_voucher",
            ),
        ),
        migrations.RunSQL(TWO, ONE),
    ]
