-- The line for a full class: offer a freed seat to its head, take the answer, leave the line.

-- Offer the free seats of one class down its line. p_due is when an offer falls due. Returns
-- how many were offered. Never waits: who is busy, or not eligible just now, keeps the place.
CREATE OR REPLACE FUNCTION seat_promote(
    p_section bigint, p_at timestamptz, p_due timestamptz
) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    no_seat_first boolean;
    free_seat record;
    next_one record;
    offered int := 0;
    given boolean;
BEGIN
    PERFORM seat_ensure_for_all();
    SELECT * INTO section FROM courses_classsection WHERE id = p_section;
    IF section.status <> 'running' THEN RETURN 0; END IF;
    no_seat_first := coalesce(
        seat_rules(section.term_id, p_at)->>'waitlist_order', 'no_seat_first') = 'no_seat_first';

    -- Seats are read without a lock, for the learner's lock comes first.
    FOR free_seat IN
        SELECT no, bucket FROM enrolment_seat
        WHERE section_id = p_section AND state = 'free' ORDER BY no
    LOOP
        given := false;
        FOR next_one IN
            SELECT w.id, w.learner_id FROM enrolment_waitlistentry w
            LEFT JOIN enrolment_learnerterm l
                ON l.learner_id = w.learner_id AND l.term_id = section.term_id
            WHERE w.section_id = p_section AND w.state = 'waiting'
            -- A reserved seat goes first to those it was reserved for, then to all.
            ORDER BY free_seat.bucket <> 'O' AND strpos(w.flags, free_seat.bucket) = 0,
                     no_seat_first AND coalesce(l.room_classes, 0) > 0, w.ticket
        LOOP
            given := seat_offer(section, free_seat.no, next_one.id, next_one.learner_id,
                                p_at, p_due);
            EXIT WHEN given OR given IS NULL;
        END LOOP;
        offered := offered + coalesce(given, false)::int;
        EXIT WHEN NOT given;  -- nobody in the line can take a seat now
    END LOOP;
    RETURN offered;
END $$;

