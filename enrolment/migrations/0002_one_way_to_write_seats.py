"""Who may write and read seats: the functions of ``enrolment/sql``, and nobody else.

The functions belong to ``seat_writer``; the web's role may call the doors among them. Run this
again (``install`` in a new migration) whenever a file of that folder changes.
"""

from pathlib import Path

from accounts.policies import RowPolicy
from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

RIGHTS = """
CREATE SEQUENCE waitlist_ticket START 1000000;  -- the draw's own tickets stay below
ALTER TABLE enrolment_seat SET (fillfactor = 60);  -- room for a row's next state on its page
ALTER TABLE enrolment_learnerterm SET (fillfactor = 70);

REVOKE INSERT, UPDATE, DELETE ON enrolment_seat, enrolment_enrolment, enrolment_enrolmentevent,
    enrolment_learnerterm, enrolment_waitlistentry, enrolment_claim FROM app;
-- Anybody may count free seats; who has one is for row-level security of enrolments to say.
REVOKE SELECT ON enrolment_seat FROM app;
GRANT SELECT (section_id, no, state, bucket, due_at) ON enrolment_seat TO app;

GRANT SELECT, INSERT, UPDATE, DELETE ON enrolment_seat TO seat_writer;
GRANT SELECT, INSERT, UPDATE
    ON enrolment_enrolment, enrolment_learnerterm, enrolment_waitlistentry TO seat_writer;
GRANT SELECT, INSERT ON enrolment_enrolmentevent, enrolment_claim TO seat_writer;
GRANT USAGE ON SEQUENCE waitlist_ticket TO seat_writer;
GRANT SELECT ON accounts_unit, accounts_staffpost, accounts_learner, accounts_helpergrant,
    accounts_consentrecord, campus_holiday, courses_classsection, courses_course, courses_term,
    courses_termpolicy, courses_termrecord TO seat_writer;
GRANT UPDATE (capacity, status) ON courses_classsection TO seat_writer;
GRANT SELECT, INSERT ON accounts_learnerunit TO seat_writer;
GRANT INSERT ON accounts_auditevent, accounts_outboxmessage TO seat_writer;

CREATE TRIGGER rows_stay_as_written BEFORE UPDATE OR DELETE ON enrolment_enrolmentevent
    FOR EACH ROW EXECUTE FUNCTION refuse_to_strike_out();
CREATE TRIGGER book_is_not_emptied BEFORE TRUNCATE ON enrolment_enrolmentevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_strike_out();
"""

NO_RIGHTS = """
DROP TRIGGER book_is_not_emptied ON enrolment_enrolmentevent;
DROP TRIGGER rows_stay_as_written ON enrolment_enrolmentevent;
GRANT SELECT, INSERT, UPDATE, DELETE ON enrolment_seat, enrolment_enrolment,
    enrolment_enrolmentevent, enrolment_learnerterm, enrolment_waitlistentry, enrolment_claim
    TO app;
REVOKE ALL ON enrolment_seat, enrolment_enrolment, enrolment_learnerterm,
    enrolment_waitlistentry, enrolment_enrolmentevent, enrolment_claim FROM seat_writer;
DROP SEQUENCE waitlist_ticket;
"""

POLICIES = [
    RowPolicy("enrolment_enrolment", unit="unit_id", learner="learner_id"),
    RowPolicy("enrolment_enrolmentevent", unit="unit_id", learner="learner_id"),
    RowPolicy("enrolment_waitlistentry", unit="unit_id", learner="learner_id"),
    RowPolicy(
        "enrolment_learnerterm", learner="learner_id", follows=("learner_id", "accounts_learner")
    ),
    RowPolicy("enrolment_claim", learner="learner_id", follows=("learner_id", "accounts_learner")),
    RowPolicy(
        "enrolment_cloudseat", learner="learner_id", follows=("learner_id", "accounts_learner")
    ),
]

# Called by the web and by commands; the rest are parts of these.
DOORS = (
    "seat_claim", "seat_withdraw", "seat_undo", "seat_yield", "seat_accept", "seat_leave_line",
    "seat_confirm", "seat_resize", "seat_cancel_section", "seat_empty_section",
    "seat_promote", "seat_sweep", "seat_sections_to_offer", "seat_lay_out", "seat_begin_terms",
    "seat_check", "seat_note_import", "seat_counts", "seat_facts", "waitlist_places",
)  # fmt: skip

OWNERSHIP = """
DO $do$
DECLARE f record;
BEGIN
    FOR f IN
        SELECT oid::regprocedure AS signature, proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname ~ '^(seat_|waitlist_places)'
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO seat_writer', f.signature);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f.signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO owner', f.signature);
        IF f.proname = ANY (string_to_array('{doors}', ',')) THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO app', f.signature);
        END IF;
    END LOOP;
END $do$;
"""

DROP = """
DO $do$
DECLARE f record;
BEGIN
    FOR f IN
        SELECT oid::regprocedure AS signature FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname ~ '^(seat_|waitlist_places)'
    LOOP
        EXECUTE format('DROP FUNCTION %s', f.signature);
    END LOOP;
END $do$;
"""


def install(apps, schema_editor):
    """Put the functions of the folder into the database, in an order in which each finds the others."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")
        for path in sorted(SQL.glob("*.sql")):
            cursor.execute(path.read_text(encoding="utf-8"))
        cursor.execute(OWNERSHIP.format(doors=",".join(DOORS)))


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0001_seats_and_enrolments"),
        ("accounts", "0002_who_sees_which_rows"),
        ("courses", "0001_catalogue_and_terms"),
    ]

    operations = [
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
        *(operation for policy in POLICIES for operation in policy.operations()),
        migrations.RunPython(install, lambda apps, schema_editor: schema_editor.execute(DROP)),
    ]
