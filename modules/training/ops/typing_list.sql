-- op: training.typing_list
-- Typing tests: one's own; for who runs the hotline, everybody's (S04).
-- route: GET /api/training/typing
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance,
--   risk_committee, auditor
-- in: before id? | limit int = 50 (1..200)
-- out: many {id id, person_id id, person text, started_at time, finished_at time, typed int, correct int, per_minute int, passed bool}
SELECT y.id, y.person_id, p.display_name AS person, y.started_at, y.finished_at, y.typed, y.correct, y.per_minute, y.passed
  FROM typing_tests y JOIN people p ON p.id = y.person_id
 WHERE y.finished_at IS NOT NULL AND (:before IS NULL OR y.id < :before)
   AND (y.person_id = :actor OR (y.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
     AND EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('supervisor', 'director'))))
 ORDER BY y.id DESC LIMIT :limit
