-- The seats of a published draw: one job over everybody, in one transaction.
--
-- Who was drawn gets a held seat, who stands on a list of the draw a place in the line, and who
-- has nothing a place online. A reserve is a letter on a seat. It stays there when the seat
-- changes hands; what a reserve left over has gone back to everybody within the draw already, so
-- a seat that nobody was given keeps the letter of the open ones.

-- Write the seats of a draw, due at p_due_at; p_reminders are the moments at which who has not
-- answered is reminded. Returns how many seats were given: 0 for a draw whose seats stand already.
-- Raises for a draw that is not public, when a class has fewer free seats than were drawn, or
-- somebody would sit in two at once.
CREATE OR REPLACE FUNCTION seat_place_drawn(
    p_draw bigint, p_due_at timestamptz, p_at timestamptz, p_reminders timestamptz[]
) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    term bigint;
    is_public boolean;
    placed int;
BEGIN
    PERFORM seat_ensure_for_all();
    PERFORM pg_advisory_xact_lock(7303, p_draw::int);  -- twins: the second finds the work done
    SELECT term_id, published_at IS NOT NULL INTO STRICT term, is_public
    FROM enrolment_draw WHERE id = p_draw;
    IF NOT is_public THEN
        RAISE EXCEPTION 'draw % is not public: nobody has a seat by it', p_draw
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF seat_is_placed(p_draw) THEN RETURN 0; END IF;
    PERFORM pg_advisory_xact_lock_shared(7301, term::int);  -- see seat_lock_learner
    PERFORM seat_count_drawn(p_draw, term, p_at);
    PERFORM seat_ensure_room_for_drawn(p_draw);
    placed := seat_enrol_drawn(p_draw, p_due_at, p_at);
    PERFORM seat_line_up_drawn(p_draw, p_at);
    PERFORM seat_open_cloud_for_drawn(p_draw, term, p_at);
    PERFORM seat_introduce_drawn(p_draw);
    PERFORM seat_tell_drawn(p_draw, term, p_reminders);
    RETURN placed;
END $$;

-- Whether the seats of a draw were written. Told by the history, which nobody can change; and by
-- the errands, for a draw that gave nobody anything.
CREATE OR REPLACE FUNCTION seat_is_placed(p_draw bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM enrolment_draw d
        JOIN courses_classsection s ON s.term_id = d.term_id
        JOIN enrolment_enrolmentevent v ON v.section_id = s.id
        WHERE d.id = p_draw AND v.reason = 'draw' AND v.channel = 'system'
    ) OR EXISTS (
        SELECT FROM accounts_outboxmessage
        WHERE kind = 'tell_results' AND object_id LIKE p_draw || ':%'
    )
$$;

-- What became of every choice, for each person: two of them stand on the line of a couple. Who
-- has died, stepped out of the draw, or is out by an objection, does not come any more; the seat
-- keeps its letter, and who shares their line comes alone. The companion of a couple has nothing
-- to say on a form but what the other filled in, on a line of their own as well.
CREATE OR REPLACE FUNCTION seat_drawn(p_draw bigint)
RETURNS TABLE (
    line_id bigint, learner_id bigint, section_id bigint, rank int, code text, round int,
    letter text, place int, people int, max_seats int, flags text, wants_better boolean,
    comes boolean
) LANGUAGE sql STABLE AS $$
    SELECT l.id, a.learner_id, r.section_id, r.rank::int, r.code, r.round::int,
           CASE WHEN r.bucket LIKE 'open%' THEN 'O' ELSE r.bucket END, r.place,
           l.size::int, l.max_seats::int, coalesce((
               SELECT choice->>1 FROM jsonb_array_elements(l.choices) AS choice
               WHERE substring(choice->>0 FROM '[0-9]+$')::bigint = r.section_id LIMIT 1
           ), ''), coalesce(v.wants_better, false),
           a.state NOT IN ('draft', 'withdrawn', 'rejected') AND p.deceased_on IS NULL
           AND x.id IS NULL
    FROM enrolment_draw d
    JOIN enrolment_rosterline l ON l.roster_id = d.roster_id
    JOIN enrolment_wishresult r ON r.line_id = l.id
    JOIN enrolment_application lead ON lead.id = l.application_id
    LEFT JOIN enrolment_application filled_in ON filled_in.id = lead.goes_with_id
    LEFT JOIN enrolment_applicationversion v
        ON v.id = coalesce(filled_in.current_id, lead.current_id)
    CROSS JOIN LATERAL (
        SELECT lead.id, lead.learner_id, lead.state
        UNION ALL
        SELECT c.id, c.learner_id, c.state FROM enrolment_application c
        WHERE l.size = 2 AND c.goes_with_id = lead.id
    ) a
    JOIN accounts_learner p ON p.id = a.learner_id
    LEFT JOIN enrolment_struckout x ON x.application_id = a.id
    WHERE d.id = p_draw
