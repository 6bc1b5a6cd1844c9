-- Places in the cloud classroom that come by themselves: free, unlimited, counted against nothing.

-- Who waits for a class, or whose class was called off, may follow its course online, where
-- another class of it is taught. Who has given such a place back does not get it unasked.
CREATE OR REPLACE FUNCTION seat_open_cloud(
    p_learner bigint, p_section courses_classsection, p_source text, p_at timestamptz
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO enrolment_cloudseat (learner_id, course_id, term_id, source, created_at)
    SELECT p_learner, p_section.course_id, p_section.term_id, p_source, p_at
    WHERE EXISTS (
        SELECT FROM courses_classsection o
        WHERE o.course_id = p_section.course_id AND o.term_id = p_section.term_id
          AND o.status = 'running')
    ON CONFLICT (learner_id, course_id, term_id) DO NOTHING
$$;
