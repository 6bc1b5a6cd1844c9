-- Clock work: what has fallen due, what a new class needs, what the first day of term changes.

-- Free up to p_limit seats whose time has run out. Returns the class of each. Two sweeps at once
-- are harmless: what one has locked, the other leaves alone.
CREATE OR REPLACE FUNCTION seat_sweep(p_at timestamptz, p_limit int)
RETURNS SETOF bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    due enrolment_seat;
    seat enrolment_seat;
    section courses_classsection;
BEGIN
    PERFORM seat_ensure_for_all();
    FOR due IN
        -- Offers of one day fall due in one moment: who stood before keeps standing before.
        SELECT s.* FROM enrolment_seat s
        LEFT JOIN enrolment_waitlistentry w
            ON w.section_id = s.section_id AND w.learner_id = s.learner_id AND w.state = 'offered'
        WHERE s.due_at <= p_at
          AND (w.id IS NULL OR NOT seat_owes_a_call(w) AND NOT seat_has_unread_answer(w, p_at))
          AND NOT seat_waits_for_reader(s, p_at) AND NOT seat_waits_for_money(s, p_at)
        ORDER BY s.due_at, w.ticket, s.section_id, s.no LIMIT p_limit
    LOOP
        SELECT * INTO section FROM courses_classsection WHERE id = due.section_id;
        CONTINUE WHEN NOT seat_lock_learner(due.learner_id, section.term_id, false);
        SELECT * INTO seat FROM enrolment_seat
        WHERE section_id = due.section_id AND no = due.no AND learner_id = due.learner_id
          AND due_at <= p_at
        FOR NO KEY UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        BEGIN
            PERFORM seat_fall_due(section, seat, p_at);
            RETURN NEXT seat.section_id;
        EXCEPTION WHEN check_violation OR not_null_violation OR unique_violation
                       OR exclusion_violation OR foreign_key_violation THEN
            -- One row that is wrong must not keep the whole city waiting. The nightly check
            -- names it: what has fallen due is swept.
            RAISE WARNING 'seat % of class % is not freed: %', seat.no, seat.section_id, SQLERRM;
        END;
    END LOOP;
END $$;

