-- Leave a class, change one's mind, or let the next person have the seat at once.

-- Withdraw. The seat is kept until p_until for a change of mind; p_until NULL frees it now.
CREATE OR REPLACE FUNCTION seat_withdraw(
    p_actor bigint, p_learner bigint, p_enrolment bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_until timestamptz, p_reason text
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    held enrolment_enrolment;
    answer enrolment_claim;
    seat enrolment_seat;
    seat_now text := CASE WHEN p_until IS NULL THEN 'free' ELSE 'leaving' END;
BEGIN
    SELECT s.* INTO section FROM enrolment_enrolment e
    JOIN courses_classsection s ON s.id = e.section_id
    WHERE e.id = p_enrolment AND e.learner_id = p_learner;
    IF NOT FOUND
       OR NOT seat_may_act(p_actor, p_learner, section.unit_id, 'withdraw', p_at) THEN
        RETURN seat_unkept(p_learner, p_key, 'withdraw', section.id, 'not_yours', p_at);
    END IF;
    PERFORM seat_lock_learner(p_learner, section.term_id, true);
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;

    SELECT * INTO held FROM enrolment_enrolment WHERE id = p_enrolment FOR NO KEY UPDATE;
    SELECT * INTO seat FROM enrolment_seat WHERE enrolment_id = p_enrolment FOR NO KEY UPDATE;
    IF held.status NOT IN ('offered', 'confirmed', 'active') OR seat.no IS NULL THEN
        RETURN seat_answer(p_learner, p_key, p_hash, 'withdraw', section.id, 'refused', 'not_in',
                           p_enrolment, NULL, NULL, p_channel, p_actor, p_at);
    END IF;

    UPDATE enrolment_enrolment
    SET status = 'withdrawn', due_at = NULL, ended_at = p_at, undo_until = p_until
    WHERE id = p_enrolment;
    UPDATE enrolment_seat
    SET state = seat_now, due_at = p_until,
        learner_id = CASE WHEN p_until IS NOT NULL THEN learner_id END,
        enrolment_id = CASE WHEN p_until IS NOT NULL THEN enrolment_id END
    WHERE section_id = section.id AND no = seat.no;
    PERFORM seat_count(p_learner, section, -1);
    PERFORM seat_note(section, seat.no, p_learner, p_enrolment, seat.state, seat_now,
                      held.status, 'withdrawn', seat.due_at, p_until,
                      p_channel, p_actor, p_reason, p_at, 'withdrew');
    IF p_until IS NULL THEN
        PERFORM seat_errand('promote_section', section.id::text);
    END IF;
    RETURN seat_answer(p_learner, p_key, p_hash, 'withdraw', section.id, 'withdrawn', '',
                       p_enrolment, NULL, p_until, p_channel, p_actor, p_at);
END $$;

-- Take the seat back while it is still kept, exactly as it was: held stays held, due as before.
CREATE OR REPLACE FUNCTION seat_undo(
    p_actor bigint, p_learner bigint, p_enrolment bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_reason text
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    answer enrolment_claim;
    seat enrolment_seat;
    was enrolment_enrolmentevent;
    refusal text;
BEGIN
    SELECT s.* INTO section FROM enrolment_enrolment e
    JOIN courses_classsection s ON s.id = e.section_id
    WHERE e.id = p_enrolment AND e.learner_id = p_learner;
    IF NOT FOUND
       OR NOT (seat_may_act(p_actor, p_learner, section.unit_id, 'withdraw', p_at)
               OR seat_may_act(p_actor, p_learner, section.unit_id, 'apply', p_at)) THEN
        RETURN seat_unkept(p_learner, p_key, 'undo', section.id, 'not_yours', p_at);
    END IF;
    PERFORM seat_lock_learner(p_learner, section.term_id, true);
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;

    SELECT * INTO seat FROM enrolment_seat WHERE enrolment_id = p_enrolment FOR NO KEY UPDATE;
    refusal := CASE
        WHEN seat.state = 'leaving' AND seat.due_at > p_at AND section.status = 'running'
        THEN seat_refusal(p_learner, section, p_at, false, NULL)
        ELSE 'too_late'
    END;
    IF refusal <> '' THEN
        RETURN seat_answer(p_learner, p_key, p_hash, 'undo', section.id, 'refused', refusal,
                           p_enrolment, NULL, NULL, p_channel, p_actor, p_at);
    END IF;

    SELECT * INTO was FROM enrolment_enrolmentevent
    WHERE section_id = section.id AND seat_no = seat.no ORDER BY id DESC LIMIT 1;
    UPDATE enrolment_enrolment
    SET status = was.status_from, due_at = was.due_was, ended_at = NULL, undo_until = NULL
    WHERE id = p_enrolment;
    UPDATE enrolment_seat SET state = was.seat_from, due_at = was.due_was
    WHERE section_id = section.id AND no = seat.no;
    PERFORM seat_count(p_learner, section, 1);
    PERFORM seat_note(section, seat.no, p_learner, p_enrolment, 'leaving', was.seat_from,
                      'withdrawn', was.status_from, seat.due_at, was.due_was,
                      p_channel, p_actor, p_reason, p_at, 'withdrawal undone');
    RETURN seat_answer(p_learner, p_key, p_hash, 'undo', section.id, 'restored', '',
                       p_enrolment, NULL, was.due_was, p_channel, p_actor, p_at);
END $$;

-- Give the kept seat to the next person now.
CREATE OR REPLACE FUNCTION seat_yield(
    p_actor bigint, p_learner bigint, p_enrolment bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_reason text
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    answer enrolment_claim;
    seat enrolment_seat;
BEGIN
    SELECT s.* INTO section FROM enrolment_enrolment e
    JOIN courses_classsection s ON s.id = e.section_id
    WHERE e.id = p_enrolment AND e.learner_id = p_learner;
    IF NOT FOUND
       OR NOT seat_may_act(p_actor, p_learner, section.unit_id, 'withdraw', p_at) THEN
        RETURN seat_unkept(p_learner, p_key, 'yield', section.id, 'not_yours', p_at);
    END IF;
    PERFORM seat_lock_learner(p_learner, section.term_id, true);
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;

    SELECT * INTO seat FROM enrolment_seat
    WHERE enrolment_id = p_enrolment AND state = 'leaving' FOR NO KEY UPDATE;
    IF seat.no IS NULL THEN
        RETURN seat_answer(p_learner, p_key, p_hash, 'yield', section.id, 'refused', 'too_late',
                           p_enrolment, NULL, NULL, p_channel, p_actor, p_at);
    END IF;
    PERFORM seat_let_go(section, seat, p_channel, p_actor, p_reason, p_at);
    RETURN seat_answer(p_learner, p_key, p_hash, 'yield', section.id, 'yielded', '',
                       p_enrolment, NULL, NULL, p_channel, p_actor, p_at);
END $$;

-- A seat that was kept for a change of mind becomes free. Used by yield and by the sweep.
CREATE OR REPLACE FUNCTION seat_let_go(
    p_section courses_classsection, p_seat enrolment_seat, p_channel text, p_actor bigint,
    p_reason text, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE enrolment_enrolment SET undo_until = NULL WHERE id = p_seat.enrolment_id;
    PERFORM seat_free(p_section, p_seat);
    PERFORM seat_note(p_section, p_seat.no, p_seat.learner_id, p_seat.enrolment_id, 'leaving',
                      'free', 'withdrawn', 'withdrawn', p_seat.due_at, NULL,
                      p_channel, p_actor, p_reason, p_at, 'seat freed');
END $$;

-- Empty a seat row and have it offered to whoever waits.
CREATE OR REPLACE FUNCTION seat_free(p_section courses_classsection, p_seat enrolment_seat)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE enrolment_seat
    SET state = 'free', learner_id = NULL, enrolment_id = NULL, due_at = NULL
    WHERE section_id = p_seat.section_id AND no = p_seat.no;
    PERFORM seat_errand('promote_section', p_section.id::text);
END $$;
