-- op: case.last_for_client
-- Who dealt with this client last.
-- via: engine
-- in: client_id id | case_id id
SELECT assignee_id FROM cases WHERE client_id = :client_id AND id <> :case_id AND assignee_id IS NOT NULL ORDER BY id DESC LIMIT 20
