"""Whose money is whose, and what nobody can change: amounts, what was taken, the books."""

from django.db import migrations

from accounts.policies import RowPolicy
from enrolment.sql import install

POLICIES = [
    RowPolicy("enrolment_order", unit="unit_id", learner="learner_id"),
    RowPolicy("enrolment_orderline", follows=("order_id", "enrolment_order")),
    RowPolicy("enrolment_paymentattempt", follows=("order_id", "enrolment_order")),
    RowPolicy("enrolment_payment", unit="unit_id", follows=("order_id", "enrolment_order")),
    RowPolicy("enrolment_receipt", unit="unit_id", follows=("payment_id", "enrolment_payment")),
    RowPolicy("enrolment_receiptbook", unit="unit_id"),
    RowPolicy("enrolment_refund", unit="unit_id", follows=("order_id", "enrolment_order")),
    RowPolicy("enrolment_refundpaper", follows=("refund_id", "enrolment_refund")),
    RowPolicy("enrolment_journal", unit="unit_id"),
    RowPolicy("enrolment_ledgerentry", unit="unit_id"),
    RowPolicy("enrolment_drawersession", unit="unit_id"),
    RowPolicy("enrolment_waiver", unit="unit_id"),
    RowPolicy("enrolment_voucher", unit="unit_id"),
    RowPolicy("enrolment_difference", unit="unit_id"),
    RowPolicy("enrolment_inboundevent"),
]

BOOKS = ("enrolment_journal", "enrolment_ledgerentry")
KEPT = (
    *BOOKS, "enrolment_order", "enrolment_orderline", "enrolment_paymentattempt",
    "enrolment_payment", "enrolment_receipt", "enrolment_receiptbook", "enrolment_refund",
    "enrolment_refundpaper", "enrolment_drawersession", "enrolment_waiver", "enrolment_voucher",
    "enrolment_difference", "enrolment_inboundevent",
)  # fmt: skip

# What a row was written with, and keeps.
FROZEN = {
    "enrolment_order": "learner_id,unit_id,term_id,amount_fen,currency,pay_code,created_at",
    "enrolment_orderline": "order_id,section_id,fee_fen,discount_fen,amount_fen,rule",
    "enrolment_paymentattempt": "order_id,n,provider,livemode,request,key,amount_fen,created_at",
    "enrolment_payment": "unit_id,method,amount_fen,day,at,taken_by_id,drawer_id,attempt_id,"
    "provider,reference,terminal,key",
    "enrolment_receipt": "unit_id,year,no,payment_id,refund_id,issued_at",
    "enrolment_refund": "unit_id,payment_id,enrolment_id,amount_fen,cause,rule,asked_by_id,"
    "requested_at",
    "enrolment_inboundevent": "provider,event,type,object_id,payload,received_at",
}

RIGHTS = (
    f"REVOKE DELETE, TRUNCATE ON {', '.join(KEPT)} FROM app;\n"
    f"REVOKE UPDATE ON {', '.join(BOOKS)} FROM app;\n"
    "GRANT SELECT ON enrolment_order, enrolment_orderline, enrolment_paymentattempt"
    " TO seat_writer;\n"
    + "".join(
        f"""
CREATE TRIGGER rows_stay_as_written BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_to_strike_out();
CREATE TRIGGER book_is_not_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_strike_out();
"""
        for table in BOOKS
    )
    + """
CREATE FUNCTION refuse_changed_amounts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    now jsonb := to_jsonb(NEW);
    name text;
BEGIN
    FOREACH name IN ARRAY string_to_array(TG_ARGV[0], ',') LOOP
        IF was->name IS DISTINCT FROM now->name THEN
            RAISE EXCEPTION '% of a row of % stays as it was written', name, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation',
                      HINT = 'What was wrong is taken back by a row of its own.';
        END IF;
    END LOOP;
    RETURN NEW;
END;
$$;
"""
    + "".join(
        f"""
CREATE TRIGGER amounts_stay_as_written BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_amounts('{columns}');
"""
        for table, columns in FROZEN.items()
    )
)

FREE = (
    "".join(f"DROP TRIGGER amounts_stay_as_written ON {table};\n" for table in FROZEN)
    + "DROP FUNCTION refuse_changed_amounts;\n"
    + "".join(
        f"DROP TRIGGER book_is_not_emptied ON {table};\n"
        f"DROP TRIGGER rows_stay_as_written ON {table};\n"
        for table in BOOKS
    )
)

SUMS = """
-- At commit: the entries of a journal come to 0, there are two at least, and all are of its office.
CREATE FUNCTION ensure_journal_balances() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    which uuid := CASE TG_TABLE_NAME WHEN 'enrolment_journal' THEN (to_jsonb(NEW)->>'id')::uuid
                  ELSE (to_jsonb(NEW)->>'journal_id')::uuid END;
    entries int;
    total bigint;
    strange int;
BEGIN
    SELECT count(*), coalesce(sum(e.fen), 0), count(*) FILTER (WHERE e.unit_id <> j.unit_id)
    INTO entries, total, strange
    FROM enrolment_ledgerentry e JOIN enrolment_journal j ON j.id = e.journal_id
    WHERE e.journal_id = which;
    IF entries < 2 OR total <> 0 OR strange > 0 THEN
        RAISE EXCEPTION 'journal %: % entries come to % fen', which, entries, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_journal_comes_to_nothing';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER a_journal_comes_to_nothing AFTER INSERT ON enrolment_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ensure_journal_balances();
CREATE CONSTRAINT TRIGGER a_journal_has_its_entries AFTER INSERT ON enrolment_journal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ensure_journal_balances();

-- What goes back of a payment never exceeds it, whoever writes at the same time.
CREATE FUNCTION ensure_refunds_fit() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    paid bigint;
    back bigint;
BEGIN
    SELECT amount_fen INTO paid FROM enrolment_payment
    WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount_fen), 0) INTO back FROM enrolment_refund
    WHERE payment_id = NEW.payment_id AND state <> 'refused';
    IF back > paid THEN
        RAISE EXCEPTION 'refunds of % fen for a payment of %', back, paid
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_fit_into_their_payment';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER refunds_fit_into_their_payment AFTER INSERT OR UPDATE ON enrolment_refund
    FOR EACH ROW EXECUTE FUNCTION ensure_refunds_fit();
"""

NO_SUMS = """
DROP TRIGGER refunds_fit_into_their_payment ON enrolment_refund;
DROP FUNCTION ensure_refunds_fit;
DROP TRIGGER a_journal_has_its_entries ON enrolment_journal;
DROP TRIGGER a_journal_comes_to_nothing ON enrolment_ledgerentry;
DROP FUNCTION ensure_journal_balances;
"""


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0040_fees_orders_and_books")]

    operations = [
        *(operation for policy in POLICIES for operation in policy.operations()),
        migrations.RunSQL(RIGHTS, FREE),
        migrations.RunSQL(SUMS, NO_SUMS),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
