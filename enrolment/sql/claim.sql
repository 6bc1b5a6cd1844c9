-- Ask for a seat: held or taken if one is free and nobody waits, else a place in the line.
--
-- p_due is when a hold falls due (a class without a fee needs none); p_key names the press;
-- p_reason is what staff write down, '' for learners.
CREATE OR REPLACE FUNCTION seat_claim(
    p_actor bigint, p_learner bigint, p_section bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_due timestamptz, p_reason text
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    answer enrolment_claim;
BEGIN
    SELECT s.* INTO section FROM courses_classsection s WHERE s.id = p_section;
    IF NOT FOUND OR NOT seat_may_act(p_actor, p_learner, section.unit_id, 'apply', p_at) THEN
        RETURN seat_unkept(p_learner, p_key, 'claim', p_section, 'not_yours', p_at);
    END IF;
    IF NOT seat_lock_learner(p_learner, section.term_id, false) THEN
        PERFORM seat_lock_learner(p_learner, section.term_id, true);
        -- Anew, for the class may have been called off while we waited for our turn.
        SELECT s.* INTO section FROM courses_classsection s WHERE s.id = p_section;
    END IF;
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;
    RETURN seat_decide(p_actor, p_learner, section, p_key, p_hash, p_channel, p_at, p_due,
                       p_reason, NULL);
END $$;

-- Decide one claim under the learner's lock: a seat, a place in the line, or why not. p_together
-- names people who wait as one: they want no seat now, the caller has tried that.
CREATE OR REPLACE FUNCTION seat_decide(
    p_actor bigint, p_learner bigint, p_section courses_classsection, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_due timestamptz, p_reason text, p_together uuid
) RETURNS enrolment_claim LANGUAGE plpgsql AS $$
DECLARE
    term courses_term;
    free_seat enrolment_seat;
    refusal text;
BEGIN
    SELECT t.* INTO term FROM courses_term t WHERE t.id = p_section.term_id;
    refusal := seat_claim_refusal(p_learner, p_section, term.phase, p_channel, p_at, NULL);
    IF refusal <> '' THEN
        RETURN seat_answer(p_learner, p_key, p_hash, 'claim', p_section.id, 'refused', refusal,
                           NULL, NULL, NULL, p_channel, p_actor, p_at);
    END IF;
    IF p_together IS NULL THEN
        free_seat := seat_find(p_section, term.phase, p_at);
    END IF;
    IF free_seat.no IS NULL THEN
        RETURN seat_wait(p_actor, p_learner, p_section, p_key, p_hash, 'claim', p_channel, p_at,
                         p_reason, p_together, NULL);
    END IF;
    RETURN seat_give(
        p_actor, p_learner, p_section, free_seat, p_key, p_hash, 'claim', p_channel, p_at,
        seat_due(p_section, p_due), p_reason,
        CASE WHEN seat_has_begun(term, p_at) THEN 'late' ELSE 'open' END,
        seat_has_begun(term, p_at));
END $$;

-- What may have changed since the friendly check: the class, the window, the line, the learner.
-- p_but is an enrolment that the learner gives up for this one.
CREATE OR REPLACE FUNCTION seat_claim_refusal(
    p_learner bigint, p_section courses_classsection, p_phase text, p_channel text,
    p_at timestamptz, p_but bigint
) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    refusal text;
BEGIN
    IF p_section.status <> 'running'
       OR p_phase NOT IN ('confirming', 'waitlisting', 'open_enrolment', 'teaching')
       OR p_section.closes_at <= p_at AND p_phase = 'open_enrolment' THEN
        RETURN 'closed';
    END IF;
    IF p_section.opens_at > p_at AND p_phase = 'open_enrolment' THEN
        RETURN 'not_open_yet';
    END IF;
    IF p_phase = 'teaching' AND p_channel NOT IN ('counter', 'phone') AND p_but IS NULL THEN
        RETURN 'late';
    END IF;
    refusal := CASE WHEN EXISTS (
        SELECT FROM enrolment_waitlistentry
        WHERE section_id = p_section.id AND learner_id = p_learner
          AND state IN ('waiting', 'offered')
    ) THEN 'already_waiting' WHEN EXISTS (
        SELECT FROM enrolment_seat
        WHERE section_id = p_section.id AND learner_id = p_learner AND state = 'leaving'
    ) THEN 'just_withdrawn' END;
    RETURN coalesce(refusal, seat_refusal(p_learner, p_section, p_at, true, p_but));
END $$;

-- The first seat that is free for all, locked; no row where there is none. A seat that somebody
-- waits for, and may have, belongs to the line, not to whoever comes by. A seat locked by somebody
-- else counts as gone: waiting for it was measured to deadlock.
CREATE OR REPLACE FUNCTION seat_find(
    p_section courses_classsection, p_phase text, p_at timestamptz
) RETURNS enrolment_seat LANGUAGE plpgsql AS $$
DECLARE
    found_seat enrolment_seat;
BEGIN
    IF p_phase NOT IN ('open_enrolment', 'teaching')
       OR seat_is_for_the_line(p_section, p_at) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO found_seat FROM enrolment_seat
    WHERE section_id = p_section.id AND state = 'free'
    ORDER BY no LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    RETURN found_seat;
END $$;

-- Enrol the learner in a seat that the caller has locked: held until p_due, or theirs at once
-- where nothing is to be paid (p_due NULL).
CREATE OR REPLACE FUNCTION seat_give(
    p_actor bigint, p_learner bigint, p_section courses_classsection, p_seat enrolment_seat,
    p_key uuid, p_hash text, p_act text, p_channel text, p_at timestamptz, p_due timestamptz,
    p_reason text, p_source text, p_begun boolean
) RETURNS enrolment_claim LANGUAGE plpgsql AS $$
DECLARE
    seat_now text := CASE WHEN p_due IS NULL THEN 'taken' ELSE 'held' END;
    status_now text := CASE WHEN p_due IS NOT NULL THEN 'offered' WHEN p_begun THEN 'active'
                            ELSE 'confirmed' END;
    entry bigint;
    enrolment bigint;
BEGIN
    INSERT INTO enrolment_enrolment (
        section_id, learner_id, unit_id, status, source, seat_class, slots, due_at, answered_at,
        created_at
    ) VALUES (
        p_section.id, p_learner, p_section.unit_id, status_now, p_source, p_seat.bucket,
        p_section.meets, p_due,
        -- A yes already: to an offer, or to going on where nothing is to be paid.
        CASE WHEN p_seat.state = 'offered' OR p_act = 'renew' AND p_due IS NULL THEN p_at END,
        p_at
    ) RETURNING id INTO enrolment;
    UPDATE enrolment_seat
    SET state = seat_now, learner_id = p_learner, enrolment_id = enrolment, due_at = p_due
    WHERE section_id = p_section.id AND no = p_seat.no;
    IF p_seat.state = 'offered' THEN
        UPDATE enrolment_waitlistentry SET state = 'accepted', due_at = NULL, closed_at = p_at
        WHERE section_id = p_section.id AND learner_id = p_learner AND state = 'offered'
        RETURNING id INTO entry;
    END IF;
    PERFORM seat_count(p_learner, p_section, 1);
    PERFORM seat_introduce(p_learner, p_section.unit_id);
    PERFORM seat_note(p_section, p_seat.no, p_learner, enrolment, p_seat.state, seat_now, '',
                      status_now, p_seat.due_at, p_due, p_channel, p_actor, p_reason, p_at,
                      CASE p_act WHEN 'accept' THEN 'offer accepted'
                                 WHEN 'swap' THEN 'class changed' ELSE 'seat claimed' END);
    RETURN seat_answer(p_learner, p_key, p_hash, p_act, p_section.id,
                       CASE WHEN p_due IS NULL THEN 'confirmed' ELSE 'held' END, '',
                       enrolment, entry, p_due, p_channel, p_actor, p_at);
END $$;

-- Until when a seat of the class is held: p_due, or NULL where nothing is to be paid.
CREATE OR REPLACE FUNCTION seat_due(p_section courses_classsection, p_due timestamptz)
RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF p_section.fee_fen = 0 THEN RETURN NULL; END IF;
    IF p_due IS NULL THEN
        RAISE EXCEPTION 'a class with a fee is held until some time' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    RETURN p_due;
END $$;

-- Whether the first day of a term has come.
CREATE OR REPLACE FUNCTION seat_has_begun(p_term courses_term, p_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT p_term.starts_on <= (p_at AT TIME ZONE 'Asia/Shanghai')::date
$$;

-- A place at the end of the line. p_together: people who wait as one; p_gives_up: the enrolment
-- that ends when this one comes about.
CREATE OR REPLACE FUNCTION seat_wait(
    p_actor bigint, p_learner bigint, p_section courses_classsection, p_key uuid, p_hash text,
    p_act text, p_channel text, p_at timestamptz, p_reason text, p_together uuid,
    p_gives_up bigint
) RETURNS enrolment_claim LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
BEGIN
    INSERT INTO enrolment_waitlistentry (
        section_id, learner_id, unit_id, ticket, state, joined_at, together, gives_up_id
    ) VALUES (
        p_section.id, p_learner, p_section.unit_id, nextval('waitlist_ticket'), 'waiting', p_at,
        p_together, p_gives_up
    ) RETURNING id INTO entry;
    PERFORM seat_open_cloud(p_learner, p_section, 'waitlist', p_at);
    PERFORM seat_introduce(p_learner, p_section.unit_id);
    PERFORM seat_audit(p_section, p_learner, p_actor, 'joined the waiting list', p_at,
                       jsonb_build_object('entry', entry, 'channel', p_channel,
                                          'reason', p_reason));
    RETURN seat_answer(p_learner, p_key, p_hash, p_act, p_section.id, 'waitlisted', '',
                       NULL, entry, NULL, p_channel, p_actor, p_at);
END $$;
