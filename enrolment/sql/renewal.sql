-- Going on: a seat of the next term for who sits in a class of this one, before forms are open.

-- Hold a seat in p_section for the learner who goes on from p_from. p_most: how many may renew into
-- the class, NULL for a level of a programme, which has room for all. p_renewal: the row of who
-- asked before and waits for the lot, NULL for a press of today.
--
-- Nobody renews on behalf of the clock but the lot at the end of the window (p_actor NULL).
CREATE OR REPLACE FUNCTION seat_renew(
    p_actor bigint, p_learner bigint, p_from bigint, p_section bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_due timestamptz, p_reason text, p_most int,
    p_renewal bigint
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    free_seat enrolment_seat;
    answer enrolment_claim;
    refusal text;
BEGIN
    SELECT s.* INTO section FROM courses_classsection s WHERE s.id = p_section;
    IF NOT FOUND OR NOT seat_goes_on(p_learner, p_from, section)
       OR NOT seat_may_renew(p_actor, p_learner, section.unit_id, p_channel, p_at) THEN
        RETURN seat_unkept(p_learner, p_key, 'renew', p_section, 'not_yours', p_at);
    END IF;
    PERFORM seat_lock_learner(p_learner, section.term_id, true);
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;
    -- One after the other into one class, always after the learner's own lock: so the number of
    -- renewals can be counted, and no seat is taken for gone that somebody gives back in a moment.
    PERFORM pg_advisory_xact_lock(7304, section.id::int);
    SELECT s.* INTO section FROM courses_classsection s WHERE s.id = p_section;
    refusal := seat_renewal_refusal(p_learner, p_from, section, p_channel, p_at, p_most);
    IF refusal = '' THEN
        SELECT * INTO free_seat FROM enrolment_seat
        WHERE section_id = p_section AND state = 'free'
        ORDER BY no LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
        IF free_seat.no IS NULL THEN refusal := 'full'; END IF;
    END IF;
    IF refusal <> '' THEN
        RETURN seat_answer(p_learner, p_key, p_hash, 'renew', p_section, 'refused', refusal,
                           NULL, NULL, NULL, p_channel, p_actor, p_at);
    END IF;
    answer := seat_give(
        p_actor, p_learner, section, free_seat, p_key, p_hash, 'renew', p_channel, p_at,
        seat_due(section, p_due), p_reason, 'renewal', false);
    IF p_renewal IS NULL THEN
        INSERT INTO enrolment_renewal (
            term_id, learner_id, unit_id, goes_on_from_id, section_id, enrolment_id, state,
            channel, actor_id, asked_at
        ) VALUES (
            section.term_id, p_learner, section.unit_id, p_from, p_section, answer.enrolment_id,
            'kept', p_channel, p_actor, p_at
        );
    ELSE
        UPDATE enrolment_renewal SET state = 'kept', enrolment_id = answer.enrolment_id
        WHERE id = p_renewal AND learner_id = p_learner AND state = 'asked';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'renewal % does not wait for the lot', p_renewal
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN answer;
END $$;

-- Whether the learner sits, or sat to the end, in that class of an earlier term, of this subject.
CREATE OR REPLACE FUNCTION seat_goes_on(
    p_learner bigint, p_from bigint, p_section courses_classsection
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM enrolment_enrolment e
        JOIN courses_classsection s ON s.id = e.section_id
        JOIN courses_course c ON c.id = s.course_id
        JOIN courses_term t ON t.id = s.term_id
        WHERE e.id = p_from AND e.learner_id = p_learner
          AND e.status IN ('confirmed', 'active', 'completed', 'not_completed')
          AND t.starts_on < (SELECT starts_on FROM courses_term WHERE id = p_section.term_id)
          AND c.subject_id = (SELECT subject_id FROM courses_course WHERE id = p_section.course_id)
    )
$$;

-- Whoever may ask for a class may renew; so may the office that knows the learner, and the lot.
CREATE OR REPLACE FUNCTION seat_may_renew(
    p_actor bigint, p_learner bigint, p_unit bigint, p_channel text, p_at timestamptz
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT seat_may_act(p_actor, p_learner, p_unit, 'apply', p_at)
        OR seat_office_knows(p_actor, p_learner)
        OR (p_actor IS NULL AND p_channel = 'system' AND seat_sees_all())
$$;

-- What may have changed since the friendly check, asked under both locks; '' for nothing.
CREATE OR REPLACE FUNCTION seat_renewal_refusal(
    p_learner bigint, p_from bigint, p_section courses_classsection, p_channel text,
    p_at timestamptz, p_most int
) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    phase text;
    renewed int;
BEGIN
    SELECT t.phase INTO phase FROM courses_term t WHERE t.id = p_section.term_id;
    IF p_section.status <> 'running'
       OR phase NOT IN ('draft', 'published', 'renewal_open')
          AND NOT (p_channel = 'system' AND phase = 'wishes_open') THEN
        RETURN 'closed';
    END IF;
    IF phase <> 'renewal_open' AND p_channel <> 'system' THEN
        RETURN 'not_open_yet';
    END IF;
    IF EXISTS (
        SELECT FROM enrolment_renewal r JOIN enrolment_enrolment e ON e.id = r.enrolment_id
        WHERE r.goes_on_from_id = p_from AND r.term_id = p_section.term_id
          AND e.status IN ('offered', 'confirmed', 'active')
    ) THEN
        RETURN 'already_in';
    END IF;
    IF p_most IS NOT NULL THEN
        SELECT count(*) INTO renewed FROM enrolment_enrolment
        WHERE section_id = p_section.id AND source = 'renewal'
          AND status IN ('offered', 'confirmed', 'active');
        IF renewed >= p_most THEN RETURN 'full'; END IF;
    END IF;
    IF EXISTS (
        SELECT FROM enrolment_seat
        WHERE section_id = p_section.id AND learner_id = p_learner AND state = 'leaving'
    ) THEN
        RETURN 'just_withdrawn';
    END IF;
    RETURN seat_refusal(p_learner, p_section, p_at, false, NULL);
END $$;

-- How many of a class's lessons the learner came to, in per cent; NULL where nobody kept a list.
-- Counted as when a term closes (close.sql); of the others in the class only that there is a list.
CREATE OR REPLACE FUNCTION seat_attendance(
    p_actor bigint, p_learner bigint, p_section bigint, p_at timestamptz
) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN bool_or(held.kept)
                THEN (100 * count(*) FILTER (WHERE held.came) / count(*))::int END
    FROM (
        SELECT EXISTS (SELECT FROM courses_attendance a WHERE a.lesson_id = l.id) AS kept,
               EXISTS (SELECT FROM courses_attendance a
                       WHERE a.lesson_id = l.id AND a.learner_id = p_learner
                         AND a.kind <> 'excused') AS came
        FROM courses_lesson l
        WHERE l.section_id = p_section AND l.status = 'planned' AND upper(l.during) <= p_at
    ) AS held
    WHERE seat_may_act(p_actor, p_learner, (SELECT unit_id FROM courses_classsection
                                            WHERE id = p_section), 'view', p_at)
       OR seat_office_knows(p_actor, p_learner)
$$;
