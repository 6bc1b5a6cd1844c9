-- What the functions of this folder share: who may act, what the rules say, how a move is noted.
--
-- House rules of every function here:
--   * the time comes in (p_at), never from the server's clock;
--   * locks in this order: learner_term, then seats, then waitlist rows, then inserts;
--   * a claim waits for nothing but its own learner; every other lock is taken or skipped;
--   * one call is one transaction: work, history, audit and errand stand or fall together.

-- Whether p_actor may do p_right ('view', 'apply' or 'withdraw') for p_learner in a class of p_unit:
-- the learner themselves, a helper with a live grant of that right, staff of the unit or above.
CREATE OR REPLACE FUNCTION seat_may_act(
    p_actor bigint, p_learner bigint, p_unit bigint, p_right text, p_at timestamptz
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM accounts_learner WHERE id = p_learner AND user_id = p_actor
    ) OR EXISTS (
        SELECT FROM accounts_helpergrant
        WHERE learner_id = p_learner AND helper_id = p_actor AND revoked_at IS NULL
          AND granted_at <= p_at AND expires_at > p_at
          AND CASE p_right WHEN 'withdraw' THEN may_withdraw WHEN 'view' THEN may_view
              ELSE may_apply END
    ) OR seat_is_staff(p_actor, p_unit)
$$;

