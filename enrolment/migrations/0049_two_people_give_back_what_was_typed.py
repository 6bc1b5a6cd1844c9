"""Money that somebody typed in needs two people to leave the house again."""

from django.db import migrations, models
from django.db.models import Q

TWO = """
-- A slip of a terminal or a bank's line is known by nothing but what somebody typed. Where it pays
-- nothing, another person than who typed it says that it goes back; and who typed it is not the one
-- who pays it out of a drawer.
CREATE FUNCTION ensure_two_give_back() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    came enrolment_payment;
BEGIN
    SELECT * INTO came FROM enrolment_payment WHERE id = NEW.payment_id;
    IF came.method NOT IN ('pos', 'transfer') THEN
        RETURN NEW;
    END IF;
    IF came.state = 'suspense' AND NEW.state NOT IN ('requested', 'refused')
       AND (TG_OP = 'INSERT' OR OLD.state = 'requested')
       AND (NOT NEW.needs_second OR NEW.approved_by_id IS NULL
            OR NEW.approved_by_id = came.taken_by_id) THEN
        RAISE EXCEPTION 'refund % of typed money has no second person', NEW.id
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'two_people_give_back_what_was_typed';
    END IF;
    IF NEW.drawer_id IS NOT NULL AND EXISTS (
        SELECT FROM enrolment_drawersession d
        WHERE d.id = NEW.drawer_id AND d.cashier_id = came.taken_by_id) THEN
        RAISE EXCEPTION 'refund % is paid out by who typed its money in', NEW.id
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'who_typed_money_in_does_not_pay_it_out';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER two_people_give_back_what_was_typed BEFORE INSERT OR UPDATE ON enrolment_refund
    FOR EACH ROW EXECUTE FUNCTION ensure_two_give_back();
"""
ONE = """
DROP TRIGGER two_people_give_back_what_was_typed ON enrolment_refund;
DROP FUNCTION ensure_two_give_back;
"""


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0048_nothing_paid_pays_for_nothing")]

    operations = [
        migrations.RemoveConstraint("payment", "what_is_kept_pays_an_order"),
        migrations.AddConstraint(
            "payment",
            models.CheckConstraint(
                condition=~Q(state="kept") | Q(order__isnull=False),
                name="what_is_kept_pays_an_order",
            ),
        ),
        migrations.RunSQL(TWO, ONE),
    ]
