-- op: calls.alarms
-- Alarms of the line, newest first (S03).
-- route: GET /api/duty/alarms
-- role: supervisor, director, auditor, admin
-- in: open bool? | before id? | limit int = 50 (1..200)
-- out: many {id id, at time, kind text, person_id id?, person text?, subject text, over_at time?}
SELECT a.id, a.at, a.kind, a.person_id, p.display_name AS person, a.subject, a.over_at
  FROM line_alarms a LEFT JOIN people p ON p.id = a.person_id
 WHERE (a.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   OR (a.person_id IS NULL AND a.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
   OR p.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor))
   AND (:open IS NULL OR :open = 0 OR a.over_at IS NULL) AND (:before IS NULL OR a.id < :before)
 ORDER BY a.id DESC LIMIT :limit
