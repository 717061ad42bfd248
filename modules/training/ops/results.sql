-- op: training.results
-- Who wrote an examination and how it went; papers that wait for marking first.
-- route: GET /api/training/exams/{id}/results
-- role: lawyer, legal_team, partner, supervisor, director, auditor
-- in: id id | before id? | limit int = 50 (1..200)
-- out: many {id id, person_id id, person text, attempt int, started_at time, submitted_at time?, state text, points int?, passed bool?, to_mark int}
SELECT s.id, s.person_id, p.display_name AS person, s.attempt, s.started_at, s.submitted_at, s.state, s.points, s.passed,
  (SELECT count(*) FROM exam_answers a WHERE a.sitting_id = s.id AND a.kind = 'case' AND a.got IS NULL AND s.state = 'marking') AS to_mark
  FROM exam_sittings s JOIN people p ON p.id = s.person_id JOIN exams e ON e.id = s.exam_id
 WHERE s.exam_id = :id AND e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
   AND (:before IS NULL OR s.id < :before)
 ORDER BY s.id DESC LIMIT :limit
