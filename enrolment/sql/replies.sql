-- What people answer, as far as seats ask for it: to the draw, and by SMS.

-- Whether an SMS that may answer an offer came in time and is still to be read. An answer counts
-- from when it came (enrolment/services/replies.py), so the seat waits for its reader: for ten
-- minutes at most, or an errand that is stuck would keep it from the next person. What came before
-- the question is no answer to it. Everybody asked on one phone keeps their place meanwhile: whom
-- a message means is known when it is read.
CREATE OR REPLACE FUNCTION seat_has_unread_answer(
    p_entry enrolment_waitlistentry, p_at timestamptz
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT p_at < (p_entry).due_at + interval '10 minutes' AND EXISTS (
        SELECT FROM accounts_learner l
        JOIN accounts_inboundmessage m
            ON m.sender = l.phone AND m.answered_at IS NULL AND m.received_at < (p_entry).due_at
        JOIN enrolment_phonequestion q
            ON q.entry_id = (p_entry).id AND q.due_at = (p_entry).due_at
           AND q.asked_at <= m.received_at
        WHERE l.id = (p_entry).learner_id AND l.deceased_on IS NULL
    )
$$;

-- The same for a place of the draw or of a renewal that waits for its answer.
CREATE OR REPLACE FUNCTION seat_waits_for_reader(p_seat enrolment_seat, p_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (p_seat).state = 'held' AND p_at < (p_seat).due_at + interval '10 minutes' AND EXISTS (
        SELECT FROM accounts_learner l
        JOIN accounts_inboundmessage m
            ON m.sender = l.phone AND m.answered_at IS NULL AND m.received_at < (p_seat).due_at
        JOIN enrolment_phonequestion q
            ON q.enrolment_id = (p_seat).enrolment_id AND q.due_at = (p_seat).due_at
           AND q.asked_at <= m.received_at
        WHERE l.id = (p_seat).learner_id AND l.deceased_on IS NULL
    )
$$;

-- Answer a place that the draw or a renewal keeps: p_act 'come' or 'stay_away'. A class without a
-- fee is theirs with a yes; one with a fee stays held until it is paid, and the yes is written
-- down. A no frees the seat. The clock of the door decides, not the punctuality of the sweep.
CREATE OR REPLACE FUNCTION seat_reply(
    p_actor bigint, p_learner bigint, p_enrolment bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_act text, p_reason text
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    held enrolment_enrolment;
    answer enrolment_claim;
    seat enrolment_seat;
    refusal text;
BEGIN
    SELECT s.* INTO section FROM enrolment_enrolment e
    JOIN courses_classsection s ON s.id = e.section_id
    WHERE e.id = p_enrolment AND e.learner_id = p_learner;
    IF NOT FOUND
       OR NOT seat_may_answer(p_actor, p_learner, section.unit_id, 'apply', p_channel, p_at) THEN
        RETURN seat_unkept(p_learner, p_key, p_act, section.id, 'not_yours', p_at);
    END IF;
    PERFORM seat_lock_learner(p_learner, section.term_id, true);
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;

    SELECT * INTO held FROM enrolment_enrolment WHERE id = p_enrolment FOR NO KEY UPDATE;
    SELECT * INTO seat FROM enrolment_seat WHERE enrolment_id = p_enrolment FOR NO KEY UPDATE;
    SELECT s.* INTO section FROM courses_classsection s WHERE s.id = section.id;
    refusal := CASE
        WHEN section.status <> 'running' THEN 'closed'
        WHEN held.status IN ('confirmed', 'active') THEN 'already_in'
        WHEN held.status <> 'offered' OR seat.no IS NULL OR held.due_at <= p_at
             OR held.source NOT IN ('draw', 'renewal') THEN 'too_late'
        ELSE ''
    END;
    IF refusal <> '' THEN
        RETURN seat_answer(p_learner, p_key, p_hash, p_act, section.id, 'refused', refusal,
                           p_enrolment, NULL, NULL, p_channel, p_actor, p_at);
    END IF;
    IF p_act = 'stay_away' THEN
        PERFORM seat_stay_away(section, held, seat, p_channel, p_actor, p_reason, p_at);
    ELSE
        PERFORM seat_come(section, held, seat, p_channel, p_actor, p_reason, p_at);
    END IF;
    RETURN seat_answer(
        p_learner, p_key, p_hash, p_act, section.id,
        CASE WHEN p_act = 'stay_away' THEN 'declined' WHEN section.fee_fen = 0 THEN 'confirmed'
             ELSE 'held' END,
        '', p_enrolment, NULL,
        CASE WHEN p_act = 'come' AND section.fee_fen > 0 THEN held.due_at END,
        p_channel, p_actor, p_at);
END $$;

-- A yes under the learner's lock.
CREATE OR REPLACE FUNCTION seat_come(
    p_section courses_classsection, p_held enrolment_enrolment, p_seat enrolment_seat,
    p_channel text, p_actor bigint, p_reason text, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    status_now text;
BEGIN
    IF p_section.fee_fen > 0 THEN
        UPDATE enrolment_enrolment SET answered_at = coalesce(answered_at, p_at)
        WHERE id = p_held.id;
        PERFORM seat_audit(p_section, p_held.learner_id, p_actor, 'said that they come', p_at,
                           jsonb_build_object('seat', p_seat.no, 'channel', p_channel,
                                              'reason', p_reason));
        RETURN;
    END IF;
    SELECT CASE WHEN seat_has_begun(t, p_at) THEN 'active' ELSE 'confirmed' END
    INTO status_now FROM courses_term t WHERE t.id = p_section.term_id;
    UPDATE enrolment_enrolment
    SET status = status_now, due_at = NULL, answered_at = coalesce(answered_at, p_at)
    WHERE id = p_held.id;
    UPDATE enrolment_seat SET state = 'taken', due_at = NULL
    WHERE section_id = p_section.id AND no = p_seat.no;
    PERFORM seat_note(p_section, p_seat.no, p_held.learner_id, p_held.id, 'held', 'taken',
                      'offered', status_now, p_held.due_at, NULL, p_channel, p_actor, p_reason,
                      p_at, 'said that they come');
END $$;

-- A no under the learner's lock: the seat is free for whoever waits.
CREATE OR REPLACE FUNCTION seat_stay_away(
    p_section courses_classsection, p_held enrolment_enrolment, p_seat enrolment_seat,
    p_channel text, p_actor bigint, p_reason text, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE enrolment_enrolment
    SET status = 'declined', due_at = NULL, answered_at = p_at, ended_at = p_at
    WHERE id = p_held.id;
    PERFORM seat_free(p_section, p_seat);
    PERFORM seat_count(p_held.learner_id, p_section, -1);
    PERFORM seat_note(p_section, p_seat.no, p_held.learner_id, p_held.id, 'held', 'free',
                      'offered', 'declined', p_held.due_at, NULL, p_channel, p_actor, p_reason,
                      p_at, 'said that they do not come');
END $$;
