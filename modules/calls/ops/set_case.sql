-- op: calls.set_case
-- The call hangs on this case.
-- via: engine
-- in: id id | case_id id
UPDATE calls SET case_id = :case_id WHERE id = :id
