-- What must hold at every moment. No rows: all is well. Run after every test of concurrency, and
-- every night in service (manage.py check_seats).
CREATE OR REPLACE FUNCTION seat_check(p_at timestamptz, p_offer_hours boolean)
RETURNS TABLE (rule text, subject text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT seat_ensure_for_all();
    SELECT 'a class has as many seats as its capacity', 'class ' || s.id
    FROM courses_classsection s
    JOIN (SELECT section_id, count(*) AS seats FROM enrolment_seat GROUP BY 1) n
        ON n.section_id = s.id
    WHERE s.status = 'running' AND n.seats <> s.capacity

    UNION ALL
    SELECT 'the hours of a class are those of its lessons', 'class ' || s.id
    FROM courses_classsection s
    JOIN (
        SELECT section_id, range_agg(during) FILTER (WHERE status = 'planned') AS hours
        FROM courses_lesson GROUP BY 1
    ) l ON l.section_id = s.id
    WHERE s.meets <> coalesce(l.hours, '{}')

    UNION ALL
    SELECT 'a seat in use has its enrolment, in the matching state',
           'class ' || seat.section_id || ' seat ' || seat.no
    FROM enrolment_seat seat JOIN enrolment_enrolment e ON e.id = seat.enrolment_id
    WHERE e.learner_id <> seat.learner_id OR e.section_id <> seat.section_id
       OR NOT CASE seat.state
           WHEN 'held' THEN e.status = 'offered' AND e.due_at = seat.due_at
           WHEN 'taken' THEN e.status IN ('confirmed', 'active', 'completed', 'not_completed')
           WHEN 'leaving' THEN e.status = 'withdrawn' AND e.undo_until = seat.due_at
       END

    UNION ALL
    SELECT 'an enrolment that counts has its seat', 'enrolment ' || e.id
    FROM enrolment_enrolment e
    WHERE e.status IN ('offered', 'confirmed', 'active')
      AND NOT EXISTS (SELECT FROM enrolment_seat s WHERE s.enrolment_id = e.id)

    UNION ALL
    SELECT 'an offered seat has its offered entry, and the reverse',
           'class ' || coalesce(seat.section_id, w.section_id)
           || ' learner ' || coalesce(seat.learner_id, w.learner_id)
    FROM (SELECT * FROM enrolment_seat WHERE state = 'offered') seat
    FULL JOIN (SELECT * FROM enrolment_waitlistentry WHERE state = 'offered') w
        ON w.section_id = seat.section_id AND w.learner_id = seat.learner_id
    WHERE seat.no IS NULL OR w.id IS NULL OR w.due_at <> seat.due_at

    UNION ALL
    SELECT 'nobody is in a class and in its line', 'entry ' || w.id
    FROM enrolment_waitlistentry w JOIN enrolment_enrolment e
        ON e.section_id = w.section_id AND e.learner_id = w.learner_id
       AND e.status IN ('offered', 'confirmed', 'active')
    WHERE w.state IN ('waiting', 'offered')

    UNION ALL
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

    UNION ALL
    SELECT 'nobody holds more room classes than the term allows',
           'learner ' || l.learner_id || ' term ' || l.term_id
    FROM enrolment_learnerterm l
    WHERE l.room_classes > coalesce(
        l.limit_override, (seat_rules(l.term_id, p_at)->>'room_classes')::int, 2)

    UNION ALL
    SELECT 'nobody sits in two classes at once', 'enrolments ' || a.id || ' and ' || b.id
    FROM enrolment_enrolment a JOIN enrolment_enrolment b
        ON b.learner_id = a.learner_id AND b.id > a.id AND b.slots && a.slots
    WHERE a.status IN ('offered', 'confirmed', 'active')
      AND b.status IN ('offered', 'confirmed', 'active')

    UNION ALL
    SELECT 'a press that gave a seat has its enrolment', 'claim ' || c.key
    FROM enrolment_claim c
    WHERE c.outcome IN ('held', 'confirmed') AND c.enrolment_id IS NULL

    UNION ALL
    SELECT 'one seat is given once', 'enrolment ' || c.enrolment_id
    FROM enrolment_claim c
    WHERE c.act IN ('claim', 'accept') AND c.outcome IN ('held', 'confirmed')
    GROUP BY c.enrolment_id HAVING count(*) > 1

    UNION ALL
    SELECT 'every enrolment has a history', 'enrolment ' || e.id
    FROM enrolment_enrolment e
    WHERE NOT EXISTS (SELECT FROM enrolment_enrolmentevent v WHERE v.enrolment_id = e.id)

    UNION ALL
    SELECT 'the history of a seat ends in its state',
           'class ' || seat.section_id || ' seat ' || seat.no
    FROM enrolment_seat seat
    LEFT JOIN LATERAL (
        SELECT v.seat_to FROM enrolment_enrolmentevent v
        WHERE v.section_id = seat.section_id AND v.seat_no = seat.no
        ORDER BY v.id DESC LIMIT 1
    ) last ON true
    WHERE seat.state <> coalesce(last.seat_to, 'free')

    UNION ALL
    SELECT 'what has fallen due is swept', 'class ' || seat.section_id || ' seat ' || seat.no
    FROM enrolment_seat seat WHERE seat.due_at < p_at - interval '5 minutes'

    UNION ALL
    SELECT 'no seat is free while somebody waits who may have it', 'class ' || s.id
    FROM courses_classsection s
    WHERE p_offer_hours AND s.status = 'running'
      AND s.id IN (SELECT seat_sections_to_offer())
      AND EXISTS (
          SELECT FROM enrolment_waitlistentry w
          CROSS JOIN LATERAL (
              SELECT count(*) AS people, bool_and(seat_may_have(s, one, p_at)) AS may
              FROM seat_waiting_as_one(w) one
          ) they
          WHERE w.section_id = s.id AND w.state = 'waiting' AND they.may
            AND they.people <= (
                SELECT count(*) FROM enrolment_seat f
                WHERE f.section_id = s.id AND f.state = 'free')
      )
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
