"""Ways around a closed list that a reviewer found, shut.

A choice could be moved to a version that was handed in; a version of the rules could be put in
force by adding it; sources could be named anew by setting the term back. And two that were shut
by mistake: what was never handed in may be thrown away, and an objection to the form of two who
go together opens the form of both.
"""

from django.db import migrations

SEALS = """
CREATE OR REPLACE FUNCTION is_objected_to(p_application bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM enrolment_objection o
        JOIN enrolment_application named ON named.id = o.application_id
        JOIN enrolment_application a ON a.id = p_application
        WHERE o.id = nullif(current_setting('app.objection', true), '')::bigint
          AND o.decided_at IS NULL
          AND (a.id = named.id OR a.goes_with_id = named.id OR a.id = named.goes_with_id))
$$;

CREATE OR REPLACE FUNCTION ensure_the_list_is_open() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    form enrolment_application%ROWTYPE;
    version enrolment_applicationversion%ROWTYPE;
    last integer;
BEGIN
    IF TG_TABLE_NAME = 'enrolment_application' THEN
        IF TG_OP = 'UPDATE' THEN form := OLD; ELSE form := NEW; END IF;
    ELSIF TG_TABLE_NAME = 'enrolment_applicationversion' THEN
        IF TG_OP = 'INSERT' THEN version := NEW; ELSE version := OLD; END IF;
    ELSE
        SELECT v.* INTO version FROM enrolment_applicationversion v
        WHERE v.id = CASE TG_OP WHEN 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
    END IF;
    IF TG_TABLE_NAME <> 'enrolment_application' THEN
        IF version.submitted_at IS NOT NULL THEN
            RAISE EXCEPTION 'what was handed in stays as it was; a change is a new version'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        SELECT a.* INTO form FROM enrolment_application a WHERE a.id = version.application_id;
    END IF;
    last := last_roster_of(form.term_id);
    IF last IS NULL OR is_objected_to(form.id) AND last = 1 OR is_being_amended(form.term_id) THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_TABLE_NAME = 'enrolment_application' THEN
        IF TG_OP = 'INSERT' AND NEW.state = 'draft' AND last = 1 THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'UPDATE' AND (NEW.term_id, NEW.learner_id, NEW.number, NEW.goes_with_id,
                NEW.current_id, NEW.partner_id) IS NOT DISTINCT FROM (OLD.term_id,
                OLD.learner_id, OLD.number, OLD.goes_with_id, OLD.current_id, OLD.partner_id)
           AND (NEW.state = OLD.state OR NEW.state IN
                ('rejected', 'in_draw', 'allocated', 'unallocated', 'closed')) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;  -- never handed in: on no list
    ELSIF form.state = 'draft' AND last = 1
          AND (TG_TABLE_NAME = 'enrolment_wish' OR NEW.submitted_at IS NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the list of this term is closed: application % stays as it is', form.number
        USING ERRCODE = 'integrity_constraint_violation',
              HINT = 'An objection, or an amendment that everybody is told of, opens it.';
END;
$$;

CREATE FUNCTION refuse_another_form() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was handed in stays as it was: nothing moves from one form to another'
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$;
CREATE TRIGGER a_choice_stays_on_its_form BEFORE UPDATE ON enrolment_wish FOR EACH ROW
    WHEN (NEW.version_id <> OLD.version_id) EXECUTE FUNCTION refuse_another_form();
CREATE TRIGGER a_version_stays_on_its_form BEFORE UPDATE ON enrolment_applicationversion
    FOR EACH ROW WHEN (NEW.application_id <> OLD.application_id)
    EXECUTE FUNCTION refuse_another_form();

CREATE TRIGGER no_rules_come_late BEFORE INSERT ON courses_termpolicy
    FOR EACH ROW WHEN (NEW.published_at IS NOT NULL AND is_sealed(NEW.term_id))
    EXECUTE FUNCTION refuse_what_is_sealed();

CREATE OR REPLACE FUNCTION ensure_chance_is_not_chosen() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    phase text;
    last integer := last_roster_of(coalesce(NEW.term_id, OLD.term_id));
BEGIN
    SELECT t.phase INTO phase FROM courses_term t WHERE t.id = coalesce(NEW.term_id, OLD.term_id);
    IF last IS NULL AND phase IN ('draft', 'published', 'renewal_open')
       AND (TG_OP = 'DELETE' OR NEW.value = '') THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.value = '' AND last >= 2
       AND (NEW.term_id, NEW.kind, NEW.name, NEW.what, NEW.address, NEW.fallback, NEW.due_at)
           IS NOT DISTINCT FROM (OLD.term_id, OLD.kind, OLD.name, OLD.what, OLD.address,
           OLD.fallback, OLD.due_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'where chance comes from is named before forms open and read once'
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$;

-- Whoever knows what chance gave could try lists out until one suits a friend.
CREATE FUNCTION refuse_lists_after_chance() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM enrolment_entropysource WHERE term_id = NEW.term_id AND value <> '')
       OR EXISTS (SELECT FROM enrolment_draw WHERE term_id = NEW.term_id) THEN
        RAISE EXCEPTION 'what chance gave is known: the list stays as it is'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER no_list_after_chance BEFORE INSERT ON enrolment_roster
    FOR EACH ROW EXECUTE FUNCTION refuse_lists_after_chance();
"""

GAPS = """
DROP TRIGGER no_list_after_chance ON enrolment_roster;
DROP FUNCTION refuse_lists_after_chance;
DROP TRIGGER no_rules_come_late ON courses_termpolicy;
DROP TRIGGER a_version_stays_on_its_form ON enrolment_applicationversion;
DROP TRIGGER a_choice_stays_on_its_form ON enrolment_wish;
DROP FUNCTION refuse_another_form;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0033_going_on_without_a_draw"),
        ("courses", "0007_how_wanted_a_class_is"),
    ]

    operations = [migrations.RunSQL(SEALS, GAPS)]
