-- What must hold at every moment. No rows: all is well. Run after every test of concurrency, and
-- every night in service (manage.py check_seats).
--
-- The numbers are those of the list of invariants that the parts below go through. I7 (whatever is
-- kept has a due time) and most of I3 are constraints of the tables; here stands what no
-- constraint can say.
CREATE OR REPLACE FUNCTION seat_check(p_at timestamptz, p_offer_hours boolean)
RETURNS TABLE (rule text, subject text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT seat_ensure_for_all();
    SELECT * FROM seat_check_seats(p_at)
    UNION ALL SELECT * FROM seat_check_people(p_at)
    UNION ALL SELECT * FROM seat_check_line(p_at, p_offer_hours)
    UNION ALL SELECT * FROM seat_check_presses()
    UNION ALL SELECT * FROM seat_check_history()
    UNION ALL SELECT * FROM seat_check_errands()
    UNION ALL SELECT * FROM seat_check_draws()
$$;

-- Draws that were published: everybody has what was drawn for them, and nobody anything else.
CREATE OR REPLACE FUNCTION seat_check_draws()
RETURNS TABLE (rule text, subject text) LANGUAGE sql STABLE AS $$
    SELECT 'who was drawn has the enrolment',
           'learner ' || d.learner_id || ' class ' || d.section_id
    FROM enrolment_draw w CROSS JOIN LATERAL seat_drawn(w.id) d
    WHERE w.published_at IS NOT NULL AND d.code = 'ADMITTED' AND d.comes
      AND NOT EXISTS (
          SELECT FROM enrolment_enrolment e
          WHERE e.section_id = d.section_id AND e.learner_id = d.learner_id AND e.source = 'draw')

    UNION ALL
    SELECT 'who stands on a list of the draw stands in the line',
           'learner ' || d.learner_id || ' class ' || d.section_id
    FROM enrolment_draw w CROSS JOIN LATERAL seat_drawn(w.id) d
    JOIN courses_classsection s ON s.id = d.section_id AND s.status = 'running'
    WHERE w.published_at IS NOT NULL AND d.place IS NOT NULL AND d.comes
      AND NOT EXISTS (
          SELECT FROM enrolment_waitlistentry e
          WHERE e.section_id = d.section_id AND e.learner_id = d.learner_id)

    UNION ALL
    SELECT 'a place of a draw was drawn, and the draw is public', 'enrolment ' || e.id
    FROM enrolment_draw w
    JOIN courses_classsection s ON s.term_id = w.term_id
    JOIN enrolment_enrolment e ON e.section_id = s.id AND e.source = 'draw'
    LEFT JOIN seat_drawn(w.id) d
        ON d.section_id = e.section_id AND d.learner_id = e.learner_id AND d.code = 'ADMITTED'
    WHERE w.published_at IS NULL OR d.line_id IS NULL AND NOT EXISTS (
        -- changed for another class: the new place came by the draw as well
        SELECT FROM enrolment_enrolment was
        WHERE was.learner_id = e.learner_id AND was.status = 'transferred'
          AND was.ended_at = e.created_at)

    UNION ALL
    SELECT 'who stepped out of a draw has no place of it', 'enrolment ' || e.id
    FROM enrolment_struckout x
    JOIN enrolment_application a ON a.id = x.application_id
    JOIN courses_classsection s ON s.term_id = a.term_id
    JOIN enrolment_enrolment e
        ON e.section_id = s.id AND e.learner_id = a.learner_id AND e.source = 'draw'
$$;

-- Seats and what they stand for.
CREATE OR REPLACE FUNCTION seat_check_seats(p_at timestamptz)
RETURNS TABLE (rule text, subject text) LANGUAGE sql STABLE AS $$
    -- I1
    SELECT 'a class has as many seats as its capacity', 'class ' || s.id
    FROM courses_classsection s
    JOIN (SELECT section_id, count(*) AS seats FROM enrolment_seat GROUP BY 1) n
        ON n.section_id = s.id
    WHERE s.status = 'running' AND n.seats <> s.capacity

    UNION ALL  -- I2
    SELECT 'a seat in use has its enrolment, in the matching state',
           'class ' || seat.section_id || ' seat ' || seat.no
    FROM enrolment_seat seat JOIN enrolment_enrolment e ON e.id = seat.enrolment_id
    WHERE e.learner_id <> seat.learner_id OR e.section_id <> seat.section_id
       OR NOT CASE seat.state
           WHEN 'held' THEN e.status = 'offered' AND e.due_at = seat.due_at
           WHEN 'taken' THEN e.status IN ('confirmed', 'active', 'completed', 'not_completed')
           WHEN 'leaving' THEN e.status = 'withdrawn' AND e.undo_until = seat.due_at
       END

    UNION ALL  -- I2
    SELECT 'an enrolment that counts has its seat', 'enrolment ' || e.id
    FROM enrolment_enrolment e
    WHERE e.status IN ('offered', 'confirmed', 'active')
      AND NOT EXISTS (SELECT FROM enrolment_seat s WHERE s.enrolment_id = e.id)

    UNION ALL  -- I2
    SELECT 'an offered seat has its offered entry, and the reverse',
           'class ' || coalesce(seat.section_id, w.section_id)
           || ' learner ' || coalesce(seat.learner_id, w.learner_id)
    FROM (SELECT * FROM enrolment_seat WHERE state = 'offered') seat
    FULL JOIN (SELECT * FROM enrolment_waitlistentry WHERE state = 'offered') w
        ON w.section_id = seat.section_id AND w.learner_id = seat.learner_id
    WHERE seat.no IS NULL OR w.id IS NULL OR w.due_at <> seat.due_at

    UNION ALL  -- I6, I7
    SELECT 'what has fallen due is swept', 'class ' || seat.section_id || ' seat ' || seat.no
    FROM enrolment_seat seat
    LEFT JOIN enrolment_waitlistentry w
        ON w.section_id = seat.section_id AND w.learner_id = seat.learner_id
       AND w.state = 'offered'
    WHERE seat.due_at < p_at - interval '5 minutes'
      AND (w.id IS NULL OR NOT seat_has_unread_answer(w, p_at))
      AND NOT seat_waits_for_reader(seat, p_at) AND NOT seat_waits_for_money(seat, p_at)
$$;

-- People, what they may have and where they are.
CREATE OR REPLACE FUNCTION seat_check_people(p_at timestamptz)
RETURNS TABLE (rule text, subject text) LANGUAGE sql STABLE AS $$
    -- I3
    SELECT 'nobody is in a class and in its line', 'entry ' || w.id
    FROM enrolment_waitlistentry w JOIN enrolment_enrolment e
        ON e.section_id = w.section_id AND e.learner_id = w.learner_id
       AND e.status IN ('offered', 'confirmed', 'active')
    WHERE w.state IN ('waiting', 'offered')

    UNION ALL  -- I4
    SELECT 'the learner''s row counts their room classes',
           'learner ' || coalesce(l.learner_id, n.learner_id)
           || ' term ' || coalesce(l.term_id, n.term_id)
    FROM enrolment_learnerterm l
    FULL JOIN (
        SELECT e.learner_id, s.term_id, count(*) AS classes
        FROM enrolment_enrolment e JOIN courses_classsection s ON s.id = e.section_id
        WHERE e.status IN ('offered', 'confirmed', 'active')
          AND s.mode <> 'online' AND NOT s.by_invitation
        GROUP BY 1, 2
    ) n ON n.learner_id = l.learner_id AND n.term_id = l.term_id
    WHERE coalesce(l.room_classes, 0) <> coalesce(n.classes, 0)

    UNION ALL  -- I4
    SELECT 'nobody holds more room classes than the term allows',
           'learner ' || l.learner_id || ' term ' || l.term_id
    FROM enrolment_learnerterm l
    WHERE l.room_classes > coalesce(
        l.limit_override, (seat_rules(l.term_id, p_at)->>'room_classes')::int, 2)

    UNION ALL  -- I5
    SELECT 'nobody sits in two classes at once', 'enrolments ' || a.id || ' and ' || b.id
    FROM enrolment_enrolment a JOIN enrolment_enrolment b
        ON b.learner_id = a.learner_id AND b.id > a.id AND b.slots && a.slots
    WHERE a.status IN ('offered', 'confirmed', 'active')
      AND b.status IN ('offered', 'confirmed', 'active')

    UNION ALL  -- I5
    SELECT 'the hours of a class are those of its lessons', 'class ' || s.id
    FROM courses_classsection s
    JOIN (
        SELECT section_id, range_agg(during) FILTER (WHERE status = 'planned') AS hours
        FROM courses_lesson GROUP BY 1
    ) l ON l.section_id = s.id
    WHERE s.meets <> coalesce(l.hours, '{}')
$$;

-- Lines: nobody waits beside a free seat, and offers go down the line.
CREATE OR REPLACE FUNCTION seat_check_line(p_at timestamptz, p_offer_hours boolean)
RETURNS TABLE (rule text, subject text) LANGUAGE sql STABLE AS $$
    -- I6
    SELECT 'no seat is free while somebody waits who may have it', 'class ' || s.id
    FROM courses_classsection s
    WHERE p_offer_hours AND s.status = 'running'
      AND s.id IN (SELECT seat_sections_to_offer()) AND seat_is_for_the_line(s, p_at)

    -- I11, of those about whom it is certain: who waits alone, had no class and no offer before,
    -- so stood before everybody with a later ticket, and was not passed over. A skip because the
    -- person was busy that moment is in the log: it is their own press, in the book of presses.
    UNION ALL
    SELECT DISTINCT 'nobody is offered a seat before who stands ahead', 'entry ' || ahead.id
    FROM enrolment_waitlistentry ahead
    JOIN accounts_learner l ON l.id = ahead.learner_id AND l.deceased_on IS NULL
    JOIN enrolment_waitlistentry w
        ON w.section_id = ahead.section_id AND w.ticket > ahead.ticket AND w.expiries = 0
    JOIN enrolment_enrolmentevent v
        ON v.section_id = w.section_id AND v.learner_id = w.learner_id
       AND v.seat_from = 'free' AND v.seat_to = 'offered'
       AND v.at >= w.joined_at AND v.at <= coalesce(w.closed_at, v.at)
    WHERE ahead.state = 'waiting' AND ahead.expiries = 0 AND ahead.passed_over_at IS NULL
      AND ahead.together IS NULL AND ahead.gives_up_id IS NULL AND ahead.joined_at < v.at
      AND w.flags = ahead.flags
      AND NOT EXISTS (
          SELECT FROM enrolment_enrolmentevent mine
          WHERE mine.learner_id = ahead.learner_id AND mine.at <= v.at + interval '1 minute')
      AND NOT EXISTS (
          SELECT FROM enrolment_claim c
          WHERE c.learner_id = ahead.learner_id
            AND c.at BETWEEN v.at - interval '1 minute' AND v.at + interval '1 minute')
$$;

-- Presses and what they came to.
CREATE OR REPLACE FUNCTION seat_check_presses()
RETURNS TABLE (rule text, subject text) LANGUAGE sql STABLE AS $$
    -- I8
    SELECT 'a press that gave a seat has its enrolment', 'claim ' || c.key
    FROM enrolment_claim c
    WHERE c.outcome IN ('held', 'confirmed')
      AND NOT EXISTS (SELECT FROM enrolment_enrolment e WHERE e.id = c.enrolment_id)

    UNION ALL  -- I8
    SELECT 'one seat is given once', 'enrolment ' || c.enrolment_id
    FROM enrolment_claim c
    WHERE c.act IN ('claim', 'accept', 'swap') AND c.outcome IN ('held', 'confirmed')
    GROUP BY c.enrolment_id HAVING count(*) > 1

    UNION ALL  -- I8
    SELECT 'every enrolment has a history', 'enrolment ' || e.id
    FROM enrolment_enrolment e
    WHERE NOT EXISTS (SELECT FROM enrolment_enrolmentevent v WHERE v.enrolment_id = e.id)
$$;

-- I10: the history replays to what the rows say. Each movement begins where the one before ended,
-- and the last one ends in the row. Movement of seat 0: an import of somebody who sits no more.
CREATE OR REPLACE FUNCTION seat_check_history()
RETURNS TABLE (rule text, subject text) LANGUAGE sql STABLE AS $$
    SELECT 'a movement of a seat begins where the one before ended', 'event ' || v.id
    FROM (
        SELECT id, seat_from, due_was, learner_id, lag(seat_to) OVER seat AS was,
               lag(due_at) OVER seat AS due_before, lag(learner_id) OVER seat AS learner_before
        FROM enrolment_enrolmentevent WHERE seat_no > 0
        WINDOW seat AS (PARTITION BY section_id, seat_no ORDER BY id)
    ) v
    WHERE v.seat_from <> coalesce(v.was, 'free') OR v.due_was IS DISTINCT FROM v.due_before
       OR v.seat_from <> 'free' AND v.learner_id <> v.learner_before

    UNION ALL
    SELECT 'the history of a seat ends in its state',
           'class ' || seat.section_id || ' seat ' || seat.no
    FROM enrolment_seat seat
    LEFT JOIN LATERAL (
        SELECT v.seat_to, v.due_at, v.learner_id, v.enrolment_id FROM enrolment_enrolmentevent v
        WHERE v.section_id = seat.section_id AND v.seat_no = seat.no
        ORDER BY v.id DESC LIMIT 1
    ) last ON true
    WHERE seat.state <> coalesce(last.seat_to, 'free')
       OR seat.state <> 'free' AND (seat.learner_id, seat.enrolment_id, seat.due_at)
          IS DISTINCT FROM (last.learner_id, last.enrolment_id, last.due_at)

    UNION ALL
    SELECT 'a change of an enrolment begins where the one before ended', 'event ' || v.id
    FROM (
        SELECT id, status_from, lag(status_to) OVER enrolment AS was
        FROM enrolment_enrolmentevent WHERE enrolment_id IS NOT NULL
        WINDOW enrolment AS (PARTITION BY enrolment_id ORDER BY id)
    ) v
    WHERE v.status_from <> coalesce(v.was, '')

    UNION ALL
    SELECT 'the history of an enrolment ends in its state', 'enrolment ' || e.id
    FROM enrolment_enrolment e
    JOIN (
        SELECT DISTINCT ON (enrolment_id) enrolment_id, status_to
        FROM enrolment_enrolmentevent WHERE enrolment_id IS NOT NULL
        ORDER BY enrolment_id, id DESC
    ) last ON last.enrolment_id = e.id
    WHERE last.status_to <> e.status
$$;

-- I12: what happened is told, and nothing that did not. Errands are kept when they are done. What
-- an import wrote is nobody's news: it has no status from which it came, or says why.
CREATE OR REPLACE FUNCTION seat_check_errands()
RETURNS TABLE (rule text, subject text) LANGUAGE sql STABLE AS $$
    SELECT 'every answer is told, and no other', coalesce('claim ' || c.name, 'errand ' || o.id)
    FROM (
        SELECT learner_id || ':' || key AS name FROM enrolment_claim
        WHERE outcome NOT IN ('answered', 'refused')
    ) c
    FULL JOIN (SELECT id, object_id FROM accounts_outboxmessage WHERE kind = 'tell_claim') o
        ON o.object_id = c.name
    WHERE c.name IS NULL OR o.id IS NULL

    UNION ALL
    SELECT 'every offer is told', 'class ' || v.section_id || ' learner ' || v.learner_id
    FROM (
        SELECT section_id, learner_id, count(*) AS offers FROM enrolment_enrolmentevent
        WHERE seat_from = 'free' AND seat_to = 'offered' AND reason = ''
        GROUP BY 1, 2
    ) v
    LEFT JOIN (
        SELECT w.section_id, w.learner_id, count(*) AS letters
        FROM accounts_outboxmessage o JOIN enrolment_waitlistentry w ON w.id::text = o.object_id
        WHERE o.kind = 'tell_offer'
        GROUP BY 1, 2
    ) told ON told.section_id = v.section_id AND told.learner_id = v.learner_id
    WHERE v.offers > coalesce(told.letters, 0)

    UNION ALL
    SELECT 'whose seat lapses or is called off is told', 'enrolment ' || v.enrolment_id
    FROM enrolment_enrolmentevent v
    LEFT JOIN accounts_outboxmessage o
        ON o.object_id = v.enrolment_id::text
       AND o.kind = CASE v.status_to WHEN 'lapsed' THEN 'tell_lapsed' ELSE 'tell_cancelled' END
    WHERE v.status_to IN ('lapsed', 'cancelled_by_school') AND v.status_from <> ''
      AND v.status_from <> v.status_to AND o.id IS NULL

    UNION ALL
    SELECT 'whose offer runs out is told', 'entry ' || w.id
    FROM enrolment_waitlistentry w
    LEFT JOIN (
        SELECT object_id, count(*) AS letters FROM accounts_outboxmessage
        WHERE kind = 'tell_expired' GROUP BY 1
    ) told ON told.object_id = w.id::text
    WHERE w.expiries > coalesce(told.letters, 0)
$$;

-- Seats and enrolments that the draw or an import wrote in bulk get their rows in the learners'
-- counts and in the history. Returns how many movements were noted. Safe to repeat.
CREATE OR REPLACE FUNCTION seat_note_import(p_at timestamptz, p_reason text)
RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT seat_ensure_for_all();
    INSERT INTO enrolment_learnerterm (learner_id, term_id, room_classes)
    SELECT e.learner_id, s.term_id, count(*)
    FROM enrolment_enrolment e JOIN courses_classsection s ON s.id = e.section_id
    WHERE e.status IN ('offered', 'confirmed', 'active')
      AND s.mode <> 'online' AND NOT s.by_invitation
    GROUP BY 1, 2
    ON CONFLICT (learner_id, term_id) DO UPDATE SET room_classes = EXCLUDED.room_classes;

    WITH noted AS (
        INSERT INTO enrolment_enrolmentevent (
            section_id, unit_id, seat_no, learner_id, enrolment_id, seat_from, seat_to,
            status_from, status_to, due_at, channel, reason, at
        )
        SELECT e.section_id, e.unit_id, coalesce(seat.no, 0), e.learner_id, e.id, 'free',
               coalesce(seat.state, 'free'), '', e.status, seat.due_at, 'system', p_reason,
               e.created_at
        FROM enrolment_enrolment e
        LEFT JOIN enrolment_seat seat ON seat.enrolment_id = e.id
        WHERE NOT EXISTS (SELECT FROM enrolment_enrolmentevent v WHERE v.enrolment_id = e.id)
        UNION ALL
        SELECT seat.section_id, s.unit_id, seat.no, seat.learner_id, NULL, 'free', 'offered',
               '', '', seat.due_at, 'system', p_reason, p_at
        FROM enrolment_seat seat JOIN courses_classsection s ON s.id = seat.section_id
        WHERE seat.state = 'offered' AND NOT EXISTS (
            SELECT FROM enrolment_enrolmentevent v
            WHERE v.section_id = seat.section_id AND v.seat_no = seat.no)
        RETURNING 1
    )
    SELECT count(*)::int FROM noted
$$;
