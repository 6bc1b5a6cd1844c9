"""Row-level security: who sees which rows, and books in which nothing is struck out."""

from django.db import migrations

from accounts.policies import UNITS, RowPolicy

SETTINGS = """
CREATE FUNCTION scope_units() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT string_to_array(nullif(current_setting('app.units', true), ''), ',')::bigint[]
$$;
CREATE FUNCTION scope_learners() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT string_to_array(nullif(current_setting('app.learners', true), ''), ',')::bigint[]
$$;
CREATE FUNCTION scope_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('app.system', true), '') <> ''
$$;
"""

# Whom may this account act for? Asked before there is any scope, hence with its owner's eyes.
LEARNERS_OF = """
GRANT SELECT ON accounts_learner, accounts_helpergrant TO seat_writer;
CREATE FUNCTION learners_of(asker bigint, at timestamptz)
    RETURNS TABLE (learner_id bigint, grant_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT l.id, NULL::bigint FROM accounts_learner l WHERE l.user_id = asker
    UNION ALL
    SELECT g.learner_id, g.id FROM accounts_helpergrant g
    WHERE g.helper_id = asker
      AND g.granted_at <= at AND g.expires_at > at AND g.revoked_at IS NULL
    ORDER BY 1
$$;
ALTER FUNCTION learners_of(bigint, timestamptz) OWNER TO seat_writer;
REVOKE ALL ON FUNCTION learners_of(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION learners_of(bigint, timestamptz) TO app, owner;
"""

APPEND_ONLY = """
GRANT INSERT ON accounts_auditevent, accounts_outboxmessage TO seat_writer;
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_auditevent FROM app, seat_writer;
CREATE FUNCTION refuse_to_strike_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('app.books_may_be_emptied', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is a book: rows are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Tests and the demo empty whole tables with app.books_may_be_emptied = on.';
END
$$;
CREATE TRIGGER rows_stay_as_written BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION refuse_to_strike_out();
CREATE TRIGGER book_is_not_emptied BEFORE TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_strike_out();
"""

POLICIES = [
    RowPolicy("accounts_learnerunit", unit="unit_id", learner="learner_id"),
    RowPolicy(
        "accounts_learner",
        unit="unit_id",
        learner="id",
        also="accounts_learner.id IN (SELECT known.learner_id FROM accounts_learnerunit known"
        f" WHERE known.unit_id = {UNITS})",
    ),
    RowPolicy(
        "accounts_helpergrant", learner="learner_id", follows=("learner_id", "accounts_learner")
    ),
    RowPolicy(
        "accounts_consentrecord", learner="learner_id", follows=("learner_id", "accounts_learner")
    ),
    RowPolicy(
        "accounts_auditevent",
        unit="unit_id",
        learner="learner_id",
        follows=("learner_id", "accounts_learner"),
        anyone_may_add=True,
    ),
    RowPolicy(
        "accounts_message",
        learner="learner_id",
        follows=("learner_id", "accounts_learner"),
        anyone_may_add=True,
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people_and_books"),
        ("config", "0001_what_the_app_role_may_do"),
    ]

    operations = [
        migrations.RunSQL(
            SETTINGS,
            "DROP FUNCTION scope_units(), scope_learners(), scope_system()",
        ),
        migrations.RunSQL(
            LEARNERS_OF,
            "DROP FUNCTION learners_of(bigint, timestamptz);"
            "REVOKE SELECT ON accounts_learner, accounts_helpergrant FROM seat_writer;",
        ),
        migrations.RunSQL(
            APPEND_ONLY,
            "DROP TRIGGER rows_stay_as_written ON accounts_auditevent;"
            "DROP TRIGGER book_is_not_emptied ON accounts_auditevent;"
            "DROP FUNCTION refuse_to_strike_out();"
            "GRANT UPDATE, DELETE ON accounts_auditevent TO app;"
            "REVOKE INSERT ON accounts_auditevent, accounts_outboxmessage FROM seat_writer;",
        ),
        *(operation for policy in POLICIES for operation in policy.operations()),
    ]
