"""What becomes of a form follows from the closed list; seats come from a draw that is public.

Who is on the list gets what is drawn for them. Otherwise a state that somebody sets takes a seat
away, and nothing public says so.
"""

from django.db import migrations

from enrolment.sql import install

SEAL = """
CREATE FUNCTION ensure_state_follows_the_list() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    is_listed boolean;
BEGIN
    SELECT EXISTS (
        SELECT FROM enrolment_rosterline l
        WHERE l.roster_id = last.id
          AND (l.application_id = NEW.id OR l.application_id = NEW.goes_with_id AND l.size = 2))
    INTO is_listed
    FROM (SELECT r.id FROM enrolment_roster r WHERE r.term_id = NEW.term_id
          ORDER BY r.version DESC LIMIT 1) last
    WHERE NOT EXISTS (SELECT FROM enrolment_draw d
                      WHERE d.term_id = NEW.term_id AND d.published_at IS NOT NULL);
    IF NOT FOUND  -- no list yet, or the draw is public
       OR is_listed AND NEW.state = 'in_draw'
       OR NOT is_listed AND NEW.state = 'rejected' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'application % cannot become % between the closed list and the public draw',
        NEW.number, NEW.state USING ERRCODE = 'integrity_constraint_violation',
        HINT = 'An objection, an amendment or stepping out changes what becomes of it.';
END;
$$;
CREATE TRIGGER a_state_follows_the_list BEFORE UPDATE OF state ON enrolment_application
    FOR EACH ROW WHEN (NEW.state <> OLD.state
        AND NEW.state IN ('in_draw', 'rejected', 'allocated', 'unallocated', 'closed'))
    EXECUTE FUNCTION ensure_state_follows_the_list();
"""
NO_SEAL = """
DROP TRIGGER a_state_follows_the_list ON enrolment_application;
DROP FUNCTION ensure_state_follows_the_list;
"""


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0036_what_the_dead_held_ends")]

    operations = [
        migrations.RunSQL(SEAL, NO_SEAL),
        migrations.RunPython(install.all_functions, migrations.RunPython.noop),
    ]
