-- op: calls.case_of
-- The case a call hangs on already.
-- via: engine
-- in: id id
SELECT case_id FROM calls WHERE id = :id AND case_id IS NOT NULL
