-- What people write to us by SMS, as far as seats ask for it.

-- Whether an SMS that may answer an offer came in time and is still to be read. An answer counts
-- from when it came (enrolment/services/replies.py), so the seat waits for its reader: for ten
-- minutes at most, or an errand that is stuck would keep it from the next person. What came before
-- the question is no answer to it. Everybody asked on one phone keeps their place meanwhile: whom
-- a message means is known when it is read.
CREATE OR REPLACE FUNCTION seat_has_unread_answer(
    p_entry enrolment_waitlistentry, p_at timestamptz
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT p_at < (p_entry).due_at + interval '10 minutes' AND EXISTS (
        SELECT FROM accounts_learner l
        JOIN accounts_inboundmessage m
            ON m.sender = l.phone AND m.answered_at IS NULL AND m.received_at < (p_entry).due_at
        JOIN enrolment_phonequestion q
            ON q.entry_id = (p_entry).id AND q.due_at = (p_entry).due_at
           AND q.asked_at <= m.received_at
        WHERE l.id = (p_entry).learner_id AND l.deceased_on IS NULL
    )
$$;
