-- What money does with seats: a kept one becomes the learner's, or goes back to being kept.

-- Whether money for a kept place may still come: on a page of payment that is open, or by a way
-- that takes hours; or money came that people have to look at. A seat is not given away meanwhile.
CREATE OR REPLACE FUNCTION seat_waits_for_money(p_seat enrolment_seat, p_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (p_seat).state = 'held' AND EXISTS (
        SELECT FROM enrolment_orderline l
        JOIN enrolment_order o ON o.id = l.order_id
        LEFT JOIN enrolment_paymentattempt a ON a.order_id = o.id
        WHERE l.enrolment_id = (p_seat).enrolment_id AND l.counts
          AND (a.state IN ('created', 'open') AND p_at < a.expires_at + interval '5 minutes'
               OR a.state = 'processing' AND p_at < (p_seat).due_at + interval '24 hours'
               OR o.state = 'review' AND p_at < (p_seat).due_at + interval '3 days')
    )
$$;

-- A place was paid for or needs no money: it is the learner's. Returns what came of it:
-- 'confirmed'; 'already'; 'gone' when the place was given up, called off, or ran out and none is
-- free. One that ran out is had again where a seat is free for all: nobody who waits is passed.
CREATE OR REPLACE FUNCTION seat_pay(
    p_actor bigint, p_enrolment bigint, p_channel text, p_at timestamptz, p_reason text
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    held enrolment_enrolment;
    section courses_classsection;
    seat enrolment_seat;
    status_now text;
BEGIN
    PERFORM seat_ensure_for_all();
    SELECT * INTO held FROM enrolment_enrolment WHERE id = p_enrolment;
    SELECT * INTO section FROM courses_classsection WHERE id = held.section_id;
    PERFORM seat_lock_learner(held.learner_id, section.term_id, true);
    SELECT * INTO held FROM enrolment_enrolment WHERE id = p_enrolment FOR NO KEY UPDATE;
    SELECT s.* INTO section FROM courses_classsection s WHERE s.id = section.id FOR SHARE;
    IF held.status IN ('confirmed', 'active') THEN RETURN 'already'; END IF;
    IF section.status <> 'running' OR held.status NOT IN ('offered', 'lapsed') THEN
        RETURN 'gone';
    END IF;
    seat := seat_to_pay_for(held, section, p_at);
    IF seat.no IS NULL THEN
        IF held.status = 'lapsed' THEN PERFORM seat_put_first(held, section, p_at); END IF;
        RETURN 'gone';
    END IF;

    SELECT CASE WHEN seat_has_begun(t, p_at) THEN 'active' ELSE 'confirmed' END
    INTO status_now FROM courses_term t WHERE t.id = section.term_id;
    UPDATE enrolment_enrolment
    SET status = status_now, due_at = NULL, ended_at = NULL,
        answered_at = coalesce(answered_at, p_at)
    WHERE id = p_enrolment;
    UPDATE enrolment_seat
    SET state = 'taken', due_at = NULL, learner_id = held.learner_id, enrolment_id = p_enrolment
    WHERE section_id = section.id AND no = seat.no;
    IF held.status = 'lapsed' THEN PERFORM seat_count(held.learner_id, section, 1); END IF;
    PERFORM seat_note(section, seat.no, held.learner_id, p_enrolment, seat.state, 'taken',
                      held.status, status_now, seat.due_at, NULL, p_channel, p_actor, p_reason,
                      p_at, 'paid');
    RETURN 'confirmed';
END $$;

-- The seat that a payment is for, locked: the one that is kept, or, where that ran out, one that
-- is free for all and that the learner may still have. No row: there is none.
CREATE OR REPLACE FUNCTION seat_to_pay_for(
    p_held enrolment_enrolment, p_section courses_classsection, p_at timestamptz
) RETURNS enrolment_seat LANGUAGE plpgsql AS $$
DECLARE
    seat enrolment_seat;
BEGIN
    IF p_held.status = 'offered' THEN
        SELECT * INTO seat FROM enrolment_seat
        WHERE enrolment_id = p_held.id AND state = 'held' FOR NO KEY UPDATE;
        RETURN seat;
    END IF;
    IF seat_is_for_the_line(p_section, p_at)
       OR seat_refusal(p_held.learner_id, p_section, p_at, false, NULL) <> '' THEN
        RETURN NULL;
    END IF;
    SELECT * INTO seat FROM enrolment_seat
    WHERE section_id = p_section.id AND state = 'free'
    ORDER BY no LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    RETURN seat;
END $$;

-- Whoever paid too late, and gets the money back, stands first of those who wait.
CREATE OR REPLACE FUNCTION seat_put_first(
    p_held enrolment_enrolment, p_section courses_classsection, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
BEGIN
    INSERT INTO enrolment_waitlistentry (
        section_id, learner_id, unit_id, ticket, state, joined_at
    )
    SELECT p_section.id, p_held.learner_id, p_section.unit_id,
           least(1, coalesce(min(w.ticket), 1)) - 1, 'waiting', p_at
    FROM enrolment_waitlistentry w WHERE w.section_id = p_section.id
    HAVING NOT EXISTS (
        SELECT FROM enrolment_waitlistentry mine
        WHERE mine.section_id = p_section.id AND mine.learner_id = p_held.learner_id
          AND mine.state IN ('waiting', 'offered'))
    RETURNING id INTO entry;
    IF entry IS NULL THEN RETURN; END IF;
    PERFORM seat_open_cloud(p_held.learner_id, p_section, 'waitlist', p_at);
    PERFORM seat_audit(p_section, p_held.learner_id, NULL, 'first of those who wait', p_at,
                       jsonb_build_object('entry', entry, 'reason', 'paid too late'));
END $$;

-- A payment was taken back: the place is kept once more, until p_due. False: it is not theirs.
CREATE OR REPLACE FUNCTION seat_unpay(
    p_actor bigint, p_enrolment bigint, p_due timestamptz, p_channel text, p_at timestamptz,
    p_reason text
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    held enrolment_enrolment;
    section courses_classsection;
    seat enrolment_seat;
BEGIN
    PERFORM seat_ensure_for_all();
    SELECT * INTO held FROM enrolment_enrolment WHERE id = p_enrolment;
    SELECT * INTO section FROM courses_classsection WHERE id = held.section_id;
    PERFORM seat_lock_learner(held.learner_id, section.term_id, true);
    SELECT * INTO held FROM enrolment_enrolment WHERE id = p_enrolment FOR NO KEY UPDATE;
    SELECT * INTO seat FROM enrolment_seat WHERE enrolment_id = p_enrolment FOR NO KEY UPDATE;
    IF held.status NOT IN ('confirmed', 'active') OR seat.state IS DISTINCT FROM 'taken' THEN
        RETURN false;
    END IF;
    UPDATE enrolment_enrolment SET status = 'offered', due_at = p_due WHERE id = p_enrolment;
    UPDATE enrolment_seat SET state = 'held', due_at = p_due
    WHERE section_id = section.id AND no = seat.no;
    PERFORM seat_note(section, seat.no, held.learner_id, p_enrolment, 'taken', 'held',
                      held.status, 'offered', NULL, p_due, p_channel, p_actor, p_reason, p_at,
                      'payment taken back');
    RETURN true;
END $$;
