-- op: training.mine
-- The caller's own papers, newest first.
-- route: GET /api/training/sittings
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance,
--   risk_committee, auditor
-- in: before id? | limit int = 50 (1..200)
-- out: many {id id, exam_id id, name text, purpose text, attempt int, started_at time, submitted_at time?, state text, points int?, pass_points int, passed bool?}
SELECT s.id, s.exam_id, e.name, e.purpose, s.attempt, s.started_at, s.submitted_at, s.state, s.points, e.pass_points, s.passed
  FROM exam_sittings s JOIN exams e ON e.id = s.exam_id
 WHERE s.person_id = :actor AND (:before IS NULL OR s.id < :before) ORDER BY s.id DESC LIMIT :limit
