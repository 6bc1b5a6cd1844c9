"""Whom an account may act for, with their records: the front door asks once, not twice."""

from django.db import migrations

LEARNERS_OF = """
DROP FUNCTION learners_of(bigint, timestamptz);
CREATE FUNCTION learners_of(asker bigint, at timestamptz)
    RETURNS TABLE (learner accounts_learner, grant_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT l, NULL::bigint FROM accounts_learner l WHERE l.user_id = asker
    UNION ALL
    SELECT l, g.id FROM accounts_helpergrant g JOIN accounts_learner l ON l.id = g.learner_id
    WHERE g.helper_id = asker
      AND g.granted_at <= at AND g.expires_at > at AND g.revoked_at IS NULL
$$;
ALTER FUNCTION learners_of(bigint, timestamptz) OWNER TO seat_writer;
REVOKE ALL ON FUNCTION learners_of(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION learners_of(bigint, timestamptz) TO app, owner;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_names_for_several")]
    operations = [migrations.RunSQL(LEARNERS_OF, migrations.RunSQL.noop)]
