-- op: calls.last_operator
-- Who spoke with this number last, within half a year.
-- via: engine
-- in: caller_blind blob | since time
SELECT operator_id FROM calls
 WHERE caller_blind = :caller_blind AND operator_id IS NOT NULL AND answered_at > :since ORDER BY id DESC LIMIT 1
