-- Several at once: several classes in one claim, two people who come together, one class for another.

-- Ask for several seats with one press: every learner of p_learners in every class of p_sections.
-- p_dues are the due times of the classes, in their order. p_mode says how they hang together:
--   each      every class by itself: a seat, a place in its line, or why not;
--   all       every seat, or nothing at all: then the press is answered with the first that fails;
--   together  every seat, or all of them in the line as one, to be offered seats as one.
-- Classes are asked for in the order given: where a limit is reached, the later ones go without.
-- Returns the answers, one a learner and class; where nothing came about, the press's own.
--
-- The press's own row stands under every learner of it, so that the key means nothing else to any
-- of them; the answers have keys made of the press's and the class's.
CREATE OR REPLACE FUNCTION seat_claim_several(
    p_actor bigint, p_learners bigint[], p_sections bigint[], p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_dues timestamptz[], p_mode text, p_reason text
) RETURNS SETOF enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    one bigint;
    pair record;
    answer enrolment_claim;
    failed enrolment_claim;
    waits_as uuid;
BEGIN
    IF EXISTS (
        SELECT FROM unnest(p_learners) l CROSS JOIN unnest(p_sections) c
        LEFT JOIN courses_classsection s ON s.id = c
        WHERE s.id IS NULL OR NOT seat_may_act(p_actor, l, s.unit_id, 'apply', p_at)
    ) THEN
        RETURN NEXT seat_unkept(p_learners[1], p_key, 'basket', p_sections[1], 'not_yours', p_at);
        RETURN;
    END IF;
    -- Before the first row, so that a term that is being closed never waits for us while we wait
    -- for it; then everybody's row, in one order for all writers.
    PERFORM pg_advisory_xact_lock_shared(7301, term.id::int) FROM (
        SELECT DISTINCT s.term_id AS id FROM courses_classsection s
        WHERE s.id = ANY (p_sections) ORDER BY 1
    ) term;
    PERFORM seat_lock_learner(one.learner, one.term_id, true) FROM (
        SELECT DISTINCT l AS learner, s.term_id
        FROM unnest(p_learners) l
        CROSS JOIN courses_classsection s WHERE s.id = ANY (p_sections)
        ORDER BY 1, 2
    ) one;
    FOREACH one IN ARRAY p_learners LOOP
        answer := seat_stored(one, p_key, p_hash, p_at);
        IF answer.key IS NOT NULL THEN
            RETURN QUERY SELECT * FROM seat_answers_of(answer, p_learners, p_sections);
            RETURN;
        END IF;
    END LOOP;

    FOR attempt IN 1..2 LOOP
        BEGIN
            FOR pair IN
                SELECT l.learner, s AS section, d.due
                FROM unnest(p_sections, p_dues) WITH ORDINALITY AS d(section, due, turn)
                JOIN courses_classsection s ON s.id = d.section
                CROSS JOIN unnest(p_learners) AS l(learner)
                ORDER BY d.turn, l.learner
            LOOP
                answer := seat_decide(
                    p_actor, pair.learner, pair.section,
                    seat_part_key(p_key, (pair.section).id), p_hash, p_channel, p_at, pair.due,
                    p_reason, waits_as);
                IF p_mode <> 'each' AND (answer.outcome = 'refused' OR (
                    answer.outcome = 'waitlisted' AND waits_as IS NULL
                )) THEN
                    failed := answer;
                    RAISE EXCEPTION USING ERRCODE = 'SE001';  -- undoes what this block has done
                END IF;
            END LOOP;
            FOREACH one IN ARRAY p_learners LOOP
                answer := seat_answer(one, p_key, p_hash, 'basket', p_sections[1], 'answered', '',
                                      NULL, NULL, NULL, p_channel, p_actor, p_at);
            END LOOP;
            RETURN QUERY SELECT * FROM seat_answers_of(answer, p_learners, p_sections);
            RETURN;
        EXCEPTION WHEN SQLSTATE 'SE001' THEN
            IF p_mode = 'together' AND failed.outcome = 'waitlisted' AND waits_as IS NULL THEN
                waits_as := p_key;
            ELSE
                FOREACH one IN ARRAY p_learners LOOP
                    answer := seat_answer(
                        one, p_key, p_hash, 'basket', failed.section_id, 'refused',
                        CASE failed.outcome WHEN 'waitlisted' THEN 'full' ELSE failed.reason END,
                        NULL, NULL, NULL, p_channel, p_actor, p_at);
                END LOOP;
                RETURN NEXT answer;
                RETURN;
            END IF;
        END;
    END LOOP;