$$;

-- Take everybody's own row, in the order of all writers, and count the classes they were drawn for.
CREATE OR REPLACE FUNCTION seat_count_drawn(p_draw bigint, p_term bigint, p_at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    too_many bigint;
BEGIN
    INSERT INTO enrolment_learnerterm (learner_id, term_id, room_classes)
    SELECT d.learner_id, p_term, count(*) FILTER (
        WHERE d.code = 'ADMITTED' AND d.comes AND s.mode <> 'online' AND NOT s.by_invitation)
    FROM seat_drawn(p_draw) d JOIN courses_classsection s ON s.id = d.section_id
    GROUP BY d.learner_id ORDER BY d.learner_id
    ON CONFLICT (learner_id, term_id) DO UPDATE
    SET room_classes = enrolment_learnerterm.room_classes + EXCLUDED.room_classes;

    SELECT l.learner_id INTO too_many FROM enrolment_learnerterm l
    WHERE l.term_id = p_term AND l.room_classes > coalesce(
        l.limit_override, (seat_rules(p_term, p_at)->>'room_classes')::int, 2)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'learner % would have more classes than the term allows', too_many
            USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- Take the free seats of the classes that were drawn, and see that they are enough.
CREATE OR REPLACE FUNCTION seat_ensure_room_for_drawn(p_draw bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    short record;
BEGIN
    PERFORM FROM enrolment_seat s
    WHERE s.state = 'free' AND s.section_id IN (
        SELECT d.section_id FROM seat_drawn(p_draw) d WHERE d.code = 'ADMITTED')
    ORDER BY s.section_id, s.no FOR NO KEY UPDATE;
    SELECT drawn.section_id, drawn.seats, free.seats AS free INTO short
    FROM (
        SELECT d.section_id, count(*) AS seats FROM seat_drawn(p_draw) d
        WHERE d.code = 'ADMITTED' GROUP BY 1
    ) drawn
    JOIN courses_classsection s ON s.id = drawn.section_id
    LEFT JOIN LATERAL (
        SELECT count(*) AS seats FROM enrolment_seat f
        WHERE f.section_id = drawn.section_id AND f.state = 'free' AND s.status = 'running'
    ) free ON true
    WHERE drawn.seats > free.seats ORDER BY 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'class % has % free seats, % were drawn',
            short.section_id, short.free, short.seats USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- Seats to those who were drawn, in the order of their rounds: held, with the letter of the
-- reserve they came in by, and the first line of their history.
CREATE OR REPLACE FUNCTION seat_enrol_drawn(
    p_draw bigint, p_due_at timestamptz, p_at timestamptz
) RETURNS int LANGUAGE sql
-- Of rows that a statement makes itself the planner knows no number, and takes them for a few.
SET enable_nestloop = off AS $$
    WITH given AS (
        SELECT won.*, free.no FROM (
            SELECT d.*, row_number() OVER (
                PARTITION BY d.section_id ORDER BY d.round, d.line_id, d.learner_id) AS turn
            FROM seat_drawn(p_draw) d WHERE d.code = 'ADMITTED'
        ) won JOIN (
            SELECT section_id, no, row_number() OVER (PARTITION BY section_id ORDER BY no) AS turn
            FROM enrolment_seat WHERE state = 'free'
        ) free USING (section_id, turn)
    ), enrolled AS (
        INSERT INTO enrolment_enrolment (
            section_id, learner_id, unit_id, status, source, seat_class, slots, due_at, created_at
        )
        SELECT g.section_id, g.learner_id, s.unit_id, 'offered', 'draw', g.letter, s.meets,
               p_due_at, p_at
        FROM given g JOIN courses_classsection s ON s.id = g.section_id WHERE g.comes
        ORDER BY g.round, g.line_id, g.learner_id, g.section_id
        RETURNING id, section_id, learner_id, unit_id
    ), seated AS (
        UPDATE enrolment_seat s
        SET bucket = g.letter, state = CASE WHEN e.id IS NULL THEN 'free' ELSE 'held' END,
            learner_id = e.learner_id, enrolment_id = e.id,
            due_at = CASE WHEN e.id IS NOT NULL THEN p_due_at END
        FROM given g
        LEFT JOIN enrolled e ON e.section_id = g.section_id AND e.learner_id = g.learner_id
        WHERE s.section_id = g.section_id AND s.no = g.no
    ), noted AS (
        INSERT INTO enrolment_enrolmentevent (
            section_id, unit_id, seat_no, learner_id, enrolment_id, seat_from, seat_to,
            status_from, status_to, due_at, channel, reason, at
        )
        SELECT e.section_id, e.unit_id, g.no, e.learner_id, e.id, 'free', 'held', '', 'offered',
               p_due_at, 'system', 'draw', p_at
        FROM enrolled e
        JOIN given g ON g.section_id = e.section_id AND g.learner_id = e.learner_id
        RETURNING section_id, unit_id
    ), audited AS (
        INSERT INTO accounts_auditevent (id, unit_id, action, object_type, object_id, details, at)
        SELECT gen_random_uuid(), n.unit_id, 'seats given by the draw', 'courses.classsection',
               n.section_id::text, jsonb_build_object('draw', p_draw, 'seats', count(*)), p_at
        FROM noted n GROUP BY n.section_id, n.unit_id
    )
    SELECT count(*)::int FROM noted
$$;

-- The lists of the draw become lines, in their order; a couple waits as one, where both come. Who
-- said on the form that they would change gives the lower seat up when a better one comes: that in
-- the way of it, or the last one where they have as many as they want.
CREATE OR REPLACE FUNCTION seat_line_up_drawn(p_draw bigint, p_at timestamptz)
RETURNS void LANGUAGE sql SET enable_nestloop = off AS $$
    WITH drawn AS MATERIALIZED (
        SELECT d.*, s.unit_id, s.course_id, s.hot, s.meets, s.status
        FROM seat_drawn(p_draw) d JOIN courses_classsection s ON s.id = d.section_id
    ), held AS (
        SELECT d.*, e.id AS enrolment, count(*) OVER (PARTITION BY d.learner_id) AS classes
        FROM drawn d JOIN enrolment_enrolment e
            ON e.section_id = d.section_id AND e.learner_id = d.learner_id AND e.status = 'offered'
        WHERE d.code = 'ADMITTED' AND d.wants_better
    ), lower AS (
        SELECT DISTINCT ON (w.learner_id, w.section_id) w.learner_id, w.section_id, h.enrolment
        FROM drawn w JOIN held h ON h.learner_id = w.learner_id AND h.rank > w.rank
        CROSS JOIN LATERAL (
            SELECT h.course_id = w.course_id OR h.hot AND w.hot OR h.meets && w.meets AS in_the_way
        ) it
        WHERE w.place IS NOT NULL AND (it.in_the_way OR h.classes >= w.max_seats)
        ORDER BY w.learner_id, w.section_id, it.in_the_way DESC, h.rank DESC
    )
    INSERT INTO enrolment_waitlistentry (
        section_id, learner_id, unit_id, ticket, flags, state, together, gives_up_id, joined_at
    )
    SELECT d.section_id, d.learner_id, d.unit_id,
           row_number() OVER (PARTITION BY d.section_id ORDER BY d.place, d.line_id, d.learner_id),
           d.flags, 'waiting',
           CASE WHEN count(*) OVER (PARTITION BY d.section_id, d.line_id) = 2
                THEN md5('draw ' || d.line_id || ' ' || d.section_id)::uuid END,
           lower.enrolment, p_at
    FROM drawn d LEFT JOIN lower USING (learner_id, section_id)
    WHERE d.place IS NOT NULL AND d.comes AND d.status = 'running'
    ON CONFLICT DO NOTHING
$$;

-- Who has no class of the term may follow online all that they asked for; who waits for a class,
-- with another one or without, may follow that one meanwhile. A course of which no class is
-- taught any more has nothing to follow.
CREATE OR REPLACE FUNCTION seat_open_cloud_for_drawn(p_draw bigint, p_term bigint, p_at timestamptz)
RETURNS void LANGUAGE sql SET enable_nestloop = off AS $$
    INSERT INTO enrolment_cloudseat (learner_id, course_id, term_id, source, created_at)
    SELECT DISTINCT d.learner_id, s.course_id, p_term, 'draw', p_at
    FROM seat_drawn(p_draw) d
    JOIN courses_classsection s ON s.id = d.section_id
    JOIN enrolment_learnerterm l ON l.learner_id = d.learner_id AND l.term_id = p_term
    WHERE d.comes AND d.code <> 'ADMITTED'
      AND (l.room_classes = 0 OR (d.place IS NOT NULL AND s.status = 'running'))
      AND EXISTS (
        SELECT FROM courses_classsection o
        WHERE o.course_id = s.course_id AND o.term_id = p_term AND o.status = 'running')
    ON CONFLICT (learner_id, course_id, term_id) DO NOTHING
$$;

-- The offices of the classes now know these learners, where they are not their own.
CREATE OR REPLACE FUNCTION seat_introduce_drawn(p_draw bigint)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO accounts_learnerunit (learner_id, unit_id)
    SELECT DISTINCT d.learner_id, s.unit_id
    FROM seat_drawn(p_draw) d
    JOIN courses_classsection s ON s.id = d.section_id
    JOIN accounts_learner p ON p.id = d.learner_id AND p.unit_id <> s.unit_id
    WHERE d.comes AND (d.code = 'ADMITTED' OR d.place IS NOT NULL)
    ON CONFLICT DO NOTHING
$$;

-- Errands for the letters, a hundred people each: the result now, and reminders to whoever still
-- owes an answer then, those who renewed among them.
CREATE OR REPLACE FUNCTION seat_tell_drawn(
    p_draw bigint, p_term bigint, p_reminders timestamptz[]
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO accounts_outboxmessage (kind, object_id)
    SELECT 'tell_results', p_draw || ':' || min(learner_id) || ':' || max(learner_id)
    FROM (
        SELECT learner_id, (row_number() OVER (ORDER BY learner_id) - 1) / 100 AS batch
        FROM (SELECT DISTINCT learner_id FROM seat_drawn(p_draw)) drawn
    ) everybody
    GROUP BY batch ORDER BY batch;

    INSERT INTO accounts_outboxmessage (kind, object_id, not_before)
    SELECT 'remind_of_results',
           p_draw || ':' || min(learner_id) || ':' || max(learner_id) || ':' || day.number, day.at
    FROM (
        SELECT learner_id, (row_number() OVER (ORDER BY learner_id) - 1) / 100 AS batch
        FROM (
            SELECT DISTINCT e.learner_id FROM enrolment_enrolment e
            JOIN courses_classsection s ON s.id = e.section_id AND s.term_id = p_term
            WHERE e.status = 'offered' AND e.source IN ('draw', 'renewal')
        ) offered
    ) everybody
    CROSS JOIN unnest(p_reminders) WITH ORDINALITY AS day(at, number)
    GROUP BY batch, day.number, day.at ORDER BY day.number, batch
$$;
