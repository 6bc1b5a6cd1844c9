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
    next_one enrolment_waitlistentry;
    offered int := 0;
    given int;
BEGIN
    PERFORM seat_ensure_for_all();
    SELECT * INTO section FROM courses_classsection WHERE id = p_section;
    IF section.status <> 'running' OR NOT seat_offers_now(section.term_id) THEN RETURN 0; END IF;
    no_seat_first := coalesce(
        seat_rules(section.term_id, p_at)->>'waitlist_order', 'no_seat_first') = 'no_seat_first';

    -- Seats are read without a lock, for the learner's lock comes first.
    FOR free_seat IN
        SELECT no, bucket FROM enrolment_seat
        WHERE section_id = p_section AND state = 'free' ORDER BY no
    LOOP
        given := 0;
        FOR next_one IN
            SELECT w.* FROM enrolment_waitlistentry w
            LEFT JOIN enrolment_learnerterm l
                ON l.learner_id = w.learner_id AND l.term_id = section.term_id
            WHERE w.section_id = p_section AND w.state = 'waiting'
            -- A reserved seat goes first to those it was reserved for, then to all.
            ORDER BY free_seat.bucket <> 'O' AND strpos(w.flags, free_seat.bucket) = 0,
                     no_seat_first AND coalesce(l.room_classes, 0) > 0, w.ticket
        LOOP
            given := seat_offer(section, free_seat.no, next_one, p_at, p_due);
            EXIT WHEN given > 0 OR given IS NULL;
        END LOOP;
        offered := offered + coalesce(given, 0);
        EXIT WHEN given = 0;  -- nobody in the line can take a seat now
    END LOOP;
    RETURN offered;
END $$;

