"""Whose forms are whose, and what nobody can change: neither staff nor the website's own role."""

from django.db import migrations

from accounts.policies import LEARNERS, RowPolicy

BOOKS = (
    "enrolment_amendment",
    "enrolment_chainentry",
    "enrolment_cutoff",
    "enrolment_drawfile",
    "enrolment_drawnnumber",
    "enrolment_postedhead",
    "enrolment_roster",
    "enrolment_rosterline",
    "enrolment_wishresult",
)

STAY_AS_WRITTEN = "".join(
    f"""
REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM app;
CREATE TRIGGER rows_stay_as_written BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_to_strike_out();
"""
    for table in BOOKS
)

SEALS = """
REVOKE DELETE, TRUNCATE ON enrolment_application, enrolment_draw, enrolment_objection FROM app;
REVOKE TRUNCATE ON enrolment_applicationversion, enrolment_wish, enrolment_entropysource,
    enrolment_witness FROM app;

CREATE FUNCTION last_roster_of(p_term bigint) RETURNS integer LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT max(version) FROM enrolment_roster WHERE term_id = p_term
$$;

-- A setting that a service makes for its own transaction; it opens what it names and no more.
-- An objection to the form of two who go together opens the form of both.
CREATE FUNCTION is_objected_to(p_application bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM enrolment_objection o
        JOIN enrolment_application named ON named.id = o.application_id
        JOIN enrolment_application a ON a.id = p_application
        WHERE o.id = nullif(current_setting('app.objection', true), '')::bigint
          AND o.decided_at IS NULL
          AND (a.id = named.id OR a.goes_with_id = named.id OR a.id = named.goes_with_id))
$$;

CREATE FUNCTION is_being_amended(p_term bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM enrolment_amendment a
        WHERE a.id = nullif(current_setting('app.amendment', true), '')::bigint
          AND a.term_id = p_term
          AND NOT EXISTS (SELECT FROM enrolment_roster r WHERE r.amendment_id = a.id))
$$;

-- Between the first list and the draw's publication.
CREATE FUNCTION is_sealed(p_term bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT last_roster_of(p_term) IS NOT NULL AND NOT is_being_amended(p_term)
       AND NOT EXISTS (SELECT FROM enrolment_draw d
                       WHERE d.term_id = p_term AND d.published_at IS NOT NULL)
$$;

CREATE FUNCTION refuse_what_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the list of this term is closed: % stays as it was published', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'the_list_is_closed',
              HINT = 'An objection, or an amendment that everybody is told of, opens it.';
END;
$$;

-- Forms. Drafts are on no list; what was handed in changes by an objection to the first list, or
-- by an amendment. What becomes of a form in the draw is told by its state alone.
CREATE FUNCTION ensure_the_list_is_open() RETURNS trigger LANGUAGE plpgsql
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
CREATE TRIGGER the_list_is_closed BEFORE INSERT OR UPDATE ON enrolment_application
    FOR EACH ROW EXECUTE FUNCTION ensure_the_list_is_open();
CREATE TRIGGER the_list_is_closed BEFORE INSERT OR UPDATE OR DELETE
    ON enrolment_applicationversion FOR EACH ROW EXECUTE FUNCTION ensure_the_list_is_open();
CREATE TRIGGER the_list_is_closed BEFORE INSERT OR UPDATE OR DELETE ON enrolment_wish
    FOR EACH ROW EXECUTE FUNCTION ensure_the_list_is_open();

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

-- Classes and rules, which stand in the published list as well.
CREATE TRIGGER the_list_is_closed BEFORE UPDATE ON courses_classsection FOR EACH ROW
    WHEN ((NEW.term_id, NEW.course_id, NEW.campus_id, NEW.capacity, NEW.status, NEW.hot, NEW.mode,
           NEW.by_invitation, NEW.meets) IS DISTINCT FROM (OLD.term_id, OLD.course_id,
           OLD.campus_id, OLD.capacity, OLD.status, OLD.hot, OLD.mode, OLD.by_invitation,
           OLD.meets) AND is_sealed(OLD.term_id))
    EXECUTE FUNCTION refuse_what_is_sealed();
CREATE TRIGGER no_class_comes_late BEFORE INSERT ON courses_classsection FOR EACH ROW
    WHEN (is_sealed(NEW.term_id)) EXECUTE FUNCTION refuse_what_is_sealed();
CREATE TRIGGER no_class_goes BEFORE DELETE ON courses_classsection FOR EACH ROW
    WHEN (is_sealed(OLD.term_id)) EXECUTE FUNCTION refuse_what_is_sealed();
-- Subject and level stand in the name of every class on the list.
CREATE FUNCTION names_a_class_on_a_list(p_subject bigint, p_course bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM enrolment_roster r
        JOIN courses_classsection s ON s.term_id = r.term_id
        JOIN courses_course c ON c.id = s.course_id
        WHERE (c.subject_id = p_subject OR c.id = p_course) AND is_sealed(r.term_id))
$$;
CREATE TRIGGER the_list_is_closed BEFORE UPDATE ON courses_subject FOR EACH ROW
    WHEN (NEW.code <> OLD.code AND names_a_class_on_a_list(OLD.id, NULL))
    EXECUTE FUNCTION refuse_what_is_sealed();
CREATE TRIGGER the_list_is_closed BEFORE UPDATE ON courses_course FOR EACH ROW
    WHEN ((NEW.subject_id, NEW.level) IS DISTINCT FROM (OLD.subject_id, OLD.level)
          AND names_a_class_on_a_list(NULL, OLD.id))
    EXECUTE FUNCTION refuse_what_is_sealed();
CREATE TRIGGER rules_stay_as_they_are BEFORE UPDATE OF published_at ON courses_termpolicy
    FOR EACH ROW WHEN (NEW.published_at IS NOT NULL AND is_sealed(NEW.term_id))
    EXECUTE FUNCTION refuse_what_is_sealed();

CREATE TRIGGER no_rules_come_late BEFORE INSERT ON courses_termpolicy
    FOR EACH ROW WHEN (NEW.published_at IS NOT NULL AND is_sealed(NEW.term_id))
    EXECUTE FUNCTION refuse_what_is_sealed();

-- A draw is made once; then it may be published, once.
CREATE TRIGGER a_draw_stays_as_it_was BEFORE UPDATE ON enrolment_draw FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL OR (NEW.term_id, NEW.roster_id, NEW.seed_text, NEW.seed,
          NEW.strategy, NEW.result_sha256, NEW.drawn_at, NEW.drawn_by_id) IS DISTINCT FROM
          (OLD.term_id, OLD.roster_id, OLD.seed_text, OLD.seed, OLD.strategy, OLD.result_sha256,
          OLD.drawn_at, OLD.drawn_by_id))
    EXECUTE FUNCTION refuse_to_strike_out();

-- Sources are named while nobody has chosen yet, and read once, when the list is final.
CREATE FUNCTION ensure_chance_is_not_chosen() RETURNS trigger LANGUAGE plpgsql
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
CREATE TRIGGER chance_is_not_chosen BEFORE INSERT OR UPDATE OR DELETE ON enrolment_entropysource
    FOR EACH ROW EXECUTE FUNCTION ensure_chance_is_not_chosen();

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

GRANT SELECT ON enrolment_application, enrolment_applicationversion, enrolment_wish,
    enrolment_roster, enrolment_rosterline, enrolment_wishresult, enrolment_draw TO seat_writer;
"""

