-- op: client.case_rows
-- The cases of a client in the caller's organisations, newest first.
-- via: engine
-- in: client_id id | before id? | limit int
SELECT id, number, process, title, state, ended, created_at, updated_at
  FROM cases WHERE client_id = :client_id AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   AND (:before IS NULL OR id < :before)
 ORDER BY id DESC LIMIT :limit
