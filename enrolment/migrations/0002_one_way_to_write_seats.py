"""Who may write and read seats: the functions of ``enrolment/sql``, and nobody else.

The functions belong to ``seat_writer``; the web's role may call the doors among them
(``enrolment/sql/install.py``, which a new migration calls whenever a file of that folder changes).
"""

from accounts.policies import RowPolicy
from django.db import migrations

from enrolment.sql import install

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


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0001_seats_and_enrolments"),
        ("accounts", "0002_who_sees_which_rows"),
        ("courses", "0001_catalogue_and_terms"),
    ]

    operations = [
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
        *(operation for policy in POLICIES for operation in policy.operations()),
        migrations.RunPython(install.all_functions, install.no_functions),
    ]