UNSEALED = "".join(
    f"""
DROP TRIGGER rows_stay_as_written ON {table};
GRANT UPDATE, DELETE, TRUNCATE ON {table} TO app;
"""
    for table in BOOKS
) + """
DROP TRIGGER no_list_after_chance ON enrolment_roster;
DROP TRIGGER no_rules_come_late ON courses_termpolicy;
DROP TRIGGER a_version_stays_on_its_form ON enrolment_applicationversion;
DROP TRIGGER a_choice_stays_on_its_form ON enrolment_wish;
DROP TRIGGER chance_is_not_chosen ON enrolment_entropysource;
DROP TRIGGER a_draw_stays_as_it_was ON enrolment_draw;
DROP TRIGGER rules_stay_as_they_are ON courses_termpolicy;
DROP TRIGGER the_list_is_closed ON courses_course;
DROP TRIGGER the_list_is_closed ON courses_subject;
DROP TRIGGER no_class_goes ON courses_classsection;
DROP TRIGGER no_class_comes_late ON courses_classsection;
DROP TRIGGER the_list_is_closed ON courses_classsection;
DROP TRIGGER the_list_is_closed ON enrolment_wish;
DROP TRIGGER the_list_is_closed ON enrolment_applicationversion;
DROP TRIGGER the_list_is_closed ON enrolment_application;
DROP FUNCTION refuse_lists_after_chance, refuse_another_form, ensure_chance_is_not_chosen,
    ensure_the_list_is_open, refuse_what_is_sealed, names_a_class_on_a_list, is_sealed,
    is_being_amended, is_objected_to, last_roster_of;
"""

POLICIES = [
    RowPolicy(
        "enrolment_application",
        unit="unit_id",
        learner="learner_id",
        also=f"enrolment_application.partner_id = {LEARNERS}",
    ),
    RowPolicy(
        "enrolment_applicationversion", follows=("application_id", "enrolment_application")
    ),
    RowPolicy("enrolment_wish", follows=("version_id", "enrolment_applicationversion")),
    RowPolicy("enrolment_chainentry", follows=("application_id", "enrolment_application")),
    RowPolicy("enrolment_objection", follows=("application_id", "enrolment_application")),
    RowPolicy("enrolment_rosterline", follows=("application_id", "enrolment_application")),
    RowPolicy("enrolment_drawnnumber", follows=("line_id", "enrolment_rosterline")),
    RowPolicy("enrolment_wishresult", follows=("line_id", "enrolment_rosterline")),
]


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0024_applications_and_draws"),
        ("courses", "0006_names_on_the_desks"),
    ]

    operations = [
        migrations.RunSQL(STAY_AS_WRITTEN + SEALS, UNSEALED),
        *(operation for policy in POLICIES for operation in policy.operations()),
    ]
