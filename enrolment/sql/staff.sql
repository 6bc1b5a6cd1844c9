-- What staff do with seats: keep a place longer, change the size of a class, call it off.

-- Keep a held or offered seat longer, until p_due, with the reason why: once for each hold or offer.
-- Whoever was asked as one with this learner is kept as one, too.
CREATE OR REPLACE FUNCTION seat_extend(
    p_actor bigint, p_learner bigint, p_section bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_due timestamptz, p_reason text
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    answer enrolment_claim;
    seat enrolment_seat;
    entry bigint;
    extended boolean;
    refusal text;
BEGIN
    SELECT * INTO section FROM courses_classsection WHERE id = p_section;
    IF section.id IS NULL OR NOT seat_is_staff(p_actor, section.unit_id) THEN
        RETURN seat_unkept(p_learner, p_key, 'extend', p_section, 'not_yours', p_at);
    END IF;
    -- Everybody's row, in one order for all writers.
    PERFORM seat_lock_learner(one.learner, section.term_id, true) FROM (
        SELECT p_learner AS learner
        UNION SELECT learner_id FROM seat_in_line_with(p_section, p_learner)
        ORDER BY 1
    ) one;
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;

    SELECT * INTO seat FROM enrolment_seat
    WHERE section_id = p_section AND learner_id = p_learner AND state IN ('held', 'offered')
    FOR NO KEY UPDATE;
    SELECT id INTO entry FROM enrolment_waitlistentry
    WHERE section_id = p_section AND learner_id = p_learner AND state = 'offered';
    extended := coalesce(
        (SELECT extended_at IS NOT NULL FROM enrolment_enrolment WHERE id = seat.enrolment_id),
        (SELECT extended_at IS NOT NULL FROM enrolment_waitlistentry WHERE id = entry));
    refusal := CASE
        WHEN seat.no IS NULL OR seat.due_at <= p_at OR section.status <> 'running' THEN 'too_late'
        WHEN extended THEN 'already_extended'
        -- Counted from an offer that has run out meanwhile, and been followed by another one.
        WHEN p_due <= seat.due_at THEN 'too_late'
        ELSE ''
    END;
    IF refusal = '' THEN
        PERFORM seat_keep(section, seat, p_due, p_channel, p_actor, p_reason, p_at);
        PERFORM seat_keep_with(section, p_learner, p_due, p_channel, p_actor, p_reason, p_at);
    END IF;
    RETURN seat_answer(
        p_learner, p_key, p_hash, 'extend', p_section,
        CASE WHEN refusal = '' THEN 'extended' ELSE 'refused' END, refusal,
        seat.enrolment_id, entry, CASE WHEN refusal = '' THEN p_due END, p_channel, p_actor, p_at);
END $$;

-- The places of people who are in a line as one with a learner, in the order of locks.
CREATE OR REPLACE FUNCTION seat_in_line_with(p_section bigint, p_learner bigint)
RETURNS SETOF enrolment_waitlistentry LANGUAGE sql STABLE AS $$
    SELECT w.* FROM enrolment_waitlistentry mine
    JOIN enrolment_waitlistentry w
        ON w.section_id = mine.section_id AND w.together = mine.together AND w.id <> mine.id
    WHERE mine.section_id = p_section AND mine.learner_id = p_learner
      AND mine.state IN ('waiting', 'offered') AND w.state IN ('waiting', 'offered')
    ORDER BY w.learner_id
$$;

-- Put off the offers to those who were asked as one with a learner, and tell them the new day.
-- The caller holds all their locks.
CREATE OR REPLACE FUNCTION seat_keep_with(
    p_section courses_classsection, p_learner bigint, p_due timestamptz,
    p_channel text, p_actor bigint, p_reason text, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    other record;
BEGIN
    FOR other IN
        SELECT s AS seat, w.id AS entry FROM seat_in_line_with(p_section.id, p_learner) w
        JOIN enrolment_seat s ON s.section_id = w.section_id AND s.learner_id = w.learner_id
        WHERE s.state = 'offered' AND s.due_at < p_due
        FOR NO KEY UPDATE OF s
    LOOP
        IF seat_keep(p_section, other.seat, p_due, p_channel, p_actor, p_reason, p_at) THEN
            PERFORM seat_errand('tell_offer', other.entry::text);
        END IF;
    END LOOP;
END $$;

-- Put off when a held or offered seat falls due. False: it was put off before. The number under
-- which a phone answers the offer stays: it is the same question, with more time.
CREATE OR REPLACE FUNCTION seat_keep(
    p_section courses_classsection, p_seat enrolment_seat, p_due timestamptz,
    p_channel text, p_actor bigint, p_reason text, p_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    status text := CASE WHEN p_seat.state = 'held' THEN 'offered' ELSE '' END;
    entry bigint;
BEGIN
    IF p_seat.state = 'held' THEN
        UPDATE enrolment_enrolment SET due_at = p_due, extended_at = p_at
        WHERE id = p_seat.enrolment_id AND extended_at IS NULL;
    ELSE
        UPDATE enrolment_waitlistentry SET due_at = p_due, extended_at = p_at
        WHERE section_id = p_section.id AND learner_id = p_seat.learner_id AND state = 'offered'
          AND extended_at IS NULL
        RETURNING id INTO entry;
    END IF;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE enrolment_phonequestion SET due_at = p_due
    WHERE (entry_id = entry OR enrolment_id = p_seat.enrolment_id) AND due_at = p_seat.due_at;
    UPDATE enrolment_seat SET due_at = p_due
    WHERE section_id = p_section.id AND no = p_seat.no;
    PERFORM seat_note(p_section, p_seat.no, p_seat.learner_id, p_seat.enrolment_id, p_seat.state,
                      p_seat.state, status, status, p_seat.due_at, p_due, p_channel, p_actor,
                      p_reason, p_at, 'kept longer');
    RETURN true;
END $$;

-- Change how many seats a class has. Never takes a seat from somebody: returns the number it has
-- now, which is more than asked for when too many are in use, and one at least.
-- 0: the class was called off. NULL: not this person's class.
CREATE OR REPLACE FUNCTION seat_resize(
    p_actor bigint, p_section bigint, p_capacity int, p_at timestamptz, p_reason text
) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    wanted int := greatest(p_capacity, 1);
    seats int;
BEGIN
    SELECT * INTO section FROM courses_classsection WHERE id = p_section;
    IF section.id IS NULL OR NOT seat_is_staff(p_actor, section.unit_id) THEN RETURN NULL; END IF;
    SELECT * INTO section FROM courses_classsection WHERE id = p_section FOR NO KEY UPDATE;
    IF section.status <> 'running' THEN RETURN 0; END IF;

    INSERT INTO enrolment_seat (section_id, no, state, bucket)
    SELECT p_section, no, 'free', 'O'
    FROM generate_series(1, 9999) AS no
    WHERE NOT EXISTS (SELECT FROM enrolment_seat s WHERE s.section_id = p_section AND s.no = no.no)
    ORDER BY no
    LIMIT greatest(0, wanted - (
        SELECT count(*) FROM enrolment_seat WHERE section_id = p_section));
    DELETE FROM enrolment_seat d WHERE d.section_id = p_section AND d.no IN (
        SELECT no FROM enrolment_seat WHERE section_id = p_section AND state = 'free'
        ORDER BY no DESC
        LIMIT greatest(0, (SELECT count(*) FROM enrolment_seat WHERE section_id = p_section)
                          - wanted)
        FOR UPDATE SKIP LOCKED
    );
    SELECT count(*) INTO seats FROM enrolment_seat WHERE section_id = p_section;
    UPDATE courses_classsection SET capacity = seats WHERE id = p_section;
    PERFORM seat_audit(section, NULL, p_actor, 'class resized', p_at, jsonb_build_object(
        'from', section.capacity, 'asked', p_capacity, 'to', seats, 'reason', p_reason));
    PERFORM seat_errand('promote_section', p_section::text);
    RETURN seats;
END $$;

-- Call a class off. New claims are refused from here on; the errand empties it, and goes on until
-- the claims that were on their way have arrived. False: not this person's class.
CREATE OR REPLACE FUNCTION seat_cancel_section(
    p_actor bigint, p_section bigint, p_at timestamptz, p_reason text
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
BEGIN
    SELECT * INTO section FROM courses_classsection WHERE id = p_section;
    IF section.id IS NULL OR NOT seat_is_staff(p_actor, section.unit_id) THEN RETURN false; END IF;
    UPDATE courses_classsection SET status = 'cancelled'
    WHERE id = p_section AND status = 'running';
    IF FOUND THEN
        PERFORM seat_audit(section, NULL, p_actor, 'class called off', p_at,
                           jsonb_build_object('reason', p_reason));
        PERFORM seat_errand('empty_section', p_section::text);
    END IF;
    RETURN true;
END $$;

-- End up to p_limit enrolments and places in line of a class that was called off. Returns how
-- many ended; call it until it returns none.
CREATE OR REPLACE FUNCTION seat_empty_section(p_section bigint, p_at timestamptz, p_limit int)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    used enrolment_seat;
    seat enrolment_seat;
    held enrolment_enrolment;
    waiter bigint;
    done int := 0;
BEGIN
    PERFORM seat_ensure_for_all();
    SELECT * INTO section FROM courses_classsection WHERE id = p_section;
    IF section.status <> 'cancelled' THEN RETURN 0; END IF;
    FOR used IN
        SELECT * FROM enrolment_seat WHERE section_id = p_section AND state <> 'free'
        ORDER BY learner_id LIMIT p_limit
    LOOP
        CONTINUE WHEN NOT seat_lock_learner(used.learner_id, section.term_id, false);
        SELECT * INTO seat FROM enrolment_seat
        WHERE section_id = p_section AND no = used.no AND learner_id = used.learner_id
        FOR NO KEY UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        SELECT * INTO held FROM enrolment_enrolment WHERE id = seat.enrolment_id;
        UPDATE enrolment_seat
        SET state = 'free', learner_id = NULL, enrolment_id = NULL, due_at = NULL
        WHERE section_id = p_section AND no = seat.no;
        IF seat.state = 'leaving' THEN
            UPDATE enrolment_enrolment SET undo_until = NULL WHERE id = held.id;
        ELSIF held.id IS NOT NULL THEN
            UPDATE enrolment_enrolment
            SET status = 'cancelled_by_school', due_at = NULL, ended_at = p_at
            WHERE id = held.id;
            PERFORM seat_count(seat.learner_id, section, -1);
            PERFORM seat_open_cloud(seat.learner_id, section, 'called_off', p_at);
            PERFORM seat_errand('tell_cancelled', held.id::text);
        ELSE
            PERFORM seat_close_offer(section, seat, 'tell_line_closed', p_at);
        END IF;
        PERFORM seat_note(section, seat.no, seat.learner_id, held.id, seat.state, 'free',
                          coalesce(held.status, ''),
                          CASE WHEN held.id IS NULL THEN ''
                               WHEN seat.state = 'leaving' THEN held.status
                               ELSE 'cancelled_by_school' END,
                          seat.due_at, NULL, 'system', NULL, '', p_at, 'class called off');
        done := done + 1;
    END LOOP;
    FOR waiter IN
        UPDATE enrolment_waitlistentry SET state = 'closed', due_at = NULL, closed_at = p_at
        WHERE id IN (
            SELECT id FROM enrolment_waitlistentry
            WHERE section_id = p_section AND state = 'waiting'
            ORDER BY id LIMIT p_limit FOR UPDATE SKIP LOCKED
        )
        RETURNING id
    LOOP
        PERFORM seat_errand('tell_line_closed', waiter::text);
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;