-- What the end of its time makes of a seat.
CREATE OR REPLACE FUNCTION seat_fall_due(
    p_section courses_classsection, p_seat enrolment_seat, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_seat.state = 'leaving' THEN
        PERFORM seat_let_go(p_section, p_seat, 'system', NULL, '', p_at);
    ELSIF p_seat.state = 'held' THEN
        PERFORM seat_lapse(p_section, p_seat, p_at);
    ELSE
        PERFORM seat_expire(p_section, p_seat, p_at);
    END IF;
END $$;

-- A hold that nobody confirmed in time.
CREATE OR REPLACE FUNCTION seat_lapse(
    p_section courses_classsection, p_seat enrolment_seat, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE enrolment_enrolment SET status = 'lapsed', due_at = NULL, ended_at = p_at
    WHERE id = p_seat.enrolment_id;
    PERFORM seat_free(p_section, p_seat);
    PERFORM seat_count(p_seat.learner_id, p_section, -1);
    PERFORM seat_note(p_section, p_seat.no, p_seat.learner_id, p_seat.enrolment_id, 'held', 'free',
                      'offered', 'lapsed', p_seat.due_at, NULL, 'system', NULL, '', p_at,
                      'hold lapsed');
    PERFORM seat_errand('tell_lapsed', p_seat.enrolment_id::text);
END $$;

-- An offer that nobody answered: the first time to the end of the line, the second time off it.
CREATE OR REPLACE FUNCTION seat_expire(
    p_section courses_classsection, p_seat enrolment_seat, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
BEGIN
    UPDATE enrolment_waitlistentry
    SET expiries = expiries + 1, due_at = NULL, extended_at = NULL,
        state = CASE WHEN expiries = 0 THEN 'waiting' ELSE 'expired' END,
        ticket = CASE WHEN expiries = 0 THEN nextval('waitlist_ticket') ELSE ticket END,
        closed_at = CASE WHEN expiries = 0 THEN NULL ELSE p_at END
    WHERE section_id = p_section.id AND learner_id = p_seat.learner_id AND state = 'offered'
    RETURNING id INTO entry;
    PERFORM seat_free(p_section, p_seat);
    PERFORM seat_note(p_section, p_seat.no, p_seat.learner_id, NULL, 'offered', 'free', '', '',
                      p_seat.due_at, NULL, 'system', NULL, '', p_at, 'offer expired');
    PERFORM seat_errand('tell_expired', entry::text);
END $$;

-- Whether an offer may not run out yet: to a person whom no message with a link reaches, who was
-- not telephoned three times on two days, and for whom it was not kept longer already. A seat is
-- never stranded by this: the offer is put off once (seat_keep_for_a_call), and then runs out.
-- People who wait as one are kept as one.
CREATE OR REPLACE FUNCTION seat_owes_a_call(p_entry enrolment_waitlistentry)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (p_entry).extended_at IS NULL AND EXISTS (
        SELECT FROM enrolment_waitlistentry w JOIN accounts_learner l ON l.id = w.learner_id
        WHERE (w.id = (p_entry).id
               OR w.together = (p_entry).together AND w.section_id = (p_entry).section_id
                  AND w.state = 'offered')
          AND l.deceased_on IS NULL AND (l.device IN ('feature', 'none') OR l.phone = '')
          AND (
              SELECT count(*) < 3
                     OR count(DISTINCT (c.at AT TIME ZONE 'Asia/Shanghai')::date) < 2
              FROM enrolment_callattempt c WHERE c.entry_id = w.id AND c.turn = w.expiries
          )
    )
$$;

-- Offers that have fallen due and may not run out yet, of running classes.
CREATE OR REPLACE FUNCTION seat_offers_owed_a_call(p_at timestamptz)
RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
    SELECT seat_ensure_for_all();
    SELECT w.id FROM enrolment_waitlistentry w
    JOIN courses_classsection s ON s.id = w.section_id AND s.status = 'running'
    WHERE w.state = 'offered' AND w.due_at <= p_at AND seat_owes_a_call(w)
    ORDER BY w.due_at, w.id
$$;

-- Put off one of these offers until p_due. False: not now, or not any more.
CREATE OR REPLACE FUNCTION seat_keep_for_a_call(
    p_entry bigint, p_at timestamptz, p_due timestamptz
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    entry enrolment_waitlistentry;
    section courses_classsection;
    seat enrolment_seat;
BEGIN
    PERFORM seat_ensure_for_all();
    SELECT * INTO entry FROM enrolment_waitlistentry WHERE id = p_entry;
    SELECT * INTO section FROM courses_classsection WHERE id = entry.section_id;
    IF NOT seat_lock_learner(entry.learner_id, section.term_id, false) THEN RETURN false; END IF;
    SELECT * INTO seat FROM enrolment_seat
    WHERE section_id = section.id AND learner_id = entry.learner_id AND state = 'offered'
      AND due_at <= p_at
    FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND OR NOT seat_keep(section, seat, p_due, 'system', NULL, '', p_at) THEN
        RETURN false;
    END IF;
    PERFORM seat_errand('tell_offer', p_entry::text);  -- the same letter, with the new day
    RETURN true;
END $$;

-- Classes that have a free seat and somebody who waits.
CREATE OR REPLACE FUNCTION seat_sections_to_offer()
RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
    SELECT seat_ensure_for_all();
    SELECT DISTINCT w.section_id FROM enrolment_waitlistentry w
    JOIN courses_classsection c ON c.id = w.section_id
    WHERE w.state = 'waiting' AND seat_offers_now(c.term_id) AND EXISTS (
        SELECT FROM enrolment_seat s WHERE s.section_id = w.section_id AND s.state = 'free'
    )
    ORDER BY 1
$$;

-- Give every running class of a term beyond planning its seats. Returns how many classes got them.
CREATE OR REPLACE FUNCTION seat_lay_out()
RETURNS int LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
    SELECT seat_ensure_for_all();
    WITH laid AS (
        INSERT INTO enrolment_seat (section_id, no, state, bucket)
        SELECT s.id, no, 'free', 'O'
        FROM courses_classsection s
        JOIN courses_term t ON t.id = s.term_id AND t.phase NOT IN ('draft', 'archived')
        CROSS JOIN LATERAL generate_series(1, s.capacity) AS no
        WHERE s.status = 'running'
          AND NOT EXISTS (SELECT FROM enrolment_seat WHERE section_id = s.id)
        ON CONFLICT DO NOTHING
        RETURNING section_id
    )
    SELECT count(DISTINCT section_id)::int FROM laid
$$;

-- From the first day of a term its confirmed learners are being taught. Returns how many began.
CREATE OR REPLACE FUNCTION seat_begin_terms(p_at timestamptz)
RETURNS int LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
    SELECT seat_ensure_for_all();
    WITH begun AS (
        UPDATE enrolment_enrolment e SET status = 'active'
        FROM courses_classsection s JOIN courses_term t ON t.id = s.term_id
        WHERE s.id = e.section_id AND e.status = 'confirmed'
          AND t.starts_on <= (p_at AT TIME ZONE 'Asia/Shanghai')::date
        RETURNING e.id, e.learner_id, e.section_id, e.unit_id
    ), noted AS (
        INSERT INTO enrolment_enrolmentevent (
            section_id, unit_id, seat_no, learner_id, enrolment_id, seat_from, seat_to,
            status_from, status_to, channel, reason, at
        )
        SELECT b.section_id, b.unit_id, seat.no, b.learner_id, b.id, 'taken', 'taken',
               'confirmed', 'active', 'system', '', p_at
        FROM begun b JOIN enrolment_seat seat ON seat.enrolment_id = b.id
        RETURNING 1
    )
    SELECT count(*)::int FROM noted
$$;

-- How classes stand this moment: seats anybody may take, and people in the line. Seats that
-- somebody waits for, and may have, are not free for all. Counts only, so open to everybody.
CREATE OR REPLACE FUNCTION seat_counts(p_sections bigint[], p_at timestamptz)
RETURNS TABLE (section_id bigint, seats_left int, waiting int)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
    SELECT wanted.section,
           CASE WHEN seat_is_for_the_line(s, p_at) THEN 0 ELSE (
               SELECT count(*) FROM enrolment_seat f
               WHERE f.section_id = wanted.section AND f.state = 'free') END::int,
           (SELECT count(*) FROM enrolment_waitlistentry e
            WHERE e.section_id = wanted.section AND e.state IN ('waiting', 'offered'))::int
    FROM unnest(p_sections) AS wanted(section)
    JOIN courses_classsection s ON s.id = wanted.section
$$;

-- An offer ends without an answer: there is nothing to offer any more. The caller frees the seat.
CREATE OR REPLACE FUNCTION seat_close_offer(
    p_section courses_classsection, p_seat enrolment_seat, p_letter text, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
BEGIN
    UPDATE enrolment_waitlistentry SET state = 'closed', due_at = NULL, closed_at = p_at
    WHERE section_id = p_section.id AND learner_id = p_seat.learner_id AND state = 'offered'
    RETURNING id INTO entry;
    IF entry IS NOT NULL THEN PERFORM seat_errand(p_letter, entry::text); END IF;
END $$;

-- After the weeks in which one may still join, the lines of a term close, and who waited is told.
-- Returns how many were told; who is busy just now is told the next time.
CREATE OR REPLACE FUNCTION seat_close_lines(p_at timestamptz)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    entry record;
    told int := 0;
BEGIN
    PERFORM seat_ensure_for_all();
    FOR entry IN
        SELECT w.id, w.learner_id, s AS section
        FROM courses_term t
        JOIN courses_classsection s ON s.term_id = t.id
        JOIN enrolment_waitlistentry w ON w.section_id = s.id AND w.state = 'waiting'
        WHERE t.phase = 'teaching'
          AND t.starts_on
              + 7 * coalesce((seat_rules(t.id, p_at)->>'late_join_weeks')::int, 4)
              <= (p_at AT TIME ZONE 'Asia/Shanghai')::date
        ORDER BY w.id
    LOOP
        CONTINUE WHEN NOT seat_lock_learner(entry.learner_id, (entry.section).term_id, false);
        UPDATE enrolment_waitlistentry SET state = 'closed', closed_at = p_at
        WHERE id = entry.id AND state = 'waiting';
        CONTINUE WHEN NOT FOUND;
        PERFORM seat_audit(entry.section, entry.learner_id, NULL, 'waiting list closed', p_at,
                           jsonb_build_object('entry', entry.id));
        PERFORM seat_errand('tell_line_ended', entry.id::text);
        told := told + 1;
    END LOOP;
    RETURN told;
END $$;