-- Offer one seat to one person. False: not this person now. NULL: the seat is gone.
CREATE OR REPLACE FUNCTION seat_offer(
    p_section courses_classsection, p_no int, p_entry bigint, p_learner bigint,
    p_at timestamptz, p_due timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    entry enrolment_waitlistentry;
BEGIN
    IF NOT seat_lock_learner(p_learner, p_section.term_id, false) THEN RETURN false; END IF;
    SELECT * INTO entry FROM enrolment_waitlistentry WHERE id = p_entry;
    IF entry.state <> 'waiting' THEN RETURN false; END IF;
    -- One live offer per learner and hour: the answer to the first one comes first.
    IF EXISTS (
        SELECT FROM enrolment_waitlistentry w
        JOIN courses_classsection s ON s.id = w.section_id
        WHERE w.learner_id = p_learner AND w.state = 'offered' AND s.meets && p_section.meets
    ) THEN
        RETURN false;
    END IF;
    IF seat_refusal(p_learner, p_section, p_at, false) <> '' THEN
        IF entry.passed_over_at IS NULL THEN
            UPDATE enrolment_waitlistentry SET passed_over_at = p_at WHERE id = p_entry;
            PERFORM seat_errand('tell_passed_over', p_entry::text);
        END IF;
        RETURN false;
    END IF;

    PERFORM FROM enrolment_seat
    WHERE section_id = p_section.id AND no = p_no AND state = 'free'
    FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN NULL; END IF;
    UPDATE enrolment_seat SET state = 'offered', learner_id = p_learner, due_at = p_due
    WHERE section_id = p_section.id AND no = p_no;
    UPDATE enrolment_waitlistentry SET state = 'offered', due_at = p_due WHERE id = p_entry;
    PERFORM seat_note(p_section, p_no, p_learner, NULL, 'free', 'offered', '', '', NULL, p_due,
                      'system', NULL, '', p_at, 'seat offered');
    PERFORM seat_errand('tell_offer', p_entry::text);
    RETURN true;
END $$;

-- Accept an offer. The clock of the door decides, not the punctuality of the sweep. A class with
-- a fee stays held until p_due; one without is the learner's at once.
CREATE OR REPLACE FUNCTION seat_accept(
    p_actor bigint, p_learner bigint, p_entry bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_due timestamptz
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    entry enrolment_waitlistentry;
    answer enrolment_claim;
    seat enrolment_seat;
    refusal text;
    is_free boolean;
    begun boolean;
    seat_now text;
    status_now text;
    due timestamptz;
    enrolment bigint;
BEGIN
    SELECT s.* INTO section FROM enrolment_waitlistentry w
    JOIN courses_classsection s ON s.id = w.section_id
    WHERE w.id = p_entry AND w.learner_id = p_learner;
    IF NOT FOUND OR NOT seat_may_answer(p_actor, p_learner, section.unit_id, p_channel, p_at) THEN
        RETURN seat_unkept(p_learner, p_key, 'accept', section.id, 'not_yours', p_at);
    END IF;
    PERFORM seat_lock_learner(p_learner, section.term_id, true);
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;

    SELECT * INTO seat FROM enrolment_seat
    WHERE section_id = section.id AND learner_id = p_learner AND state = 'offered'
    FOR NO KEY UPDATE;
    SELECT * INTO entry FROM enrolment_waitlistentry WHERE id = p_entry FOR NO KEY UPDATE;
    refusal := CASE
        WHEN entry.state = 'offered' AND entry.due_at > p_at AND seat.no IS NOT NULL
             AND section.status = 'running'
        THEN seat_refusal(p_learner, section, p_at, false)
        ELSE 'too_late'
    END;
    IF refusal <> '' THEN
        RETURN seat_answer(p_learner, p_key, p_hash, 'accept', section.id, 'refused', refusal,
                           NULL, p_entry, NULL, p_channel, p_actor, p_at);
    END IF;

    is_free := section.fee_fen = 0;
    SELECT starts_on <= (p_at AT TIME ZONE 'Asia/Shanghai')::date INTO begun
    FROM courses_term WHERE id = section.term_id;
    seat_now := CASE WHEN is_free THEN 'taken' ELSE 'held' END;
    status_now := CASE WHEN NOT is_free THEN 'offered' WHEN begun THEN 'active'
                       ELSE 'confirmed' END;
    due := CASE WHEN is_free THEN NULL ELSE p_due END;
    INSERT INTO enrolment_enrolment (
        section_id, learner_id, unit_id, status, source, seat_class, slots, due_at, answered_at,
        created_at
    ) VALUES (
        section.id, p_learner, section.unit_id, status_now, 'waitlist', seat.bucket,
        section.meets, due, p_at, p_at
    ) RETURNING id INTO enrolment;
    UPDATE enrolment_seat SET state = seat_now, enrolment_id = enrolment, due_at = due
    WHERE section_id = section.id AND no = seat.no;
    UPDATE enrolment_waitlistentry SET state = 'accepted', due_at = NULL, closed_at = p_at
    WHERE id = p_entry;
    PERFORM seat_count(p_learner, section, 1);
    PERFORM seat_note(section, seat.no, p_learner, enrolment, 'offered', seat_now, '', status_now,
                      seat.due_at, due, p_channel, p_actor, '', p_at, 'offer accepted');
    RETURN seat_answer(p_learner, p_key, p_hash, 'accept', section.id,
                       CASE WHEN is_free THEN 'confirmed' ELSE 'held' END, '',
                       enrolment, p_entry, due, p_channel, p_actor, p_at);
END $$;

-- Decline an offer, or leave the line. An offered seat goes to the next person, never back to
-- whoever gave it up.
CREATE OR REPLACE FUNCTION seat_leave_line(
    p_actor bigint, p_learner bigint, p_entry bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_act text
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    entry enrolment_waitlistentry;
    answer enrolment_claim;
    seat enrolment_seat;
BEGIN
    SELECT s.* INTO section FROM enrolment_waitlistentry w
    JOIN courses_classsection s ON s.id = w.section_id
    WHERE w.id = p_entry AND w.learner_id = p_learner;
    IF NOT FOUND OR NOT seat_may_answer(p_actor, p_learner, section.unit_id, p_channel, p_at) THEN
        RETURN seat_unkept(p_learner, p_key, p_act, section.id, 'not_yours', p_at);
    END IF;
    PERFORM seat_lock_learner(p_learner, section.term_id, true);
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;

    SELECT * INTO seat FROM enrolment_seat
    WHERE section_id = section.id AND learner_id = p_learner AND state = 'offered'
    FOR NO KEY UPDATE;
    SELECT * INTO entry FROM enrolment_waitlistentry WHERE id = p_entry FOR NO KEY UPDATE;
    IF entry.state NOT IN ('waiting', 'offered') THEN
        RETURN seat_answer(p_learner, p_key, p_hash, p_act, section.id, 'refused', 'not_waiting',
                           NULL, p_entry, NULL, p_channel, p_actor, p_at);
    END IF;

    UPDATE enrolment_waitlistentry
    SET state = CASE WHEN entry.state = 'offered' THEN 'declined' ELSE 'left' END,
        due_at = NULL, closed_at = p_at
    WHERE id = p_entry;
    IF entry.state = 'offered' AND seat.no IS NOT NULL THEN
        PERFORM seat_free(section, seat);
        PERFORM seat_note(section, seat.no, p_learner, NULL, 'offered', 'free', '', '',
                          seat.due_at, NULL, p_channel, p_actor, '', p_at, 'offer declined');
    ELSE
        PERFORM seat_audit(section, p_learner, p_actor, 'left the waiting list', p_at,
                           jsonb_build_object('entry', p_entry, 'channel', p_channel));
    END IF;
    RETURN seat_answer(p_learner, p_key, p_hash, p_act, section.id,
                       CASE WHEN entry.state = 'offered' THEN 'declined' ELSE 'left_line' END,
                       '', NULL, p_entry, NULL, p_channel, p_actor, p_at);
END $$;

-- A learner's places in line: row-level security hides the others, so the count is made here.
-- Places are told to whom that security shows the learner's own entries, and to nobody else.
CREATE OR REPLACE FUNCTION waitlist_places(p_learner bigint, p_at timestamptz)
RETURNS TABLE (entry_id bigint, place int, waiting int)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
    SELECT mine.id, (
        SELECT count(*) FROM enrolment_waitlistentry w
        LEFT JOIN enrolment_learnerterm l
            ON l.learner_id = w.learner_id AND l.term_id = s.term_id
        WHERE w.section_id = mine.section_id AND w.state IN ('waiting', 'offered')
          AND CASE WHEN seat_rules(s.term_id, p_at)->>'waitlist_order' = 'rank'
              THEN w.ticket <= mine.ticket
              ELSE (coalesce(l.room_classes, 0) > 0, w.ticket)
                   <= (coalesce(own.room_classes, 0) > 0, mine.ticket) END
    )::int, (
        SELECT count(*) FROM enrolment_waitlistentry w
        WHERE w.section_id = mine.section_id AND w.state IN ('waiting', 'offered')
    )::int
    FROM enrolment_waitlistentry mine
    JOIN courses_classsection s ON s.id = mine.section_id
    LEFT JOIN enrolment_learnerterm own
        ON own.learner_id = p_learner AND own.term_id = s.term_id
    WHERE mine.learner_id = p_learner AND mine.state IN ('waiting', 'offered')
      AND (seat_sees_all() OR mine.learner_id = ANY (scope_learners())
           OR mine.unit_id = ANY (scope_units()))
$$;