-- Whether an answer to an offer may be taken: by whom may p_right, or by SMS with no account behind
-- it. The errand that reads messages has found the learner by the phone the offer went to; it
-- works for the whole city, so no request of the web can come this way.
CREATE OR REPLACE FUNCTION seat_may_answer(
    p_actor bigint, p_learner bigint, p_unit bigint, p_right text, p_channel text,
    p_at timestamptz
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT seat_may_act(p_actor, p_learner, p_unit, p_right, p_at)
        OR (p_actor IS NULL AND p_channel = 'sms' AND seat_sees_all())
$$;

-- Whether p_actor works at a counter of p_unit, or of an office above it.
CREATE OR REPLACE FUNCTION seat_is_staff(p_actor bigint, p_unit bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above AS (
        SELECT id, parent_id FROM accounts_unit WHERE id = p_unit
        UNION
        SELECT u.id, u.parent_id FROM accounts_unit u JOIN above a ON u.id = a.parent_id
    )
    SELECT EXISTS (
        SELECT FROM accounts_staffpost p JOIN above a ON a.id = p.unit_id
        WHERE p.user_id = p_actor AND p.ended_on IS NULL
          AND p.role IN ('registrar', 'branch_head', 'counter', 'hotline')
    )
$$;

-- Whether the work that asks is for the whole city: in a scope that names a system
-- (accounts/scope.py), or by the owner of the tables (imports, the demo), who is not bound by
-- row-level security either. Inside our functions the role that asks is no longer current_user.
CREATE OR REPLACE FUNCTION seat_sees_all() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT scope_system() OR 'owner' = CASE current_setting('role')
        WHEN 'none' THEN session_user::text ELSE current_setting('role') END
$$;

-- The first line of every function that has no actor: a request of the web, which works for
-- somebody, may not run the clock, close a term or look through everybody's seats.
CREATE OR REPLACE FUNCTION seat_ensure_for_all() RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT seat_sees_all() THEN
        RAISE EXCEPTION 'this is work for the whole city, and nobody in particular asks for it'
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Commands and tasks name themselves: accounts.scope.as_system.';
    END IF;
END $$;

-- The rules of a term in force at p_at.
CREATE OR REPLACE FUNCTION seat_rules(p_term bigint, p_at timestamptz)
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT rules FROM courses_termpolicy
    WHERE term_id = p_term AND published_at <= p_at
    ORDER BY version DESC LIMIT 1
$$;

-- Take the learner's own row for this term; p_wait says whether to queue for it.
-- False: somebody else has it (only when not waiting).
--
-- A learner's first row of a term needs two locks that are no rows: 7301 keeps the term from
-- closing meanwhile (seat_close_term takes it alone; rows that are there it locks one by one), 7302
-- the row from being made twice, for an insert waits for its twin, and whoever does not wait must
-- not wait there either.
CREATE OR REPLACE FUNCTION seat_lock_learner(p_learner bigint, p_term bigint, p_wait boolean)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    twins int := hashtext(p_learner || ':' || p_term);
BEGIN
    FOR attempt IN 1..2 LOOP
        IF p_wait THEN
            PERFORM FROM enrolment_learnerterm
            WHERE learner_id = p_learner AND term_id = p_term FOR NO KEY UPDATE;
        ELSE
            PERFORM FROM enrolment_learnerterm
            WHERE learner_id = p_learner AND term_id = p_term FOR NO KEY UPDATE SKIP LOCKED;
        END IF;
        IF FOUND THEN RETURN true; END IF;
        IF attempt = 1 THEN
            IF p_wait THEN
                PERFORM pg_advisory_xact_lock_shared(7301, p_term::int),
                        pg_advisory_xact_lock(7302, twins);
            ELSIF EXISTS (
                SELECT FROM enrolment_learnerterm WHERE learner_id = p_learner AND term_id = p_term
            ) OR NOT pg_try_advisory_xact_lock_shared(7301, p_term::int)
              OR NOT pg_try_advisory_xact_lock(7302, twins) THEN
                RETURN false;  -- busy: whoever goes away takes no lock along
            END IF;
            INSERT INTO enrolment_learnerterm (learner_id, term_id)
            VALUES (p_learner, p_term) ON CONFLICT DO NOTHING;
            IF FOUND THEN RETURN true; END IF;  -- a new row is its writer's
        END IF;
    END LOOP;
    RETURN false;
END $$;

-- Why the learner may not have a seat in the class, as far as it can race; '' if they may.
-- To be asked under the learner's lock. p_but is an enrolment that they give up for this one. The
-- other rules are in enrolment/domain/eligibility.py.
CREATE OR REPLACE FUNCTION seat_refusal(
    p_learner bigint, p_section courses_classsection, p_at timestamptz, p_new_hold boolean,
    p_but bigint
) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    rules jsonb;
    own_limit int;
    gap interval;
    counts boolean := p_section.mode <> 'online' AND NOT p_section.by_invitation;
    has record;
BEGIN
    SELECT seat_rules(p_section.term_id, p_at), (
        SELECT limit_override FROM enrolment_learnerterm
        WHERE learner_id = p_learner AND term_id = p_section.term_id
    ) INTO rules, own_limit;
    -- What a policy leaves out is as enrolment/domain/eligibility.py has it.
    gap := make_interval(mins => coalesce((rules->>'travel_gap_minutes')::int, 60));
    SELECT bool_or(e.section_id = p_section.id) AS same,
           bool_or(e.slots && p_section.meets) AS clash,
           bool_or(s.campus_id <> p_section.campus_id AND EXISTS (
               SELECT FROM unnest(e.slots) AS r
               WHERE tstzrange(lower(r) - gap, upper(r) + gap) && p_section.meets
           )) FILTER (WHERE s.mode <> 'online' AND p_section.mode <> 'online') AS too_far,
           count(*) FILTER (
               WHERE s.term_id = p_section.term_id AND s.mode <> 'online' AND NOT s.by_invitation
           ) AS classes,
           count(*) FILTER (
               WHERE s.term_id = p_section.term_id AND s.mode <> 'online' AND NOT s.by_invitation
                 AND s.hot
           ) AS hot_classes,
           count(*) FILTER (WHERE s.term_id = p_section.term_id AND e.status = 'offered') AS holds
    INTO has
    FROM enrolment_enrolment e JOIN courses_classsection s ON s.id = e.section_id
    WHERE e.learner_id = p_learner AND e.status IN ('offered', 'confirmed', 'active')
      AND e.id IS DISTINCT FROM p_but;

    IF has.same THEN RETURN 'already_in'; END IF;
    IF has.clash THEN RETURN 'clash'; END IF;
    IF has.too_far THEN RETURN 'travel_gap'; END IF;
    IF counts THEN
        IF has.classes >= coalesce(own_limit, (rules->>'room_classes')::int, 2) THEN
            RETURN 'limit';
        END IF;
        IF p_section.hot AND has.hot_classes >= coalesce((rules->>'hot_classes')::int, 1) THEN
            RETURN 'hot_limit';
        END IF;
    END IF;
    IF p_new_hold AND p_section.fee_fen > 0
       AND has.holds >= coalesce((rules->>'holds_per_learner')::int, 2) THEN
        RETURN 'too_many_holds';
    END IF;
    RETURN '';
END $$;

-- One more or one less room class in the learner's row, if the class is of the kind that counts.
CREATE OR REPLACE FUNCTION seat_count(
    p_learner bigint, p_section courses_classsection, p_change int
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_section.mode <> 'online' AND NOT p_section.by_invitation THEN
        UPDATE enrolment_learnerterm SET room_classes = room_classes + p_change
        WHERE learner_id = p_learner AND term_id = p_section.term_id;
    END IF;
END $$;

-- Write a movement of a seat into the history, and who did it into the audit book.
CREATE OR REPLACE FUNCTION seat_note(
    p_section courses_classsection, p_no int, p_learner bigint, p_enrolment bigint,
    p_seat_from text, p_seat_to text, p_status_from text, p_status_to text,
    p_due_was timestamptz, p_due timestamptz,
    p_channel text, p_actor bigint, p_reason text, p_at timestamptz, p_action text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO enrolment_enrolmentevent (
        section_id, unit_id, seat_no, learner_id, enrolment_id, seat_from, seat_to,
        status_from, status_to, due_was, due_at, channel, actor_id, reason, at
    ) VALUES (
        p_section.id, p_section.unit_id, p_no, p_learner, p_enrolment, p_seat_from, p_seat_to,
        p_status_from, p_status_to, p_due_was, p_due, p_channel, p_actor, p_reason, p_at
    );
    PERFORM seat_audit(
        p_section, p_learner, p_actor, p_action, p_at,
        jsonb_build_object(
            'seat', p_no, 'from', p_seat_from, 'to', p_seat_to,
            'channel', p_channel, 'reason', p_reason
        )
    );
END $$;

CREATE OR REPLACE FUNCTION seat_audit(
    p_section courses_classsection, p_learner bigint, p_actor bigint, p_action text,
    p_at timestamptz, p_details jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_details->>'channel' IN ('counter', 'phone') AND p_details->>'reason' = '' THEN
        RAISE EXCEPTION 'what the office does has a reason' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO accounts_auditevent (
        id, actor_id, learner_id, unit_id, action, object_type, object_id, details, at
    ) VALUES (
        gen_random_uuid(), p_actor, p_learner, p_section.unit_id, p_action,
        'courses.classsection', p_section.id::text, p_details, p_at
    );
END $$;

-- Leave an errand for after the commit.
CREATE OR REPLACE FUNCTION seat_errand(p_kind text, p_object text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_outboxmessage (kind, object_id) VALUES (p_kind, p_object);
END $$;

-- The class's office now knows this learner, if it is not the learner's own.
CREATE OR REPLACE FUNCTION seat_introduce(p_learner bigint, p_unit bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_learner WHERE id = p_learner AND unit_id = p_unit) THEN
        INSERT INTO accounts_learnerunit (learner_id, unit_id) VALUES (p_learner, p_unit)
        ON CONFLICT DO NOTHING;
    END IF;
END $$;

-- An answer that is told and forgotten: the press did nothing and is not kept.
CREATE OR REPLACE FUNCTION seat_unkept(
    p_learner bigint, p_key uuid, p_act text, p_section bigint, p_reason text, p_at timestamptz
) RETURNS enrolment_claim LANGUAGE plpgsql AS $$
DECLARE
    answer enrolment_claim;
BEGIN
    answer.learner_id := p_learner;
    answer.key := p_key;
    answer.act := p_act;
    answer.section_id := p_section;
    answer.outcome := 'refused';
    answer.reason := p_reason;
    answer.at := p_at;
    RETURN answer;
END $$;

-- Keep the answer to a press and return it; unless refused, the learner is told by letter.
CREATE OR REPLACE FUNCTION seat_answer(
    p_learner bigint, p_key uuid, p_hash text, p_act text, p_section bigint,
    p_outcome text, p_reason text, p_enrolment bigint, p_entry bigint, p_due timestamptz,
    p_channel text, p_actor bigint, p_at timestamptz
) RETURNS enrolment_claim LANGUAGE plpgsql AS $$
DECLARE
    answer enrolment_claim;
BEGIN
    INSERT INTO enrolment_claim (
        learner_id, key, request_hash, act, section_id, outcome, reason,
        enrolment_id, entry_id, due_at, channel, actor_id, at
    ) VALUES (
        p_learner, p_key, p_hash, p_act, p_section, p_outcome, p_reason,
        p_enrolment, p_entry, p_due, p_channel, p_actor, p_at
    ) RETURNING * INTO answer;
    IF p_outcome <> 'answered' AND p_outcome <> 'refused' THEN
        PERFORM seat_errand('tell_claim', p_learner || ':' || p_key);
    END IF;
    RETURN answer;
END $$;

-- The stored answer to this press, if there is one. The learner's lock makes the look safe:
-- a twin of this request has either not begun or is finished.
CREATE OR REPLACE FUNCTION seat_stored(
    p_learner bigint, p_key uuid, p_hash text, p_at timestamptz
) RETURNS enrolment_claim LANGUAGE plpgsql STABLE AS $$
DECLARE
    answer enrolment_claim;
BEGIN
    SELECT * INTO answer FROM enrolment_claim WHERE learner_id = p_learner AND key = p_key;
    IF FOUND AND answer.request_hash <> p_hash THEN
        RETURN seat_unkept(p_learner, p_key, answer.act, answer.section_id, 'other_request', p_at);
    END IF;
    RETURN answer;
END $$;
