-- Ask for a seat: held or taken if one is free and nobody waits, else a place in the line.
--
-- p_due is when a hold falls due (a class without a fee needs none); p_key names the press.
CREATE OR REPLACE FUNCTION seat_claim(
    p_actor bigint, p_learner bigint, p_section bigint, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_due timestamptz
) RETURNS enrolment_claim LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    section courses_classsection;
    phase text;
    begun boolean;
    answer enrolment_claim;
    refusal text;
    entry bigint;
BEGIN
    SELECT s.* INTO section FROM courses_classsection s WHERE s.id = p_section;
    SELECT t.phase, t.starts_on <= (p_at AT TIME ZONE 'Asia/Shanghai')::date INTO phase, begun
    FROM courses_term t WHERE t.id = section.term_id;
    IF NOT FOUND OR NOT seat_may_act(p_actor, p_learner, section.unit_id, 'apply', p_at) THEN
        RETURN seat_unkept(p_learner, p_key, 'claim', p_section, 'not_yours', p_at);
    END IF;

    PERFORM seat_lock_learner(p_learner, section.term_id, true);
    answer := seat_stored(p_learner, p_key, p_hash, p_at);
    IF answer.key IS NOT NULL THEN RETURN answer; END IF;

    refusal := seat_claim_refusal(p_learner, section, phase, p_channel, p_at);
    IF refusal <> '' THEN
        RETURN seat_answer(p_learner, p_key, p_hash, 'claim', p_section, 'refused', refusal,
                           NULL, NULL, NULL, p_channel, p_actor, p_at);
    END IF;

    -- A seat that somebody waits for belongs to the line, not to whoever comes by.
    IF phase IN ('open_enrolment', 'teaching') AND NOT EXISTS (
        SELECT FROM enrolment_waitlistentry WHERE section_id = p_section AND state = 'waiting'
    ) THEN
        answer := seat_take(p_actor, p_learner, section, p_key, p_hash, p_channel, p_at, p_due,
                            begun);
        IF answer.key IS NOT NULL THEN RETURN answer; END IF;
    END IF;

    INSERT INTO enrolment_waitlistentry (
        section_id, learner_id, unit_id, ticket, state, joined_at
    ) VALUES (
        p_section, p_learner, section.unit_id, nextval('waitlist_ticket'), 'waiting', p_at
    ) RETURNING id INTO entry;
    PERFORM seat_introduce(p_learner, section.unit_id);
    PERFORM seat_audit(section, p_learner, p_actor, 'joined the waiting list', p_at,
                       jsonb_build_object('entry', entry, 'channel', p_channel));
    RETURN seat_answer(p_learner, p_key, p_hash, 'claim', p_section, 'waitlisted', '',
                       NULL, entry, NULL, p_channel, p_actor, p_at);
END $$;

-- What may have changed since the friendly check: the class, the window, the line, the learner.
CREATE OR REPLACE FUNCTION seat_claim_refusal(
    p_learner bigint, p_section courses_classsection, p_phase text, p_channel text,
    p_at timestamptz
) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_section.status <> 'running'
       OR p_phase NOT IN ('confirming', 'waitlisting', 'open_enrolment', 'teaching')
       OR p_section.closes_at <= p_at AND p_phase = 'open_enrolment' THEN
        RETURN 'closed';
    END IF;
    IF p_section.opens_at > p_at AND p_phase = 'open_enrolment' THEN
        RETURN 'not_open_yet';
    END IF;
    IF p_phase = 'teaching' AND p_channel NOT IN ('counter', 'phone') THEN
        RETURN 'late';
    END IF;
    IF EXISTS (
        SELECT FROM enrolment_waitlistentry
        WHERE section_id = p_section.id AND learner_id = p_learner
          AND state IN ('waiting', 'offered')
    ) THEN
        RETURN 'already_waiting';
    END IF;
    IF EXISTS (
        SELECT FROM enrolment_seat
        WHERE section_id = p_section.id AND learner_id = p_learner AND state = 'leaving'
    ) THEN
        RETURN 'just_withdrawn';
    END IF;
    RETURN seat_refusal(p_learner, p_section, p_at, true);
END $$;

-- Take the first free seat and enrol the learner; nothing if none can be had at once. A seat
-- locked by somebody else counts as gone: waiting for it was measured to deadlock.
CREATE OR REPLACE FUNCTION seat_take(
    p_actor bigint, p_learner bigint, p_section courses_classsection, p_key uuid, p_hash text,
    p_channel text, p_at timestamptz, p_due timestamptz, p_begun boolean
) RETURNS enrolment_claim LANGUAGE plpgsql AS $$
DECLARE
    is_free boolean := p_section.fee_fen = 0;
    seat_state text := CASE WHEN is_free THEN 'taken' ELSE 'held' END;
    status text := CASE WHEN NOT is_free THEN 'offered' WHEN p_begun THEN 'active'
                        ELSE 'confirmed' END;
    due timestamptz := CASE WHEN is_free THEN NULL ELSE p_due END;
    seat_no int;
    seat_bucket text;
    enrolment bigint;
BEGIN
    SELECT no, bucket INTO seat_no, seat_bucket FROM enrolment_seat
    WHERE section_id = p_section.id AND state = 'free'
    ORDER BY no LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN NULL; END IF;

    INSERT INTO enrolment_enrolment (
        section_id, learner_id, unit_id, status, source, seat_class, slots, due_at, created_at
    ) VALUES (
        p_section.id, p_learner, p_section.unit_id, status,
        CASE WHEN p_begun THEN 'late' ELSE 'open' END, seat_bucket, p_section.meets, due, p_at
    ) RETURNING id INTO enrolment;
    UPDATE enrolment_seat
    SET state = seat_state, learner_id = p_learner, enrolment_id = enrolment, due_at = due
    WHERE section_id = p_section.id AND no = seat_no;
    PERFORM seat_count(p_learner, p_section, 1);
    PERFORM seat_introduce(p_learner, p_section.unit_id);
    PERFORM seat_note(p_section, seat_no, p_learner, enrolment, 'free', seat_state, '', status,
                      NULL, due, p_channel, p_actor, '', p_at, 'seat claimed');
    RETURN seat_answer(p_learner, p_key, p_hash, 'claim', p_section.id,
                       CASE WHEN is_free THEN 'confirmed' ELSE 'held' END, '',
                       enrolment, NULL, due, p_channel, p_actor, p_at);
END $$;