END $$;

-- The key of one class's answer to a press for several.
CREATE OR REPLACE FUNCTION seat_part_key(p_key uuid, p_section bigint)
RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT md5(p_key || ':' || p_section)::uuid
$$;

-- How many people wait as one with a learner, for each of the learner's places in line: row-level
-- security hides the others, and who they are is not told here.
CREATE OR REPLACE FUNCTION seat_company(p_learner bigint)
RETURNS TABLE (entry_id bigint, others int)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
    SELECT mine.id, count(*)::int
    FROM enrolment_waitlistentry mine
    JOIN enrolment_waitlistentry w ON w.section_id = mine.section_id
        AND w.together = mine.together AND w.id <> mine.id AND w.state IN ('waiting', 'offered')
    WHERE mine.learner_id = p_learner AND mine.state IN ('waiting', 'offered')
      AND (seat_sees_all() OR mine.learner_id = ANY (scope_learners())
           OR mine.unit_id = ANY (scope_units()))
    GROUP BY mine.id
$$;

-- All answers to a press for several: its own alone where it was refused.
CREATE OR REPLACE FUNCTION seat_answers_of(
    p_head enrolment_claim, p_learners bigint[], p_sections bigint[]
) RETURNS SETOF enrolment_claim LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_head.outcome = 'refused' THEN
        RETURN NEXT p_head;
        RETURN;
    END IF;
    RETURN QUERY
        SELECT c.* FROM enrolment_claim c
        JOIN unnest(p_sections) AS s(section) ON c.key = seat_part_key(p_head.key, s.section)
        WHERE c.learner_id = ANY (p_learners)
        ORDER BY c.section_id, c.learner_id;
END $$;

