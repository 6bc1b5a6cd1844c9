-- A term ends: who came often enough has completed the course, lines close, and the term leaves
-- one record per learner (and course completed) for later terms to read. Returns how many
-- enrolments ended; NULL when the last day of teaching is still to come. Safe to repeat.
--
-- Attendance is in per cent of the lessons that took place. Where nobody kept attendance for a
-- class there is no share, and nobody is failed for a list that the school did not keep.
CREATE OR REPLACE FUNCTION seat_close_term(p_term bigint, p_at timestamptz)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    needed int := coalesce((seat_rules(p_term, p_at)->>'attendance_to_complete')::int, 70);
    ended int;
BEGIN
    PERFORM seat_ensure_for_all();
    IF NOT EXISTS (
        SELECT FROM courses_term
        WHERE id = p_term AND ends_on < (p_at AT TIME ZONE 'Asia/Shanghai')::date
    ) THEN
        RETURN NULL;
    END IF;
    -- Who is still on the way arrives first, and is counted: the next statement sees them. Who
    -- comes now waits, and then finds the term closed (seat_lock_learner).
    PERFORM pg_advisory_xact_lock(7301, p_term::int);
    PERFORM FROM enrolment_learnerterm WHERE term_id = p_term
    ORDER BY learner_id FOR NO KEY UPDATE;
    PERFORM seat_end_what_is_open(p_term, p_at);
    WITH held AS (
        SELECT l.section_id, count(*) AS lessons,
               bool_or(EXISTS (SELECT FROM courses_attendance a WHERE a.lesson_id = l.id)) AS kept
        FROM courses_lesson l JOIN courses_classsection s ON s.id = l.section_id
        WHERE s.term_id = p_term AND l.status = 'planned' AND upper(l.during) <= p_at
        GROUP BY 1
    ), came AS (
        SELECT l.section_id, a.learner_id, count(*) AS lessons
        FROM courses_attendance a JOIN courses_lesson l ON l.id = a.lesson_id
        JOIN courses_classsection s ON s.id = l.section_id
        WHERE s.term_id = p_term AND l.status = 'planned' AND a.kind <> 'excused'
        GROUP BY 1, 2
    ), judged AS (
        SELECT e.id, e.status,
               CASE WHEN held.kept
                    THEN (100 * coalesce(came.lessons, 0) / held.lessons)::int END AS share
        FROM enrolment_enrolment e JOIN courses_classsection s ON s.id = e.section_id
        LEFT JOIN held ON held.section_id = s.id
        LEFT JOIN came ON came.section_id = s.id AND came.learner_id = e.learner_id
        WHERE s.term_id = p_term AND e.status IN ('confirmed', 'active')
    ), closed AS (
        UPDATE enrolment_enrolment e
        SET status = CASE WHEN coalesce(judged.share, 100) >= needed
                          THEN 'completed' ELSE 'not_completed' END,
            ended_at = p_at
        FROM judged WHERE judged.id = e.id
        RETURNING e.id, e.section_id, e.unit_id, e.learner_id, e.status,
                  judged.status AS status_was, judged.share
    ), noted AS (
        INSERT INTO enrolment_enrolmentevent (
            section_id, unit_id, seat_no, learner_id, enrolment_id, seat_from, seat_to,
            status_from, status_to, channel, reason, at
        )
        SELECT c.section_id, c.unit_id, seat.no, c.learner_id, c.id, 'taken', 'taken',
               c.status_was, c.status, 'system', '', p_at
        FROM closed c JOIN enrolment_seat seat ON seat.enrolment_id = c.id
        RETURNING 1
    ), lines AS (
        UPDATE enrolment_waitlistentry w SET state = 'closed', closed_at = p_at
        FROM courses_classsection s
        WHERE s.id = w.section_id AND s.term_id = p_term AND w.state = 'waiting'
        RETURNING w.learner_id
    ), uncounted AS (
        UPDATE enrolment_learnerterm SET room_classes = 0 WHERE term_id = p_term RETURNING 1
    ), everybody AS (
        SELECT learner_id FROM closed
        UNION SELECT learner_id FROM lines
        UNION SELECT w.learner_id FROM enrolment_waitlistentry w
              JOIN courses_classsection s ON s.id = w.section_id WHERE s.term_id = p_term
        UNION SELECT e.learner_id FROM enrolment_enrolment e
              JOIN courses_classsection s ON s.id = e.section_id WHERE s.term_id = p_term
    ), room AS (
        SELECT c.learner_id, count(*) AS seats, avg(c.share)::int AS share
        FROM closed c JOIN courses_classsection s ON s.id = c.section_id
        WHERE s.mode <> 'online' AND NOT s.by_invitation
        GROUP BY 1
    ), done AS (
        SELECT DISTINCT c.learner_id, s.course_id
        FROM closed c JOIN courses_classsection s ON s.id = c.section_id
        WHERE c.status = 'completed'
    ), absent AS (
        SELECT DISTINCT e.learner_id
        FROM enrolment_enrolment e JOIN courses_classsection s ON s.id = e.section_id
        WHERE s.term_id = p_term AND e.status = 'released'
    ), recorded AS (
        INSERT INTO courses_termrecord (
            learner_id, term_id, applied, room_seats, attendance_share, completed_course_id,
            removed_for_absence
        )
        SELECT who.learner_id, p_term, true, coalesce(room.seats, 0), room.share, done.course_id,
               absent.learner_id IS NOT NULL
        FROM everybody who
        LEFT JOIN room USING (learner_id) LEFT JOIN done USING (learner_id)
        LEFT JOIN absent USING (learner_id)
        WHERE NOT EXISTS (
            SELECT FROM courses_termrecord r
            WHERE r.learner_id = who.learner_id AND r.term_id = p_term
        )
        RETURNING 1
    )
    SELECT count(*) INTO ended FROM closed;
    RETURN ended;
END $$;

-- Holds that nobody paid for and offers that nobody answered end with their term.
CREATE OR REPLACE FUNCTION seat_end_what_is_open(p_term bigint, p_at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    seat enrolment_seat;
    section courses_classsection;
BEGIN
    FOR seat IN
        SELECT s.* FROM enrolment_seat s JOIN courses_classsection c ON c.id = s.section_id
        WHERE c.term_id = p_term AND s.due_at IS NOT NULL
        ORDER BY s.section_id, s.no FOR NO KEY UPDATE OF s
    LOOP
        SELECT * INTO section FROM courses_classsection WHERE id = seat.section_id;
        IF seat.state <> 'offered' THEN
            PERFORM seat_fall_due(section, seat, p_at);
            CONTINUE;
        END IF;
        PERFORM seat_close_offer(section, seat, 'tell_line_ended', p_at);
        PERFORM seat_free(section, seat);
        PERFORM seat_note(section, seat.no, seat.learner_id, NULL, 'offered', 'free', '', '',
                          seat.due_at, NULL, 'system', NULL, '', p_at, 'term closed');
    END LOOP;
END $$;
