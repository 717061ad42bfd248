-- op: client.cases
-- The client's cases. Joining the two stores leaves an entry in the audit log (T01).
-- route: GET /api/clients/{id}/cases
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, supervisor, director, admin, archivist
-- audit: join
-- in: id id | before id? | limit int = 50 (1..200)
-- out: many {id id, number text, process text, title text, state text, ended bool, created_at time, updated_at time}
SELECT id, number, process, title, state, ended, created_at, updated_at
  FROM cases WHERE client_id = :id AND org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   AND (:before IS NULL OR id < :before)
 ORDER BY id DESC LIMIT :limit
