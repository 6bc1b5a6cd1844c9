"""One learner's record for the front door: scope, look and scope given back in one round trip."""

from django.db import migrations

# With the asker's own rights: row-level security decides here as everywhere. The setting is
# the transaction's; a statement by itself is a transaction.
LEARNER_IN_SCOPE = """
CREATE FUNCTION learner_in_scope(wanted bigint) RETURNS SETOF accounts_learner
    LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    before text := coalesce(current_setting('app.learners', true), '');
BEGIN
    PERFORM set_config('app.learners', wanted::text, true);
    RETURN QUERY SELECT l.* FROM accounts_learner l WHERE l.id = wanted;
    PERFORM set_config('app.learners', before, true);
END
$$;
REVOKE ALL ON FUNCTION learner_in_scope(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION learner_in_scope(bigint) TO app, owner;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_names_for_several")]
    operations = [
        migrations.RunSQL(LEARNER_IN_SCOPE, "DROP FUNCTION learner_in_scope(bigint);")
    ]
