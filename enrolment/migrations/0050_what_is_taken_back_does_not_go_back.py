"""A payment taken back is not given back, too; no place gives back more than was paid for it.

What was worked out of a place may have a rest that is owed later: when a request that its sum was
kept for is refused. What people ask for is asked for once. And a journal has the lines it was
written with: none is added by a later transaction.
"""

from django.db import migrations, models
from django.db.models import Func, Q

FITS = """
CREATE OR REPLACE FUNCTION ensure_refunds_fit() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    came enrolment_payment;
    back bigint;
    of_line bigint;
BEGIN
    SELECT * INTO came FROM enrolment_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    IF came.state = 'voided' AND NEW.state <> 'refused' THEN
        RAISE EXCEPTION 'payment % was taken back, and nothing of it goes back', came.id
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'what_was_taken_back_does_not_go_back';
    END IF;
    SELECT coalesce(sum(amount_fen), 0),
           coalesce(sum(amount_fen) FILTER (WHERE line_id = NEW.line_id), 0)
    INTO back, of_line FROM enrolment_refund
    WHERE payment_id = NEW.payment_id AND state <> 'refused';
    IF back > came.amount_fen THEN
        RAISE EXCEPTION 'refunds of % fen for a payment of %', back, came.amount_fen
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_fit_into_their_payment';
    END IF;
    IF of_line > (SELECT amount_fen FROM enrolment_orderline WHERE id = NEW.line_id) THEN
        RAISE EXCEPTION 'refunds of % fen for a place that cost less', of_line
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_fit_into_their_line';
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION ensure_nothing_goes_back() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM enrolment_refund r
               WHERE r.payment_id = NEW.id AND r.state <> 'refused') THEN
        RAISE EXCEPTION 'payment % goes back already', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'what_goes_back_is_not_taken_back';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER what_goes_back_is_not_taken_back BEFORE UPDATE ON enrolment_payment
    FOR EACH ROW WHEN (NEW.state = 'voided' AND OLD.state <> 'voided')
    EXECUTE FUNCTION ensure_nothing_goes_back();
"""
FITTED = """
DROP TRIGGER what_goes_back_is_not_taken_back ON enrolment_payment;
DROP FUNCTION ensure_nothing_goes_back;
"""


WHOLE = """
CREATE OR REPLACE FUNCTION ensure_journal_balances() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    which uuid := CASE TG_TABLE_NAME WHEN 'enrolment_journal' THEN (to_jsonb(NEW)->>'id')::uuid
                  ELSE (to_jsonb(NEW)->>'journal_id')::uuid END;
    written enrolment_journal;
    entries int;
    total bigint;
    strange int;
BEGIN
    SELECT * INTO written FROM enrolment_journal WHERE id = which;
    SELECT count(*), coalesce(sum(e.fen), 0), count(*) FILTER (WHERE e.unit_id <> written.unit_id)
    INTO entries, total, strange
    FROM enrolment_ledgerentry e WHERE e.journal_id = which;
    IF entries < 2 OR total <> 0 OR strange > 0 THEN
        RAISE EXCEPTION 'journal %: % entries come to % fen', which, entries, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_journal_comes_to_nothing';
    END IF;
    IF written.written_in <> txid_current() THEN
        RAISE EXCEPTION 'journal % was written before, and gets no other lines', which
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_journal_is_written_once';
    END IF;
    RETURN NULL;
END;
$$;
"""
# A function that was before the column: the same without it.
NOT_WHOLE = (
    WHOLE[: WHOLE.index("    IF written.written_in")] + WHOLE[WHOLE.index("    RETURN NULL") :]
)


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0049_two_people_give_back_what_was_typed")]

    operations = [
        migrations.RunSQL(FITS, FITTED),
        migrations.RemoveConstraint("refund", "a_place_is_refunded_once_for_a_cause"),
        migrations.AddConstraint(
            "refund",
            models.UniqueConstraint(
                fields=["enrolment", "cause"],
                condition=Q(enrolment__isnull=False)
                & ~Q(state="refused")
                & Q(cause__in=["special", "goodwill", "undone", "changed"]),
                name="a_place_is_refunded_once_for_a_cause",
            ),
        ),
        migrations.AddField(
            "journal",
            "written_in",
            models.BigIntegerField(
                db_default=Func(function="txid_current", output_field=models.BigIntegerField()),
                editable=False,
            ),
        ),
        migrations.RunSQL(WHOLE, NOT_WHOLE),
    ]