-- Change one class for another: the old one ends only if the new one comes about. With p_wait a
-- full class gives a place in its line, and the old class ends when an offer is accepted.
-- There is no way back: the old seat belongs to the next person at once.
CREATE OR REPLACE FUNCTION seat_swap(
    p_actor bigint, p_learner bigint, p_enrolment bigint, p_section bigint, p_key uuid,
    p_hash text, p_channel text, p_at timestamptz, p_due timestamptz, p_wait boolean,
    p_reason text
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    term courses_term;
    old enrolment_enrolment;
    answer enrolment_claim;
    free_seat enrolment_seat;
    refusal text;
BEGIN
    SELECT s.* INTO section FROM courses_classsection s WHERE s.id = p_section;
    SELECT e.* INTO old FROM enrolment_enrolment e
    WHERE e.id = p_enrolment AND e.learner_id = p_learner;
    IF section.id IS NULL OR old.id IS NULL
       OR NOT seat_may_act(p_actor, p_learner, section.unit_id, 'apply', p_at)
       OR NOT seat_may_act(p_actor, p_learner, old.unit_id, 'withdraw', p_at) THEN
        RETURN seat_unkept(p_learner, p_key, 'swap', p_section, 'not_yours', p_at);
    END IF;
    PERFORM seat_lock_learner(p_learner, section.term_id, true);
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;

    -- As it is now, and held so: a class called off must not cost the old one, too.
    SELECT s.* INTO section FROM courses_classsection s WHERE s.id = p_section FOR SHARE;
    SELECT t.* INTO term FROM courses_term t WHERE t.id = section.term_id;
    refusal := seat_swap_refusal(p_enrolment, section, p_channel, p_at);
    IF refusal = '' THEN
        refusal := seat_claim_refusal(p_learner, section, term.phase, p_channel, p_at,
                                      p_enrolment);
    END IF;
    IF refusal = '' THEN
        free_seat := seat_find(section, term.phase, p_at);
        IF free_seat.no IS NULL AND p_wait THEN
            RETURN seat_wait(p_actor, p_learner, section, p_key, p_hash, 'swap', p_channel, p_at,
                             p_reason, NULL, p_enrolment);
        END IF;
        IF free_seat.no IS NULL THEN refusal := 'full'; END IF;
    END IF;
    IF refusal <> '' THEN
        RETURN seat_answer(p_learner, p_key, p_hash, 'swap', p_section, 'refused', refusal,
                           p_enrolment, NULL, NULL, p_channel, p_actor, p_at);
    END IF;
    RETURN seat_exchange(p_actor, p_learner, p_enrolment, section, free_seat, p_key, p_hash,
                         'swap', p_channel, p_at, p_due, p_reason);
END $$;

-- Why an enrolment cannot be given for a seat in p_section; '' if it can.
CREATE OR REPLACE FUNCTION seat_swap_refusal(
    p_enrolment bigint, p_section courses_classsection, p_channel text, p_at timestamptz
) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    old record;
BEGIN
    SELECT e.status, e.due_at, s.id AS section, s.term_id, s.unit_id, s.fee_fen,
           s.status AS class_status
    INTO old FROM enrolment_enrolment e JOIN courses_classsection s ON s.id = e.section_id
    WHERE e.id = p_enrolment;
    IF old.status NOT IN ('offered', 'confirmed', 'active') OR old.due_at <= p_at
       OR old.class_status <> 'running' OR old.term_id <> p_section.term_id THEN
        RETURN 'not_in';
    END IF;
    IF old.section = p_section.id THEN RETURN 'already_in'; END IF;
    -- What was paid moves along, but each office has books of its own. A difference is taken at
    -- the counter, before the old seat goes; where nothing was paid, the new seat is held.
    IF old.status <> 'offered' AND old.fee_fen > 0 AND p_section.fee_fen > 0
       AND p_section.unit_id <> old.unit_id THEN
        RETURN 'other_office';
    END IF;
    IF old.status <> 'offered' AND old.fee_fen > 0 AND p_section.fee_fen > old.fee_fen
       AND p_channel NOT IN ('counter', 'phone') THEN
        RETURN 'costs_more';
    END IF;
    IF seat_too_late_to_change(p_section, p_at) THEN RETURN 'too_late_to_change'; END IF;
    RETURN '';
END $$;

-- Whether the weeks are over in which a class of the term is changed for another.
CREATE OR REPLACE FUNCTION seat_too_late_to_change(
    p_section courses_classsection, p_at timestamptz
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT t.phase = 'teaching' AND t.starts_on
        + 7 * coalesce((seat_rules(t.id, p_at)->>'transfer_weeks')::int, 2)
        <= (p_at AT TIME ZONE 'Asia/Shanghai')::date
    FROM courses_term t WHERE t.id = (p_section).term_id
$$;

-- End one enrolment and begin another in a seat that the caller has locked. What was paid for
-- stays paid for: a confirmed class is changed for a confirmed one, a held one for a held one. A
-- class that cost nothing paid for nothing: one with a fee is held for it.
CREATE OR REPLACE FUNCTION seat_exchange(
    p_actor bigint, p_learner bigint, p_enrolment bigint, p_section courses_classsection,
    p_seat enrolment_seat, p_key uuid, p_hash text, p_act text, p_channel text, p_at timestamptz,
    p_due timestamptz, p_reason text
) RETURNS enrolment_claim LANGUAGE plpgsql AS $$
DECLARE
    old enrolment_enrolment;
    section_was courses_classsection;
    seat_was enrolment_seat;
    term courses_term;
    answer enrolment_claim;
BEGIN
    SELECT * INTO old FROM enrolment_enrolment WHERE id = p_enrolment FOR NO KEY UPDATE;
    SELECT * INTO section_was FROM courses_classsection WHERE id = old.section_id;
    SELECT * INTO term FROM courses_term WHERE id = p_section.term_id;
    SELECT * INTO seat_was FROM enrolment_seat WHERE enrolment_id = p_enrolment FOR NO KEY UPDATE;
    UPDATE enrolment_enrolment SET status = 'transferred', due_at = NULL, ended_at = p_at
    WHERE id = p_enrolment;
    PERFORM seat_free(section_was, seat_was);
    PERFORM seat_count(p_learner, section_was, -1);
    PERFORM seat_note(section_was, seat_was.no, p_learner, p_enrolment, seat_was.state, 'free',
                      old.status, 'transferred', seat_was.due_at, NULL, p_channel, p_actor,
                      p_reason, p_at, 'class given up for another');
    answer := seat_give(
        p_actor, p_learner, p_section, p_seat, p_key, p_hash, p_act, p_channel, p_at,
        -- Changing does not put off paying: the old day stands, unless a line came in between.
        CASE WHEN old.status = 'offered' OR section_was.fee_fen = 0 THEN seat_due(
            p_section, CASE p_act WHEN 'swap' THEN coalesce(old.due_at, p_due) ELSE p_due END) END,
        p_reason,
        old.source, seat_has_begun(term, p_at));
    -- Who waits for a third class to give the old one for it, gives the new one.
    UPDATE enrolment_waitlistentry SET gives_up_id = answer.enrolment_id
    WHERE learner_id = p_learner AND gives_up_id = p_enrolment AND state IN ('waiting', 'offered');
    RETURN answer;
END $$;
