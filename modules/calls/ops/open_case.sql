-- op: calls.open_case
-- The client's newest case that has not ended.
-- via: engine
-- in: client_id id
SELECT id FROM cases WHERE client_id = :client_id AND ended = 0 ORDER BY id DESC LIMIT 1
