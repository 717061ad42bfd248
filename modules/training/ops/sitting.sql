-- op: training.sitting
-- One paper: how it stands. Its writer, and those who mark.
-- route: GET /api/training/sittings/{id}
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance,
--   risk_committee, auditor
-- in: id id
-- out: one {id id, exam_id id, name text, person_id id, person text, attempt int, started_at time, ends_at time, submitted_at time?, state text,
--    points int?, pass_points int, total_points int, passed bool?, over bool}
SELECT s.id, s.exam_id, e.name, s.person_id, p.display_name AS person, s.attempt, s.started_at, s.ends_at, s.submitted_at, s.state,
  s.points, e.pass_points, s.passed,
  CAST(coalesce((SELECT sum(a.points) FROM exam_answers a WHERE a.sitting_id = s.id), 0) AS bigint) AS total_points,
  CASE WHEN s.ends_at < :now THEN 1 ELSE 0 END AS over
  FROM exam_sittings s JOIN exams e ON e.id = s.exam_id JOIN people p ON p.id = s.person_id
 WHERE s.id = :id AND (s.person_id = :actor OR (e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
     AND EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('lawyer', 'legal_team', 'partner', 'supervisor', 'director'))))