-- Whether lines of a term move: from the waiting list's phase until the term is closed.
CREATE OR REPLACE FUNCTION seat_offers_now(p_term bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT phase IN ('waitlisting', 'open_enrolment', 'teaching') FROM courses_term WHERE id = p_term
$$;

-- Offer a seat to a person, and more seats to those who wait as one with them: to all, or to
-- nobody. Returns how many were offered; 0: not these people now. NULL: the seat is gone.
CREATE OR REPLACE FUNCTION seat_offer(
    p_section courses_classsection, p_no int, p_entry enrolment_waitlistentry,
    p_at timestamptz, p_due timestamptz
) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    one enrolment_waitlistentry;
    all_of_them enrolment_waitlistentry[] := '{}';
    waiting int;
    seats int[];
BEGIN
    FOR one IN SELECT * FROM seat_waiting_as_one(p_entry) LOOP
        IF NOT seat_lock_learner(one.learner_id, p_section.term_id, false) THEN RETURN 0; END IF;
    END LOOP;
    FOR one IN SELECT * FROM seat_waiting_as_one(p_entry) LOOP
        IF NOT seat_may_have(p_section, one, p_at) THEN
            PERFORM seat_pass_over(p_section, one, p_at);
            RETURN 0;
        END IF;
        all_of_them := all_of_them || one;
    END LOOP;
    IF cardinality(all_of_them) = 0 THEN RETURN 0; END IF;
    -- The class may have been called off since the pass began, and the line be closing.
    IF NOT EXISTS (
        SELECT FROM courses_classsection WHERE id = p_section.id AND status = 'running'
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM enrolment_waitlistentry
    WHERE id IN (SELECT id FROM unnest(all_of_them)) AND state = 'waiting'
    FOR NO KEY UPDATE SKIP LOCKED;
    GET DIAGNOSTICS waiting = ROW_COUNT;
    IF waiting < cardinality(all_of_them) THEN RETURN 0; END IF;

    SELECT array_agg(no) INTO seats FROM (
        SELECT no FROM enrolment_seat
        WHERE section_id = p_section.id AND state = 'free'
          AND (no = p_no OR cardinality(all_of_them) > 1)
        ORDER BY no <> p_no, no LIMIT cardinality(all_of_them)
        FOR NO KEY UPDATE SKIP LOCKED
    ) free_seats;
    IF seats IS NULL OR NOT p_no = ANY (seats) THEN RETURN NULL; END IF;
    IF cardinality(seats) < cardinality(all_of_them) THEN RETURN 0; END IF;
    FOR i IN 1..cardinality(seats) LOOP
        one := all_of_them[i];
        UPDATE enrolment_seat SET state = 'offered', learner_id = one.learner_id, due_at = p_due
        WHERE section_id = p_section.id AND no = seats[i];
        UPDATE enrolment_waitlistentry SET state = 'offered', due_at = p_due WHERE id = one.id;
        PERFORM seat_note(p_section, seats[i], one.learner_id, NULL, 'free', 'offered', '', '',
                          NULL, p_due, 'system', NULL, '', p_at, 'seat offered');
        PERFORM seat_errand('tell_offer', one.id::text);
    END LOOP;
    RETURN cardinality(seats);
END $$;

-- A person's entry and those of the people who wait as one with them, in the order of locks; as
-- they stand now, so nothing where the person waits no more. The dead wait for nothing.
CREATE OR REPLACE FUNCTION seat_waiting_as_one(p_entry enrolment_waitlistentry)
RETURNS SETOF enrolment_waitlistentry LANGUAGE sql STABLE AS $$
    SELECT w.* FROM enrolment_waitlistentry w
    JOIN accounts_learner l ON l.id = w.learner_id AND l.deceased_on IS NULL
    WHERE w.section_id = p_entry.section_id AND w.state = 'waiting'
      AND (w.id = p_entry.id OR w.together = p_entry.together)
    ORDER BY w.learner_id
$$;

-- Whether a person who waits could take a seat of the class now.
CREATE OR REPLACE FUNCTION seat_may_have(
    p_section courses_classsection, p_entry enrolment_waitlistentry, p_at timestamptz
) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- One live offer per learner and hour: the answer to the first one comes first.
    RETURN NOT seat_has_offer_at(p_section, p_entry.learner_id)
       AND seat_refusal(p_entry.learner_id, p_section, p_at, false, p_entry.gives_up_id) = ''
       AND NOT (seat_is_in(p_entry.gives_up_id) AND seat_too_late_to_change(p_section, p_at));
END $$;

CREATE OR REPLACE FUNCTION seat_is_in(p_enrolment bigint)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN p_enrolment IS NOT NULL AND EXISTS (
        SELECT FROM enrolment_enrolment
        WHERE id = p_enrolment AND status IN ('offered', 'confirmed', 'active'));
END $$;

-- Whether the free seats of a class are the line's: somebody waits, alone or with others, who may
-- have them now and whom they are enough for.
CREATE OR REPLACE FUNCTION seat_is_for_the_line(
    p_section courses_classsection, p_at timestamptz
) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    free_seats int;
BEGIN
    IF NOT EXISTS (
        SELECT FROM enrolment_waitlistentry WHERE section_id = p_section.id AND state = 'waiting'
    ) THEN
        RETURN false;
    END IF;
    SELECT count(*) INTO free_seats FROM enrolment_seat
    WHERE section_id = p_section.id AND state = 'free';
    RETURN free_seats > 0 AND EXISTS (
        SELECT FROM enrolment_waitlistentry w
        CROSS JOIN LATERAL (
            SELECT count(*) AS people, bool_and(seat_may_have(p_section, one, p_at)) AS may
            FROM seat_waiting_as_one(w) one
        ) they
        WHERE w.section_id = p_section.id AND w.state = 'waiting' AND they.may
          AND they.people <= free_seats
    );
END $$;

CREATE OR REPLACE FUNCTION seat_has_offer_at(p_section courses_classsection, p_learner bigint)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM enrolment_waitlistentry w
        JOIN courses_classsection s ON s.id = w.section_id
        WHERE w.learner_id = p_learner AND w.state = 'offered' AND s.meets && p_section.meets
    );
END $$;

-- A seat goes by because of another class of theirs: the person is told once.
CREATE OR REPLACE FUNCTION seat_pass_over(
    p_section courses_classsection, p_entry enrolment_waitlistentry, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_entry.passed_over_at IS NULL AND NOT seat_has_offer_at(p_section, p_entry.learner_id) THEN
        UPDATE enrolment_waitlistentry SET passed_over_at = p_at WHERE id = p_entry.id;
        PERFORM seat_errand('tell_passed_over', p_entry.id::text);
    END IF;
END $$;

-- Accept an offer. The clock of the door decides, not the punctuality of the sweep. A class with
-- a fee stays held until p_due; one without is the learner's at once. A class that was to be
-- given up for this one ends now.
CREATE OR REPLACE FUNCTION seat_accept(
    p_actor bigint, p_learner bigint, p_entry bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_due timestamptz, p_reason text
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    term courses_term;
    entry enrolment_waitlistentry;
    answer enrolment_claim;
    seat enrolment_seat;
    gives_up enrolment_enrolment;
    refusal text := 'too_late';
BEGIN
    SELECT s.* INTO section FROM enrolment_waitlistentry w
    JOIN courses_classsection s ON s.id = w.section_id
    WHERE w.id = p_entry AND w.learner_id = p_learner;
    IF NOT FOUND
       OR NOT seat_may_answer(p_actor, p_learner, section.unit_id, 'apply', p_channel, p_at) THEN
        RETURN seat_unkept(p_learner, p_key, 'accept', section.id, 'not_yours', p_at);
    END IF;
    PERFORM seat_lock_learner(p_learner, section.term_id, true);
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;

    SELECT * INTO seat FROM enrolment_seat
    WHERE section_id = section.id AND learner_id = p_learner AND state = 'offered'
    FOR NO KEY UPDATE;
    SELECT * INTO entry FROM enrolment_waitlistentry WHERE id = p_entry FOR NO KEY UPDATE;
    IF entry.state = 'offered' AND entry.due_at > p_at THEN
        gives_up := seat_still_given(entry, p_at);
    END IF;
    IF gives_up.id IS NOT NULL AND NOT seat_may_answer(
        p_actor, p_learner, gives_up.unit_id, 'withdraw', p_channel, p_at
    ) THEN
        RETURN seat_unkept(p_learner, p_key, 'accept', section.id, 'not_yours', p_at);
    END IF;
    SELECT s.* INTO section FROM courses_classsection s WHERE s.id = section.id FOR SHARE;
    IF entry.state = 'offered' AND entry.due_at > p_at AND seat.no IS NOT NULL
       AND section.status = 'running' THEN
        refusal := seat_refusal(p_learner, section, p_at, false, gives_up.id);
    END IF;
    IF refusal = '' AND gives_up.id IS NOT NULL THEN
        refusal := seat_swap_refusal(gives_up.id, section, p_channel, p_at);
    END IF;
    IF refusal <> '' THEN
        RETURN seat_answer(p_learner, p_key, p_hash, 'accept', section.id, 'refused', refusal,
                           NULL, p_entry, NULL, p_channel, p_actor, p_at);
    END IF;
    IF gives_up.id IS NOT NULL THEN
        RETURN seat_exchange(p_actor, p_learner, gives_up.id, section, seat, p_key, p_hash, 'accept',
                             p_channel, p_at, p_due, p_reason);
    END IF;
    SELECT * INTO term FROM courses_term WHERE id = section.term_id;
    RETURN seat_give(p_actor, p_learner, section, seat, p_key, p_hash, 'accept', p_channel, p_at,
                     seat_due(section, p_due), p_reason, 'waitlist', seat_has_begun(term, p_at));
END $$;

-- The enrolment that ends if an offer is accepted, while the person is still in it. A hold that has
-- run out ends here, swept or not: nobody is refused because the sweep is late.
CREATE OR REPLACE FUNCTION seat_still_given(p_entry enrolment_waitlistentry, p_at timestamptz)
RETURNS enrolment_enrolment LANGUAGE plpgsql AS $$
DECLARE
    old enrolment_enrolment;
    section courses_classsection;
    seat enrolment_seat;
BEGIN
    SELECT * INTO old FROM enrolment_enrolment
    WHERE id = p_entry.gives_up_id AND status IN ('offered', 'confirmed', 'active');
    IF old.due_at <= p_at THEN
        SELECT * INTO section FROM courses_classsection WHERE id = old.section_id;
        SELECT * INTO seat FROM enrolment_seat WHERE enrolment_id = old.id FOR NO KEY UPDATE;
        PERFORM seat_lapse(section, seat, p_at);
        RETURN NULL;
    END IF;
    RETURN old;
END $$;

-- Decline an offer, or leave the line. An offered seat goes to the next person, never back to
-- whoever gave it up.
CREATE OR REPLACE FUNCTION seat_leave_line(
    p_actor bigint, p_learner bigint, p_entry bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_act text, p_reason text
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
    IF NOT FOUND
       OR NOT seat_may_answer(p_actor, p_learner, section.unit_id, 'apply', p_channel, p_at) THEN
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
                          seat.due_at, NULL, p_channel, p_actor, p_reason, p_at,
                          'offer declined');
    ELSE
        PERFORM seat_audit(section, p_learner, p_actor, 'left the waiting list', p_at,
                           jsonb_build_object('entry', p_entry, 'channel', p_channel,
                                              'reason', p_reason));
    END IF;
    RETURN seat_answer(p_learner, p_key, p_hash, p_act, section.id,
                       CASE WHEN entry.state = 'offered' THEN 'declined' ELSE 'left_line' END,
                       '', NULL, p_entry, NULL, p_channel, p_actor, p_at);
END $$;

-- Learners' places in line: row-level security hides the others, so the count is made here.
-- Places are told to whom that security shows the entries, and to nobody else.
CREATE OR REPLACE FUNCTION waitlist_places(p_learners bigint[], p_at timestamptz)
RETURNS TABLE (entry_id bigint, place int, waiting int)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
    WITH line AS MATERIALIZED (
        SELECT s.id, s.term_id, coalesce(
            seat_rules(s.term_id, p_at)->>'waitlist_order' = 'rank', false) AS by_ticket
        FROM courses_classsection s
        WHERE s.id IN (
            SELECT mine.section_id FROM enrolment_waitlistentry mine
            WHERE mine.learner_id = ANY (p_learners) AND mine.state IN ('waiting', 'offered'))
    ), placed AS (
        SELECT w.id, w.learner_id, w.unit_id, count(*) OVER (
                   PARTITION BY w.section_id
                   ORDER BY NOT line.by_ticket AND coalesce(l.room_classes, 0) > 0, w.ticket
               ) AS place, count(*) OVER (PARTITION BY w.section_id) AS waiting
        FROM line
        JOIN enrolment_waitlistentry w
            ON w.section_id = line.id AND w.state IN ('waiting', 'offered')
        LEFT JOIN enrolment_learnerterm l
            ON l.learner_id = w.learner_id AND l.term_id = line.term_id
    )
    SELECT id, place::int, waiting::int FROM placed
    WHERE learner_id = ANY (p_learners)
      AND (seat_sees_all() OR learner_id = ANY (scope_learners())
           OR unit_id = ANY (scope_units()))
$$;
