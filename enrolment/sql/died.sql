-- Somebody has died: their places and their waiting end at once, and nobody is written to.

-- End every enrolment that holds a seat, every offer and every place in a line of p_learner.
-- Returns how many ended; safe to repeat. Nothing for who lives.
CREATE OR REPLACE FUNCTION seat_end_for_the_dead(p_learner bigint, p_at timestamptz)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    section courses_classsection;
    seat enrolment_seat;
    held enrolment_enrolment;
    line record;
    term bigint;
    done int := 0;
BEGIN
    PERFORM seat_ensure_for_all();
    IF NOT EXISTS (
        SELECT FROM accounts_learner WHERE id = p_learner AND deceased_on IS NOT NULL
    ) THEN
        RETURN 0;
    END IF;
    FOR term IN
        SELECT s.term_id FROM enrolment_enrolment e JOIN courses_classsection s ON s.id = e.section_id
        WHERE e.learner_id = p_learner
          AND (e.status IN ('offered', 'confirmed', 'active') OR e.undo_until IS NOT NULL)
        UNION
        SELECT s.term_id FROM enrolment_waitlistentry w JOIN courses_classsection s ON s.id = w.section_id
        WHERE w.learner_id = p_learner AND w.state IN ('waiting', 'offered')
        ORDER BY 1
    LOOP
        PERFORM seat_lock_learner(p_learner, term, true);
    END LOOP;
    FOR seat IN
        SELECT * FROM enrolment_seat WHERE learner_id = p_learner ORDER BY section_id
        FOR NO KEY UPDATE
    LOOP
        SELECT * INTO section FROM courses_classsection WHERE id = seat.section_id;
        SELECT * INTO held FROM enrolment_enrolment WHERE id = seat.enrolment_id;
        -- A term that is over keeps its records: who completed a class has completed it.
        CONTINUE WHEN held.id IS NOT NULL AND seat.state <> 'leaving'
                  AND held.status NOT IN ('offered', 'confirmed', 'active');
        done := done + 1;
        IF seat.state = 'leaving' THEN
            PERFORM seat_let_go(section, seat, 'system', NULL, '', p_at);
            CONTINUE;
        END IF;
        IF held.id IS NULL THEN
            UPDATE enrolment_waitlistentry SET state = 'closed', due_at = NULL, closed_at = p_at
            WHERE section_id = section.id AND learner_id = p_learner AND state = 'offered';
        ELSE
            UPDATE enrolment_enrolment SET status = 'withdrawn', due_at = NULL, ended_at = p_at
            WHERE id = held.id;
            PERFORM seat_count(p_learner, section, -1);
        END IF;
        PERFORM seat_free(section, seat);
        PERFORM seat_note(section, seat.no, p_learner, held.id, seat.state, 'free',
                          coalesce(held.status, ''),
                          CASE WHEN held.id IS NULL THEN '' ELSE 'withdrawn' END,
                          seat.due_at, NULL, 'system', NULL, '', p_at, 'ended: has died');
    END LOOP;
    FOR line IN
        UPDATE enrolment_waitlistentry SET state = 'closed', due_at = NULL, closed_at = p_at
        WHERE learner_id = p_learner AND state = 'waiting'
        RETURNING id, section_id
    LOOP
        SELECT * INTO section FROM courses_classsection WHERE id = line.section_id;
        PERFORM seat_audit(section, p_learner, NULL, 'ended: has died', p_at,
                           jsonb_build_object('entry', line.id, 'channel', 'system'));
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;
