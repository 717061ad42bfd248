-- op: training.paper
-- The questions of a paper with what was answered. Right answers are shown once it is marked, and to who marks it.
-- route: GET /api/training/sittings/{id}/answers
-- role: operator, specialist, lawyer, legal_team, partner, assistant, secretariat, editor, archivist, supervisor, director, admin, compliance,
--   risk_committee, auditor
-- in: id id
-- out: many {id id, place int, kind text, stem text, options json, points int, given text?, given_at time?, answer text?, explanation text?, got int?, remark text?}
SELECT a.id, a.place, a.kind, a.stem, a.options, a.points, a.given, a.given_at,
  CASE WHEN s.state = 'marked' OR (s.state = 'marking' AND s.person_id <> :actor) THEN a.answer END AS answer,
  CASE WHEN s.state = 'marked' OR (s.state = 'marking' AND s.person_id <> :actor) THEN a.explanation END AS explanation,
  CASE WHEN s.state = 'marked' OR (s.state = 'marking' AND s.person_id <> :actor) THEN a.got END AS got,
  CASE WHEN s.state = 'marked' OR s.person_id <> :actor THEN a.remark END AS remark
  FROM exam_answers a JOIN exam_sittings s ON s.id = a.sitting_id JOIN exams e ON e.id = s.exam_id
 WHERE s.id = :id AND (s.person_id = :actor OR (e.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
     AND EXISTS (SELECT 1 FROM person_roles r WHERE r.person_id = :actor AND r.role IN ('lawyer', 'legal_team', 'partner', 'supervisor', 'director'))))
   AND (s.state <> 'running' OR s.person_id = :actor)
 ORDER BY a.place
