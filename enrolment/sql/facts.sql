-- What the rule book (enrolment/domain/eligibility.py) asks of the database.

-- Everything the rule book asks of some classes and one learner, in one round trip: nine
-- statements of the web cost more processor time than the claim itself. NULL: nothing of this is
-- for the actor to know.
--
-- As json, not jsonb, for it is read once, as text, and jsonb took twice as long to put together. A
-- timetable is a text within it, pairs of seconds since 1970: a class has the same one in many
-- people's facts, and whoever reads them knows it again. What makes it stands here twice, for as
-- a function of its own it cost more than the rest of the row.
CREATE OR REPLACE FUNCTION seat_facts(
    p_actor bigint, p_learner bigint, p_sections bigint[], p_at timestamptz
) RETURNS json LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    today date := (p_at AT TIME ZONE 'Asia/Shanghai')::date;
    classes json;
    terms json;
BEGIN
    IF NOT seat_may_act(
        p_actor, p_learner,
        (SELECT unit_id FROM courses_classsection WHERE id = p_sections[1]), 'view', p_at
    ) AND NOT seat_office_knows(p_actor, p_learner)
    AND NOT seat_goes_with(p_actor, p_learner, p_at) THEN
        RETURN NULL;
    END IF;
    SELECT json_object_agg(s.id, json_build_object(
        'section', s.id, 'course', c.id, 'subject', c.subject_id, 'level', c.level,
        'campus', s.campus_id, 'term', s.term_id, 'is_running', s.status = 'running',
        'is_shown', s.is_listed AND t.phase <> 'draft',
        'opens_at', date_part('epoch', s.opens_at), 'closes_at', date_part('epoch', s.closes_at),
        'meets', to_json((
            SELECT array_agg(ARRAY[date_part('epoch', lower(r))::bigint,
                                   date_part('epoch', upper(r))::bigint])
            FROM unnest(s.meets) AS r))::text,
        'is_online', s.mode = 'online',
        'counts', s.mode <> 'online' AND NOT s.by_invitation, 'hot', s.hot,
        'has_fee', s.fee_fen > 0, 'min_age_f', c.min_age_f, 'min_age_m', c.min_age_m,
        'vigorous', c.vigorous, 'max_new_age', c.max_new_age,
        'may_be_repeated', c.repeat_rule = 'freely',
        'opening', (  -- the door before which people stand in line for this class now
            SELECT o.id FROM enrolment_opening o
            JOIN courses_subject b ON b.id = c.subject_id
            WHERE o.term_id = s.term_id AND o.department_id = b.department_id
              AND o.opens_at <= p_at AND o.ended_at IS NULL
              -- A term that moves on late lets nobody past those who wait for it.
              AND t.phase NOT IN ('teaching', 'closed', 'archived'))))
    INTO classes
    FROM courses_classsection s
    JOIN courses_course c ON c.id = s.course_id
    JOIN courses_term t ON t.id = s.term_id
    WHERE s.id = ANY (p_sections);
    SELECT json_object_agg(t.id, json_build_object(
        'starts_on', t.starts_on, 'phase', t.phase,
        'rules', coalesce(seat_rules(t.id, p_at), '{}'),
        'room_limit', (SELECT limit_override FROM enrolment_learnerterm
                       WHERE learner_id = p_learner AND term_id = t.id)))
    INTO terms
    FROM courses_term t
    WHERE t.id IN (SELECT term_id FROM courses_classsection WHERE id = ANY (p_sections));
    RETURN json_build_object(
        'classes', classes, 'terms', terms,
        'learner', (
            SELECT json_build_object(
                'sex', l.sex, 'born_on', l.born_on, 'has_died', l.deceased_on IS NOT NULL,
                'lives_here', l.region_code <> '',
                'is_own', coalesce(l.user_id = p_actor, false))
            FROM accounts_learner l WHERE l.id = p_learner),
        'holds', (
            SELECT coalesce(json_agg(json_build_object(
                'section', s.id, 'subject', c.subject_id, 'level', c.level,
                'campus', s.campus_id, 'term', s.term_id, 'meets', to_json((
                    SELECT array_agg(ARRAY[date_part('epoch', lower(r))::bigint,
                                           date_part('epoch', upper(r))::bigint])
                    FROM unnest(e.slots) AS r))::text,
                'is_online', s.mode = 'online',
                'counts', s.mode <> 'online' AND NOT s.by_invitation,
                'hot', s.hot, 'is_hold', e.status = 'offered')), '[]')
            FROM enrolment_enrolment e
            JOIN courses_classsection s ON s.id = e.section_id
            JOIN courses_course c ON c.id = s.course_id
            WHERE e.learner_id = p_learner AND e.status IN ('offered', 'confirmed', 'active')),
        'waits_for', (
            SELECT coalesce(json_agg(w.section_id), '[]') FROM enrolment_waitlistentry w
            WHERE w.learner_id = p_learner AND w.state IN ('waiting', 'offered')),
        'leaving', (
            SELECT coalesce(json_agg(e.section_id), '[]') FROM enrolment_enrolment e
            WHERE e.learner_id = p_learner AND e.status = 'withdrawn' AND e.undo_until > p_at),
        'consents', (
            SELECT coalesce(json_agg(DISTINCT r.kind), '[]') FROM accounts_consentrecord r
            WHERE r.learner_id = p_learner AND r.given_at <= p_at
              AND (r.valid_until IS NULL OR r.valid_until > p_at)),
        'placed', (  -- the latest word on each subject counts
            SELECT coalesce(json_agg(json_build_array(p.subject_id, p.level)), '[]')
            FROM (SELECT DISTINCT ON (subject_id) subject_id, level FROM enrolment_placement
                  WHERE learner_id = p_learner AND at <= p_at
                  ORDER BY subject_id, at DESC, id DESC) AS p),
        'past', (
            SELECT coalesce(json_agg(json_build_array(
                t.starts_on, r.room_seats, r.removed_for_absence,
                r.completed_course_id, c.subject_id, c.level)), '[]')
            FROM courses_termrecord r
            JOIN courses_term t ON t.id = r.term_id
            LEFT JOIN courses_course c ON c.id = r.completed_course_id
            WHERE r.learner_id = p_learner),
        'days', (
            SELECT coalesce(json_agg(json_build_array(h.day, h.kind)), '[]')
            FROM campus_holiday h WHERE h.day BETWEEN today AND today + 60)
    );
END $$;

-- Whether p_learner stands on the list of a term as one with somebody p_actor may act for: what
-- is chosen for both has to be possible for both.
CREATE OR REPLACE FUNCTION seat_goes_with(p_actor bigint, p_learner bigint, p_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM enrolment_application a
        WHERE a.partner_id = p_learner
          AND (seat_may_act(p_actor, a.learner_id, NULL, 'apply', p_at)
               OR seat_office_knows(p_actor, a.learner_id)))
$$;

-- Whether p_actor works at a counter of an office that knows the learner: there a form is filled in
-- for classes anywhere in the city.
CREATE OR REPLACE FUNCTION seat_office_knows(p_actor bigint, p_learner bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM accounts_learner l
        WHERE l.id = p_learner AND seat_is_staff(p_actor, l.unit_id)
    ) OR EXISTS (
        SELECT FROM accounts_learnerunit k
        WHERE k.learner_id = p_learner AND seat_is_staff(p_actor, k.unit_id)
    )
$$;
